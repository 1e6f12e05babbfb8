using System.Globalization;
using Npgsql;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>Connections of both doors that have run a query and wait: their memory in the server, and what others notice of them.</summary>
internal static class IdleConnections
{
    private const double GoalKilobytes = 50;
    private const int Queries = 2000;

    /// <param name="report">Takes the lines.</param>
    /// <param name="pgCount">Connections of PostgreSQL's protocol; 0: memory alone is measured.</param>
    /// <param name="flightCount">Connections of Flight SQL.</param>
    /// <param name="isEncrypted">Whether all of them use TLS.</param>
    public static async Task RunAsync(LoadReport report, int pgCount, int flightCount, bool isEncrypted)
    {
        string suffix = (isEncrypted ? ", TLS" : "") + (pgCount == 0 ? ", alone" : "");
        using var quiet = new LoadServer(isEncrypted: isEncrypted);
        using var loaded = new LoadServer(isEncrypted: isEncrypted);
        var open = new List<IDisposable>();
        try
        {
            if (pgCount > 0)
            {
                ReportMemory(report, $"{pgCount} idle PostgreSQL connections{suffix}", await OpenAsync(open, loaded, pgCount, () => OpenPgAsync(loaded, isEncrypted)).ConfigureAwait(false), loaded);
            }

            if (flightCount > 0)
            {
                ReportMemory(report, $"{flightCount} idle Flight connections{suffix}", await OpenAsync(open, loaded, flightCount, () => OpenFlightAsync(loaded)).ConfigureAwait(false), loaded);
            }

            if (pgCount == 0)
            {
                return;
            }

            using NpgsqlConnection quietPg = await OpenPgAsync(quiet, isEncrypted).ConfigureAwait(false), loadedPg = await OpenPgAsync(loaded, isEncrypted).ConfigureAwait(false);
            Report(report, $"SELECT 1 over PostgreSQL, p99 beside idle / alone{suffix}", await Latency.InTurnsAsync(Queries, () => QueryAsync(quietPg), () => QueryAsync(loadedPg)).ConfigureAwait(false));
            using FlightClient quietFlight = await OpenFlightAsync(quiet).ConfigureAwait(false), loadedFlight = await OpenFlightAsync(loaded).ConfigureAwait(false);
            Report(report, $"SELECT 1 over Flight, p99 beside idle / alone{suffix}", await Latency.InTurnsAsync(Queries, () => QueryAsync(quietFlight), () => QueryAsync(loadedFlight)).ConfigureAwait(false));
        }
        finally
        {
            foreach (IDisposable connection in open)
            {
                connection.Dispose();
            }
        }
    }

    private static void ReportMemory(LoadReport report, string what, double bytes, LoadServer server) => report.AtMost(
        $"memory of each of {what}", bytes / 1024, GoalKilobytes, "KB", string.Create(CultureInfo.InvariantCulture, $"the server holds {server.MemoryBytes / 1048576.0:0} MB"));

    private static void Report(LoadReport report, string what, double[][] times)
    {
        double alone = Latency.Quantile(times[0], 0.99), beside = Latency.Quantile(times[1], 0.99);
        report.AtMost(what, beside / alone, 2, "x", string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Latency.Quantile(times[0], 0.5):0.00} and {Latency.Quantile(times[1], 0.5):0.00} ms, p99 {alone:0.00} and {beside:0.00} ms"));
    }

    /// <returns>Bytes of the resting server's memory for each connection; a first share is not counted: it compiles code and fills pools.</returns>
    private static async Task<double> OpenAsync<T>(List<IDisposable> open, LoadServer server, int count, Func<Task<T>> connect)
        where T : IDisposable
    {
        for (int i = 0; i < Math.Max(1, count / 10); i++)
        {
            open.Add(await connect().ConfigureAwait(false));
        }

        long before = await server.RestingBytesAsync().ConfigureAwait(false);
        for (int i = 0; i < count; i++)
        {
            open.Add(await connect().ConfigureAwait(false));
        }

        return (await server.RestingBytesAsync().ConfigureAwait(false) - before) / (double)count;
    }

    private static async Task<NpgsqlConnection> OpenPgAsync(LoadServer server, bool isEncrypted)
    {
        string secured = isEncrypted ? server.ConnectionString.Replace("SSL Mode=Disable", "SSL Mode=Require", StringComparison.Ordinal) : server.ConnectionString;
        var connection = new NpgsqlConnection(secured + ";Pooling=false");
        await connection.OpenAsync().ConfigureAwait(false);
        await QueryAsync(connection).ConfigureAwait(false);
        return connection;
    }

    private static async Task QueryAsync(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT 1", connection);
        if (await command.ExecuteScalarAsync().ConfigureAwait(false) is not 1)
        {
            throw new InvalidOperationException("SELECT 1 is not 1");
        }
    }

    /// <summary>A client with a session of its own, whose calls share one connection.</summary>
    private static async Task<FlightClient> OpenFlightAsync(LoadServer server)
    {
        var channel = new GrpcChannelOptions(server.FlightAddress) { ValidateServerCertificate = static (_, _, _, _) => true };
        var client = new FlightClient(new FlightClientOptions(channel) { UseBulkReader = false, User = "bench", Password = "" });
        await QueryAsync(client).ConfigureAwait(false);
        return client;
    }

    private static async Task QueryAsync(FlightClient client)
    {
        var sql = new FlightSqlClient(client);
        FlightInfo info = await sql.ExecuteAsync("SELECT 1").ConfigureAwait(false);
        using var account = new MemoryAccount("bench");
        using FlightStream stream = await sql.ReadAsync(info.Endpoint[0], account).ConfigureAwait(false);
        long rows = 0;
        await foreach (Batch batch in stream.ReadAllAsync().ConfigureAwait(false))
        {
            rows += batch.RowCount;
        }

        if (rows != 1)
        {
            throw new InvalidOperationException($"{rows} rows came instead of one");
        }
    }
}
