using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>Connections without end, and connections that take their time: what others notice meanwhile, and what is left of them.</summary>
/// <param name="count">Connections that come one after another; a tenth as many come at once and stay.</param>
internal sealed class Floods(int count)
{
    private const double GoalRatio = 2;
    private const double GoalMegabytes = 8;
    private const double GoalHandles = 4;
    private const int Queries = 2000;

    /// <summary>A startup message of 10,000 bytes that has only begun.</summary>
    private static readonly byte[] HalfStartup = [0, 0, 39, 16, 0, 3, 0, 0];

    /// <summary>HTTP/2's preface and settings, and the beginning of a block of headers (RFC 9113, sections 3.4 and 6.2).</summary>
    private static readonly byte[] HalfHeaders = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0, 0, 1, 0x82];

    /// <summary>The beginning of a ClientHello of 8 KB.</summary>
    private static readonly byte[] HalfHandshake = [0x16, 3, 1, 0x20, 0, 1];

    /// <param name="report">Takes the lines.</param>
    public async Task RunAsync(LoadReport report)
    {
        if (count == 0)
        {
            return;
        }

        using var quiet = new LoadServer(isEncrypted: true);
        using var flooded = new LoadServer(isEncrypted: true);
        using NpgsqlConnection alone = await OpenAsync(quiet).ConfigureAwait(false), beside = await OpenAsync(flooded).ConfigureAwait(false);
        (string Name, Func<int, Task<List<Socket>>> Pour)[] floods =
        [
            ($"{count} sessions one after another", many => SessionsAsync(flooded, many)),
            ($"{count / 10} sessions at once", many => AtOnceAsync(flooded, many / 10)),
            ($"{count / 10} half startups", many => StuckAsync(flooded.Port, many / 10, HalfStartup)),
            ($"{count / 10} half TLS handshakes", many => StuckAsync(flooded.Port, many / 10, HalfHandshake)),
            ($"{count / 10} half TLS handshakes, Flight", many => StuckAsync(flooded.FlightAddress.Port, many / 10, HalfHandshake)),
            ($"{count / 10} silent connections, Flight", many => StuckAsync(flooded.FlightAddress.Port, many / 10, [])),
        ];
        foreach ((_, Func<int, Task<List<Socket>>> pour) in floods)
        {
            Close(await pour(Math.Max(count / 10, 10)).ConfigureAwait(false));      // compiles the code and fills what all share
        }

        foreach ((string name, Func<int, Task<List<Socket>>> pour) in floods)
        {
            await RunAsync(report, name, flooded, alone, beside, () => pour(count)).ConfigureAwait(false);
        }

        using var clear = new LoadServer();
        using NpgsqlConnection besideClear = await OpenAsync(clear).ConfigureAwait(false);
        Close(await StuckAsync(clear.FlightAddress.Port, Math.Max(count / 100, 10), HalfHeaders).ConfigureAwait(false));
        await RunAsync(report, $"{count / 10} half blocks of headers, Flight", clear, alone, besideClear, () => StuckAsync(clear.FlightAddress.Port, count / 10, HalfHeaders)).ConfigureAwait(false);
    }

    private static async Task RunAsync(LoadReport report, string name, LoadServer server, NpgsqlConnection alone, NpgsqlConnection beside, Func<Task<List<Socket>>> pour)
    {
        (long memory, int threads, int handles) before = (await server.RestingBytesAsync().ConfigureAwait(false), server.Threads, server.Handles);
        Task<List<Socket>> pouring = Task.Run(pour);
        double[][] times = await Latency.InTurnsAsync(Queries, () => QueryAsync(alone), () => QueryAsync(beside)).ConfigureAwait(false);
        List<Socket> open = await pouring.ConfigureAwait(false);
        int most = server.Handles;
        Close(open);
        double usual = Latency.Quantile(times[0], 0.99), flooded = Latency.Quantile(times[1], 0.99);
        report.AtMost($"SELECT 1, p99 beside {name} / alone", flooded / usual, GoalRatio, "x", string.Create(
            CultureInfo.InvariantCulture, $"p50 {Latency.Quantile(times[0], 0.5):0.00} and {Latency.Quantile(times[1], 0.5):0.00} ms, p99 {usual:0.00} and {flooded:0.00} ms"));
        double left = (await server.RestingBytesAsync().ConfigureAwait(false) - before.memory) / 1048576.0;
        report.AtMost($"memory left of {name}", left, GoalMegabytes, "MB", string.Create(CultureInfo.InvariantCulture, $"{before.threads} to {server.Threads} threads"));
        report.AtMost($"handles left of {name}", server.Handles - before.handles, GoalHandles, "", string.Create(CultureInfo.InvariantCulture, $"{before.handles}, {most} meanwhile, {server.Handles}"));
    }

    /// <summary>Sessions that ask once and leave; every other connection leaves without having said a word.</summary>
    private static async Task<List<Socket>> SessionsAsync(LoadServer server, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using Socket silent = await ConnectAsync(i % 2 == 0 ? server.Port : server.FlightAddress.Port).ConfigureAwait(false);
            using NpgsqlConnection session = await OpenAsync(server).ConfigureAwait(false);
            await QueryAsync(session).ConfigureAwait(false);
        }

        return [];
    }

    private static async Task<List<Socket>> AtOnceAsync(LoadServer server, int count)
    {
        NpgsqlConnection[] sessions = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => OpenAsync(server))).ConfigureAwait(false);
        foreach (NpgsqlConnection session in sessions)
        {
            await QueryAsync(session).ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
        }

        return [];
    }

    private static async Task<List<Socket>> StuckAsync(int port, int count, byte[] beginning)
    {
        var open = new List<Socket>();
        for (int i = 0; i < count; i++)
        {
            Socket socket = await ConnectAsync(port).ConfigureAwait(false);
            open.Add(socket);
            await socket.SendAsync(beginning).ConfigureAwait(false);
        }

        return open;
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
        return socket;
    }

    private static void Close(List<Socket> open) => open.ForEach(static socket => socket.Dispose());

    private static async Task<NpgsqlConnection> OpenAsync(LoadServer server)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false;Timeout=300");
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }

    private static async Task QueryAsync(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync().ConfigureAwait(false);
    }
}
