using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>Clients that read 1 KB a second of a gigabyte: what each holds in the server, what others notice, and whether all comes back when they vanish.</summary>
/// <param name="count">Clients of each kind.</param>
/// <param name="data">Folder with lineitem.parquet, or null.</param>
/// <param name="areHard">Also tables that are hard on who holds rows (<see cref="HardTables"/>).</param>
/// <param name="only">Part of the names of those kinds that are measured; empty: all.</param>
internal sealed class SlowReaders(int count, DirectoryInfo? data, bool areHard, string only)
{
    private const double GoalMegabytes = 8;
    private const double GoalSlowdown = 1.5;
    private const int Queries = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Work of some milliseconds for every slot.</summary>
    private const string Other = "SELECT sum(a) FROM generate_series(1, 1000000) AS t(a)";

    /// <summary>A gigabyte that is made as it is read.</summary>
    private const string Generated = "SELECT a, repeat('x', 100) FROM generate_series(1, 10000000) AS t(a)";

    /// <summary>A gigabyte out of a file, with all its columns.</summary>
    private const string Scanned = "SELECT * FROM lineitem";

    /// <param name="report">Takes the lines.</param>
    public async Task RunAsync(LoadReport report)
    {
        if (count == 0)
        {
            return;
        }

        Way text = new("PostgreSQL, text", SlowReader.PgTextAsync), portal = new("PostgreSQL, portal", SlowReader.PgPortalAsync), flight = new("Flight", SlowReader.FlightAsync);
        Way[] all = [text, new("PostgreSQL, binary", SlowReader.PgBinaryAsync), portal, flight];
        using var quiet = new LoadServer();
        using NpgsqlConnection alone = await OpenAsync(quiet).ConfigureAwait(false);
        await RunAllAsync(report, null, alone, "generated", Generated, all, []).ConfigureAwait(false);
        if (data != null)
        {
            await RunAllAsync(report, data, alone, "lineitem", Scanned, all, [text, flight]).ConfigureAwait(false);
        }

        DirectoryInfo? hard = areHard ? HardTables.Make() : null;
        foreach ((string name, string what) in hard == null ? [] : HardTables.All)
        {
            await RunAllAsync(report, hard, alone, what, $"SELECT * FROM {name}", [text, portal, flight], [text, flight]).ConfigureAwait(false);
        }
    }

    private async Task RunAllAsync(LoadReport report, DirectoryInfo? folder, NpgsqlConnection alone, string source, string sql, Way[] ways, Way[] encryptedWays)
    {
        foreach ((Way way, bool isEncrypted) in ways.Select(static way => (way, false)).Concat(encryptedWays.Select(static way => (way, true))))
        {
            string name = $"{way.Name}{(isEncrypted ? ", TLS" : "")}, {source}";
            if (name.Contains(only, StringComparison.Ordinal))
            {
                await RunAsync(report, name, folder, isEncrypted, alone, server => way.Open(server, sql)).ConfigureAwait(false);
            }
        }
    }

    private async Task RunAsync(LoadReport report, string name, DirectoryInfo? folder, bool isEncrypted, NpgsqlConnection alone, Func<LoadServer, Task<SlowReader>> open)
    {
        using var server = new LoadServer(folder, isEncrypted);
        using NpgsqlConnection others = await OpenAsync(server).ConfigureAwait(false);
        using (await open(server).ConfigureAwait(false))
        {
            // One client and the other queries compile the code and fill what all share.
            await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            await Latency.InTurnsAsync(Queries, () => QueryAsync(others)).ConfigureAwait(false);
        }

        await ReturnAsync(server).ConfigureAwait(false);
        (long memory, int threads, int handles) before = (await server.RestingBytesAsync().ConfigureAwait(false), server.Threads, server.Handles);
        var readers = new List<SlowReader>();
        for (int i = 0; i < count; i++)
        {
            readers.Add(await open(server).ConfigureAwait(false));
        }

        // All of the process that came with them, whatever for.
        double held = (await server.RestingBytesAsync().ConfigureAwait(false) - before.memory) / 1048576.0 / count;
        double charged = await server.MetricAsync("sqlcluster_memory_queries_bytes").ConfigureAwait(false) / 1048576.0 / count;
        double running = await server.MetricAsync("sqlcluster_queries_running").ConfigureAwait(false);
        double[][] times = await Latency.InTurnsAsync(Queries, () => QueryAsync(alone), () => QueryAsync(others)).ConfigureAwait(false);
        double usual = Latency.Quantile(times[0], 0.5), beside = Latency.Quantile(times[1], 0.5);
        long received = readers.Sum(static reader => reader.Received) / count;
        report.AtMost($"memory of each of {count} slow clients ({name})", held, GoalMegabytes, "MB", string.Create(CultureInfo.InvariantCulture, $"{charged:0.0} MB of it in column buffers; {received} bytes read by each"));
        report.AtMost($"another query beside them / alone ({name})", beside / usual, GoalSlowdown, "x", string.Create(CultureInfo.InvariantCulture, $"medians {usual:0.0} and {beside:0.0} ms"));
        foreach (SlowReader reader in readers)
        {
            reader.Dispose();
        }

        long start = Stopwatch.GetTimestamp();
        bool isBack = await ReturnAsync(server).ConfigureAwait(false);
        report.AtMost($"time until all they held was free ({name})", isBack ? Stopwatch.GetElapsedTime(start).TotalSeconds : double.PositiveInfinity, 2, "s", string.Create(
            CultureInfo.InvariantCulture,
            $"{running:0} queries ran; process {before.memory / 1048576.0:0} to {server.MemoryBytes / 1048576.0:0} MB, {before.threads} to {server.Threads} threads, {before.handles} to {server.Handles} handles"));
    }

    /// <summary>Waits until no query runs and none holds memory.</summary>
    private static async Task<bool> ReturnAsync(LoadServer server)
    {
        long start = Stopwatch.GetTimestamp();
        while (await server.MetricAsync("sqlcluster_queries_running").ConfigureAwait(false) + await server.MetricAsync("sqlcluster_memory_queries_bytes").ConfigureAwait(false) > 0)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                return false;
            }

            await Task.Delay(20).ConfigureAwait(false);
        }

        return true;
    }

    private static async Task<NpgsqlConnection> OpenAsync(LoadServer server)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }

    private static async Task QueryAsync(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Other, connection);
        await command.ExecuteScalarAsync().ConfigureAwait(false);
    }

    /// <summary>A way to read.</summary>
    private sealed record Way(string Name, Func<LoadServer, string, Task<SlowReader>> Open);
}
