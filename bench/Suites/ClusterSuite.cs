using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Cluster;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>What executors in other processes are worth, and what they cost: two of one core against one, and one of two cores against this process with two slots. Runs take turns; answers must agree.</summary>
internal static class ClusterSuite
{
    private const long MemoryBytes = 4L << 30;

    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var verb = new Command("cluster", "The 22 queries derived from TPC-H on executors in other processes: two of one core against one, and one of two cores against this process") { SharedArguments.Data, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only };
        verb.SetAction(static result => RunAsync(SharedArguments.Of(result, "tpch")));
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options)
    {
        if (!Directory.Exists(options.DataFolder))
        {
            Console.Error.WriteLine($"no data in {options.DataFolder}: sqlcluster generate tpch --scale 1 --output {options.DataFolder}");
            return 2;
        }

        try
        {
            return await MeasureAsync(options).ConfigureAwait(false);
        }
        catch (QueryException error)
        {
            Console.Error.WriteLine($"{error.SqlState}: {error.Message}. {error.Detail}");
            return 1;
        }
    }

    private static async Task<int> MeasureAsync(SuiteOptions options)
    {
        await using Place here = await Place.StartAsync(options.DataFolder, 0, 2).ConfigureAwait(false), oneOfTwo = await Place.StartAsync(options.DataFolder, 1, 2).ConfigureAwait(false);
        await using Place one = await Place.StartAsync(options.DataFolder, 1, 1).ConfigureAwait(false), two = await Place.StartAsync(options.DataFolder, 2, 1).ConfigureAwait(false);
        Place[] places = [here, oneOfTwo, one, two];
        Console.WriteLine($"{options.DataFolder}, {options.Runs} runs, medians in ms");
        Console.WriteLine("query   local[2]  cluster[1,2]  overhead   cluster[1,1]  cluster[2,1]   speedup");
        double overheads = 0, speedups = 0;
        int count = 0, wrong = 0;
        foreach ((int number, string sql) in options.QueryTexts())
        {
            var times = places.Select(static _ => new List<double>()).ToArray();
            List<string?[]>? answer = null;
            string verdict = "";
            for (int run = 0; run <= options.Runs; run++)
            {
                for (int i = 0; i < places.Length; i++)
                {
                    int place = (i + run) % places.Length;
                    long start = Stopwatch.GetTimestamp();
                    (_, List<string?[]> rows) = await ResultReader.ReadAsync(places[place].Session, sql, default).ConfigureAwait(false);
                    times[place].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    answer ??= rows;
                    verdict = AnswerComparison.Difference(answer, rows, false) is { } difference ? $"WRONG: {difference}" : verdict;
                }
            }

            double[] medians = [.. times.Select(Median)];
            double overhead = medians[1] / medians[0], speedup = medians[2] / medians[3];
            overheads += Math.Log(overhead);
            speedups += Math.Log(speedup);
            count++;
            wrong += verdict.Length == 0 ? 0 : 1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"q{number:00}   {medians[0],9:0.0} {medians[1],13:0.0} {overhead,9:0.00} {medians[2],14:0.0} {medians[3],13:0.0} {speedup,9:0.00}   {verdict}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"geometric mean                    {Math.Exp(overheads / count),5:0.00} {Math.Exp(speedups / count),38:0.00}"));
        return wrong == 0 ? 0 : 1;
    }

    /// <summary>The first run warms up.</summary>
    private static double Median(List<double> times)
    {
        double[] sorted = [.. times.Skip(1).Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    /// <summary>An engine with its executors.</summary>
    private sealed class Place(Engine engine, Session session, DriverHost? driver, ExecutorProcesses? processes) : IAsyncDisposable
    {
        public Session Session => session;

        /// <param name="folder">Of the tables.</param>
        /// <param name="executors">Child processes; 0: the engine itself.</param>
        /// <param name="cores">Slots of each.</param>
        public static async Task<Place> StartAsync(string folder, int executors, int cores)
        {
            var engine = new Engine(new EngineOptions(cores));
            foreach (string table in Directory.GetFiles(folder, "*.parquet"))
            {
                engine.Attach(Path.GetFileNameWithoutExtension(table), table);
            }

            if (executors == 0)
            {
                return new Place(engine, engine.OpenSession(), null, null);
            }

            ClusterSecret secret = ClusterSecret.Random(out string text);
            DriverHost driver = await DriverHost.StartAsync(secret, IPAddress.Loopback, 0, NullLogger.Instance).ConfigureAwait(false);
            ExecutorProcesses processes = await ExecutorProcesses.StartAsync(
                new MasterUrl.LocalCluster(executors, cores, MemoryBytes), driver, text, restarts: false, NullLogger.Instance).ConfigureAwait(false);
            engine.Cluster = driver.Driver;
            return new Place(engine, engine.OpenSession(), driver, processes);
        }

        public async ValueTask DisposeAsync()
        {
            engine.Dispose();
            if (processes != null)
            {
                await processes.DisposeAsync().ConfigureAwait(false);
            }

            if (driver != null)
            {
                await driver.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
