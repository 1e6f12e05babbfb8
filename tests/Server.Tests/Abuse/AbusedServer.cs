using System.Diagnostics;
using System.Net.Sockets;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Tests.FlightSql;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>A server with all its doors that must be, when the abuse is over, what it was before: the levels are compared.</summary>
/// <remarks>
/// Server and clients share the process, so what is measured holds both. Bounds: sessions, running queries and their memory exactly as before; 16 MB of managed heap
/// and what Kestrel's pools keep (16 MB for each of its I/O queues), 32 MB of pooled column buffers, 16 handles and 48 threads more than before. None grows with the count.
/// </remarks>
internal sealed class AbusedServer : IAsyncDisposable
{
    private const long MostPoolBytes = 32 << 20;
    private const int MostHandles = 16;
    private const int MostThreads = 48;
    private static readonly long MostHeapBytes = (1L + Math.Min(Environment.ProcessorCount, 16)) * (16 << 20);
    private static readonly TimeSpan BystanderPatience = TimeSpan.FromSeconds(10);
    private readonly Engine _engine = new(new EngineOptions(Slots: 1) { MaxSessions = 200 });
    private ServerHost _host = null!;
    private Bystander _bystander = null!;
    private Levels _before = null!;

    /// <summary>100,000 with SQLCLUSTER_SLOW_TESTS=1.</summary>
    public static int Sessions { get; } = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 100_000 : 2_000;

    public Engine Engine => _engine;

    public ServerHost Host => _host;

    /// <summary>The clock of Flight's tokens and leases.</summary>
    public ManualTime Time { get; } = new();

    public AbuseLog Log { get; } = new();

    public int PgPort => _host.PgAddress!.Port;

    public int FlightPort => _host.FlightAddress!.Port;

    public int UiPort => _host.UiAddress!.Port;

    /// <param name="options">Changes how it listens.</param>
    /// <param name="warmUp">Does a little of what will be done much of, so that compiled code and pools are not taken for leaks.</param>
    public static async Task<AbusedServer> StartAsync(Func<AbusedServer, Task>? warmUp = null, Func<ServerOptions, ServerOptions>? options = null)
    {
        var server = new AbusedServer();
        var settings = new ServerOptions { PgPort = 0, FlightPort = 0, UiPort = 0, Logger = server.Log, Time = server.Time, ShutdownTimeout = TimeSpan.FromSeconds(5) };
        server._host = await ServerHost.StartAsync(server._engine, options?.Invoke(settings) ?? settings);
        if (warmUp != null)
        {
            await warmUp(server);
        }

        server._bystander = settings.Users.IsEmpty && options == null ? await Bystander.ComeAsync(server.PgPort) : null!;
        await server.SettleAsync();
        server._before = Levels.Of(server._engine);
        return server;
    }

    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        return socket;
    }

    /// <summary>Asserts that nobody and nothing is worse off.</summary>
    public async Task IsAsBeforeAsync()
    {
        if (_bystander != null)
        {
            await _bystander.NoticedNothingAsync(BystanderPatience);
        }

        await SettleAsync();
        Levels after = Levels.Of(_engine);
        for (int wait = 0; wait < 300 && (after.HeapBytes > _before.HeapBytes + MostHeapBytes || after.Threads > _before.Threads + MostThreads); wait++)
        {
            // Calls of connections that are gone unwind on their own; what they held comes back with them.
            await Task.Delay(100);
            after = Levels.Of(_engine);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"before {_before}\nafter  {after}");
        Assert.Equal(_before.Sessions, after.Sessions);
        Assert.Equal(0, _engine.Memory.UsedBytes);
        Assert.InRange(after.HeapBytes, 0, _before.HeapBytes + MostHeapBytes);
        Assert.InRange(after.PoolBytes, 0, _before.PoolBytes + MostPoolBytes);
        Assert.InRange(after.Handles, 0, _before.Handles + MostHandles);
        Assert.InRange(after.Threads, 0, _before.Threads + MostThreads);
        Assert.Empty(Log.Entries);
    }

    public async ValueTask DisposeAsync()
    {
        if (_bystander != null)
        {
            await _bystander.DisposeAsync();
        }

        await _host.DisposeAsync();
        _engine.Dispose();
    }

    /// <summary>Waits until the sessions of those who have left are gone; Flight clients leave without a word, so their leases are over first.</summary>
    private async Task SettleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Time.Advance(TimeSpan.FromDays(2));
        await _host.FlightSql!.SweepAsync();
        while (_engine.Sessions.Count() > (_bystander == null ? 0 : 1) || (_bystander == null && _engine.Memory.UsedBytes > 0))
        {
            await Task.Delay(10, patience.Token);
        }

        // Sockets close on other threads.
        for (int i = 0; i < 100 && _before != null && (Levels.Of(_engine).Handles > _before.Handles + MostHandles || _engine.Memory.UsedBytes > 0); i++)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private sealed record Levels(int Sessions, long HeapBytes, long PoolBytes, int Handles, int Threads)
    {
        public static Levels Of(Engine engine)
        {
            using var process = Process.GetCurrentProcess();
            return new Levels(engine.Sessions.Count(), GC.GetTotalMemory(true), Arrow.Memory.NativePool.ReservedBytes, process.HandleCount, process.Threads.Count);
        }
    }
}
