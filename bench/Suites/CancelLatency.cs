using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;
using SqlCluster.Testing.Cancellation;

namespace SqlCluster.Bench.Suites;

/// <summary>Ends TPC-H queries at random moments through every door, and prints how long each takes to be gone.</summary>
internal static class CancelLatency
{
    private const double GoalMilliseconds = 500;

    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var count = new Option<int>("--count") { Description = "Cancels", DefaultValueFactory = static _ => 300 };
        var seed = new Option<int>("--seed") { Description = "Of queries and moments", DefaultValueFactory = static _ => 1 };
        var verb = new Command("cancel", "How long TPC-H queries take to end when they are cancelled, through every door") { SharedArguments.Data, SharedArguments.Queries, SharedArguments.Only, count, seed };
        verb.SetAction(result => RunAsync(SharedArguments.Of(result, "tpch"), result.GetValue(count), result.GetValue(seed)));
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options, int count, int seed)
    {
        string spill = Directory.CreateTempSubdirectory("sqlcluster-cancel").FullName;
        using var engine = new Engine(new EngineOptions { HistoryLength = 1000, SessionDefaults = new Dictionary<string, string> { ["spill_folder"] = spill } });
        FolderTables.Attach(engine, options.DataFolder);
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, FlightPort = 0, UiPort = 0 }).ConfigureAwait(false);
        using var trials = new CancelTrials(engine, host);
        var random = new Random(seed);
        (int Number, string Sql, double Milliseconds)[] queries = [.. await MeasureAsync(engine, options).ConfigureAwait(false)];
        CancelWay[] ways = Enum.GetValues<CancelWay>();
        var times = ways.ToDictionary(static way => way, static _ => new List<double>());
        int tooLate = 0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cancel: {options.DataFolder}, {count} cancels at random moments, seed {seed}; ms from the request until nothing of the statement runs"));
        for (int i = 0; times.Values.Sum(static list => list.Count) < count && i < 20 * count; i++)
        {
            (int number, string sql, double milliseconds) = queries[random.Next(queries.Length)];
            CancelTrial trial = await trials.RunAsync(ways[i % ways.Length], sql, TimeSpan.FromMilliseconds(random.NextDouble() * milliseconds)).ConfigureAwait(false);
            if (trial.Latency is { } latency)
            {
                times[trial.Way].Add(latency.TotalMilliseconds);
                if (latency.TotalMilliseconds > GoalMilliseconds)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  q{number:00} {trial.Way}: {latency.TotalMilliseconds:0} ms"));
                }
            }
            else
            {
                tooLate++;
            }
        }

        Console.WriteLine("way                count    median       p99       max");
        foreach ((CancelWay way, List<double> list) in times)
        {
            Print(way.ToString(), list);
        }

        List<double> all = [.. times.Values.SelectMany(static list => list)];
        Print("all", all);
        string left = await trials.LeftBehindAsync(0, spill).ConfigureAwait(false);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tooLate} had ended before; left behind: {(left.Length == 0 ? "nothing" : left)}; goal: p99 below {GoalMilliseconds} ms"));
        Directory.Delete(spill, true);
        return left.Length == 0 && Percentile(all, 0.99) <= GoalMilliseconds ? 0 : 1;
    }

    /// <summary>How long each query takes by itself, the second time.</summary>
    private static async Task<List<(int, string, double)>> MeasureAsync(Engine engine, SuiteOptions options)
    {
        var measured = new List<(int, string, double)>();
        using Session session = engine.OpenSession();
        foreach ((int number, string sql) in options.QueryTexts())
        {
            await ResultReader.ReadAsync(session, sql, CancellationToken.None).ConfigureAwait(false);
            long start = Stopwatch.GetTimestamp();
            await ResultReader.ReadAsync(session, sql, CancellationToken.None).ConfigureAwait(false);
            measured.Add((number, sql, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
        }

        return measured;
    }

    private static void Print(string name, List<double> times) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-18} {times.Count,5} {Percentile(times, 0.5),9:0.0} {Percentile(times, 0.99),9:0.0} {(times.Count == 0 ? double.NaN : times.Max()),9:0.0}"));

    private static double Percentile(List<double> times, double share)
    {
        times.Sort();
        return times.Count == 0 ? double.NaN : times[Math.Min(times.Count - 1, (int)Math.Ceiling(share * times.Count) - 1 is var index && index < 0 ? 0 : index)];
    }
}
