using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Bench.Suites.Postgres;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Bench.Suites.Flight;

/// <summary>Queries of one row a second: GetFlightInfo, then DoGet, on several connections; of a canned answer, and of SELECT 1 on sqlcluster serve.</summary>
internal static class FlightRate
{
    /// <param name="connections">Clients at once, each with connections of its own.</param>
    /// <param name="seconds">Of each run.</param>
    /// <param name="runs">Timed runs of each.</param>
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var verb = new Command("flight-rate", "Queries of one row a second over Flight SQL") { SharedArguments.Clients, SharedArguments.Seconds, SharedArguments.Repetitions };
        verb.SetAction(static result => RunAsync(result.GetValue(SharedArguments.Clients), result.GetValue(SharedArguments.Seconds), result.GetValue(SharedArguments.Repetitions)));
        return verb;
    }

    public static async Task<int> RunAsync(int connections, int seconds, int runs)
    {
        using var canned = new CannedServer();
        using var server = new FlightServerProcess();
        Console.WriteLine($"GetFlightInfo and DoGet of one row, {connections} connections, {runs} runs of {seconds} s in turns; 5,000 calls a second are 2,500 queries");
        var rates = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["canned answer"] = [], ["SELECT 1"] = [] };
        for (int run = -1; run < runs; run++)
        {
            foreach ((string name, Uri address) in ((string, Uri)[])[("canned answer", canned.Address), ("SELECT 1", server.Address)])
            {
                double rate = await MeasureAsync(address, connections, TimeSpan.FromSeconds(run < 0 ? 2 : seconds)).ConfigureAwait(false);
                if (run >= 0)
                {
                    rates[name].Add(rate);
                }
            }
        }

        foreach ((string name, List<double> values) in rates)
        {
            values.Sort();
            double median = values[values.Count / 2];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16} {median,8:0} queries/s   {median * 2,8:0} calls/s"));
        }

        return 0;
    }

    private static async Task<double> MeasureAsync(Uri address, int connections, TimeSpan time)
    {
        long queries = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var client = new FlightClient(new FlightClientOptions(address));
            var sql = new FlightSqlClient(client);
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                FlightInfo info = await sql.ExecuteAsync("SELECT 1").ConfigureAwait(false);
                using var account = new MemoryAccount("bench");
                using FlightStream stream = await sql.ReadAsync(info.Endpoint[0], account).ConfigureAwait(false);
                long rows = 0;
                await foreach (Batch batch in stream.ReadAllAsync().ConfigureAwait(false))
                {
                    rows += batch.RowCount;
                }

                Interlocked.Increment(ref queries);
                if (rows != 1)
                {
                    throw new InvalidOperationException($"{rows} rows came instead of one");
                }
            }
        }))).ConfigureAwait(false);
        return queries / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>sqlcluster serve with nothing but its Flight port.</summary>
    private sealed class FlightServerProcess : IDisposable
    {
        private readonly Process _process;

        public FlightServerProcess()
        {
            string port = DatabaseProcess.FreePort();
            Address = new Uri($"http://127.0.0.1:{port}");
            _process = Process.Start(new ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, "sqlcluster.dll"), "serve", "--flight-port", port, "--pg-port", "off", "--ui-port", "off"])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.ErrorDataReceived += static (_, _) => { };
            _process.BeginErrorReadLine();
            _ = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the server ended");
        }

        public Uri Address { get; }

        public void Dispose()
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
