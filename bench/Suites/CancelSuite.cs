using System.Diagnostics;
using System.Globalization;
using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Bench.Suites;

/// <summary>Cancels each TPC-H query at random moments and measures how long it takes until nothing of it is left: no task, no memory, no file.</summary>
internal static class CancelSuite
{
    public static async Task<int> RunAsync(SuiteOptions options, int seed)
    {
        if (!Directory.Exists(options.DataFolder))
        {
            Console.Error.WriteLine($"no data in {options.DataFolder}: sqlcluster generate tpch --scale 1 --output {options.DataFolder}");
            return 2;
        }

        using var engine = new Engine();
        foreach (string table in Directory.GetFiles(options.DataFolder, "*.parquet"))
        {
            engine.Attach(Path.GetFileNameWithoutExtension(table), table);
        }

        using Session session = engine.OpenSession();
        foreach (string setting in options.Settings)
        {
            string[] parts = setting.Split('=', 2);
            session.Settings.Set(parts[0], parts[1]);
        }

        Console.WriteLine($"{options.DataFolder}, {options.Runs} cancels a query, seed {seed}, ms from Cancel() to the end of everything");
        Console.WriteLine("query  run ms  cancelled      p50      p99      max");
        var random = new Random(seed);
        var all = new List<double>();
        int left = 0;
        foreach ((int number, string sql) in options.QueryTexts())
        {
            await RunAsync(session, sql, null).ConfigureAwait(false);
            double whole = Stopwatch.GetElapsedTime(await StartAndDrainAsync(session, sql).ConfigureAwait(false)).TotalMilliseconds;
            var latencies = new List<double>();
            for (int run = 0; run < options.Runs; run++)
            {
                (double? latency, bool isClean) = await RunAsync(session, sql, TimeSpan.FromMilliseconds(random.NextDouble() * whole)).ConfigureAwait(false);
                left += isClean ? 0 : 1;
                if (latency is { } milliseconds)
                {
                    latencies.Add(milliseconds);
                }
            }

            all.AddRange(latencies);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"q{number:00} {whole,9:0.0} {latencies.Count,10} {Share(latencies, 0.5),8:0.0} {Share(latencies, 0.99),8:0.0} {Share(latencies, 1),8:0.0}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all {all.Count,20} {Share(all, 0.5),8:0.0} {Share(all, 0.99),8:0.0} {Share(all, 1),8:0.0}   {left} left memory or files behind"));
        return left == 0 && all.Count > 0 ? 0 : 1;
    }

    private static async Task<long> StartAndDrainAsync(Session session, string sql)
    {
        long start = Stopwatch.GetTimestamp();
        await RunAsync(session, sql, null).ConfigureAwait(false);
        return start;
    }

    /// <summary>Runs a query and cancels it after a while; null: lets it end.</summary>
    /// <returns>Milliseconds from the cancellation to the end, null when the query was faster; and whether nothing was left.</returns>
    private static async Task<(double? Latency, bool IsClean)> RunAsync(Session session, string sql, TimeSpan? moment)
    {
        StatementResult result = await session.ExecuteAsync(Parser.SqlParser.ParseStatements(sql).Single()).ConfigureAwait(false);
        var rows = (StatementResult.Rows)result;
        QueryContext context = rows.Execution.Context;
        Task<bool> reading = Task.Run(() => DrainAsync(rows));
        long start = 0;
        if (moment is { } wait)
        {
            await Task.WhenAny(reading, Task.Delay(wait)).ConfigureAwait(false);
            start = Stopwatch.GetTimestamp();
            session.Cancel();
        }

        bool wasCancelled = !await reading.ConfigureAwait(false);
        await result.DisposeAsync().ConfigureAwait(false);
        double latency = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return (wasCancelled ? latency : null, context.Account.UsedBytes == 0 && context.Spill.OpenFiles == 0);
    }

    /// <returns>False when the query was cancelled.</returns>
    private static async Task<bool> DrainAsync(StatementResult.Rows rows)
    {
        try
        {
            while (await rows.ReadAsync().ConfigureAwait(false) is { } batch)
            {
                batch.Release();
            }

            return true;
        }
        catch (QueryException error) when (error.SqlState == "57014")
        {
            return false;
        }
    }

    private static double Share(List<double> values, double share)
    {
        values.Sort();
        return values.Count == 0 ? double.NaN : values[Math.Min(values.Count - 1, (int)(share * values.Count))];
    }
}
