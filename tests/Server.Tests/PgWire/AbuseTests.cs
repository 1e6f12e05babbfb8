using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Sessions that clients never hold: messages reordered, cut, repeated, of wrong lengths and with wrong bytes. 2,000 of them; 100,000 with SQLCLUSTER_SLOW_TESTS=1.</summary>
public sealed class AbuseTests : IAsyncLifetime
{
    private const int Seed = 20261121;
    private readonly Engine _engine = new(new EngineOptions(Slots: 1));
    private readonly CollectedLog _log = new();
    private ServerHost _host = null!;

    private int Port => _host.PgAddress!.Port;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync(_engine, new ServerOptions { PgPort = 0, Logger = _log, ShutdownTimeout = TimeSpan.FromSeconds(5) });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _engine.Dispose();
    }

    [Fact]
    public async Task MutatedSessionsHarmNobody()
    {
        int count = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 100_000 : 2000;
        var random = new Random(Seed);
        using RawClient witness = await RawClient.OpenAsync(Port);
        await witness.QueryAsync("CREATE TABLE victim (a int, b text); INSERT INTO victim VALUES (1, 'x')");
        int answered = 0;
        for (int i = 0; i < count; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(Port);
            try
            {
                // Every eighth session is whole, if out of order, and waits for its answers: what the others send is really run.
                bool isWhole = i % 8 == 0;
                client.PieceBytes = random.Next(20) == 0 ? 1 : 0;
                await client.SendAsync(Session(random, !isWhole), isWhole ? [.. RawClient.Message('S'), .. RawClient.Message('X'), .. RawClient.Message('X')] : []);
                answered += isWhole && await client.ReadToEndAsync(TimeSpan.FromSeconds(5)) > 300 ? 1 : 0;
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // The server has had enough.
            }

            if (i % 500 == 0)
            {
                Assert.Equal("T:a,b D:1,x C:SELECT 1 Z:I", await witness.QueryAsync("SELECT * FROM victim"));
            }
        }

        Assert.Equal("T:a,b D:1,x C:SELECT 1 Z:I", await witness.QueryAsync("SELECT * FROM victim"));
        Assert.InRange(answered, count / 16, count);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_engine.Sessions.Count() > 1)
        {
            await Task.Delay(20, patience.Token);
        }

        Assert.Empty(_log.Errors);
    }

    /// <summary>A session of some messages, of which some are then spoiled.</summary>
    private static byte[] Session(Random random, bool isSpoiled)
    {
        byte[][] good =
        [
            RawClient.Message('P', "s", "SELECT $1::int + a FROM victim", (short)0), RawClient.Message('B', "", "s", (short)0, (short)1, 1, "5"u8.ToArray(), (short)0), RawClient.Message('D', 'S', "s"), RawClient.Message('D', 'P', ""),
            RawClient.Message('E', "", 0), RawClient.Message('E', "", 1), RawClient.Message('S'), RawClient.Message('H'), RawClient.Message('C', 'S', "s"), RawClient.Message('C', 'P', ""),
            RawClient.Message('Q', "SELECT 1; SELECT repeat('x', 1000)"), RawClient.Message('Q', "BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH c"), RawClient.Message('Q', "CREATE TEMP TABLE mine (a int); COPY mine FROM STDIN"),
            RawClient.Message('d', "1\n2\n"u8.ToArray()), RawClient.Message('c'), RawClient.Message('f', "enough"), RawClient.Message('Q', "COPY (SELECT 1) TO STDOUT (FORMAT binary)"), RawClient.Message('F', 1), RawClient.Message('p', "x"), RawClient.Message('X'),
        ];
        byte[] start = isSpoiled && random.Next(10) == 0 ? [.. RawClient.Number(random.Next(-10, 20_000)), .. RawClient.Number(random.Next())] : RawClient.Startup(196_608, "user", "raw", "database", "sqlcluster");
        var session = new List<byte>(start);
        for (int messages = random.Next(1, 9); messages > 0; messages--)
        {
            session.AddRange(good[random.Next(good.Length)]);
        }

        for (int changes = isSpoiled ? random.Next(0, 4) : 0; changes > 0; changes--)
        {
            int at = random.Next(session.Count);
            switch (random.Next(5))
            {
                case 0: session[at] = (byte)random.Next(256); break;
                case 1: session.Insert(at, (byte)random.Next(256)); break;
                case 2 when session.Count > 1: session.RemoveAt(at); break;
                case 3: session.InsertRange(at, [0xFF, 0xFE, 0xC0, 0x80]); break;
                default: session.RemoveRange(at, session.Count - at); session.Add((byte)random.Next(256)); break;
            }
        }

        return [.. session];
    }

    /// <summary>Keeps what is logged as an error.</summary>
    private sealed class CollectedLog : ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                Errors.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }
    }
}
