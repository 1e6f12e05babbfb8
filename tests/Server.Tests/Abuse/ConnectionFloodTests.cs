using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Hosting;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Server.Tests.FlightSql;
using SqlCluster.Server.Tests.PgWire;
using static SqlCluster.Server.Tests.Abuse.Http2Bytes;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>Many connections, and connections that take their time: others get in meanwhile, and nothing of them is left.</summary>
[Collection(nameof(AbuseCollection))]
public sealed class ConnectionFloodTests
{
    private const int MoreThanNewcomers = KestrelSetup.SpareConnections + 300;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly byte[] HalfHeaders = [.. Hello, .. Call(1, "ListActions", 0)[..40]];

    private static bool IsWhole => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What a client sends before it says no more, by name.</summary>
    private static Dictionary<string, byte[]> Beginnings { get; } = new()
    {
        ["nothing"] = [],
        ["half a preface"] = Preface[..10],
        ["a greeting"] = Hello,
        ["half a block of headers"] = HalfHeaders,
        ["a call that nobody is known to make"] = [.. Hello, .. Call(1, "Handshake")],
    };

    public static TheoryData<string> BeginningNames => [.. Beginnings.Keys];

    /// <summary>One after the other, at both doors: 10,000 at each with SQLCLUSTER_SLOW_TESTS=1.</summary>
    [Fact]
    public async Task ManyConnectionsOneAfterAnotherLeaveNothing()
    {
        await using AbusedServer server = await AbusedServer.StartAsync(static started => ConnectAsync(started, 50));
        await ConnectAsync(server, IsWhole ? 10_000 : 500);
        await server.IsAsBeforeAsync();
    }

    /// <summary>All at once, with a session each where there is room: those beyond max_connections are told so.</summary>
    [Fact]
    public async Task ManySessionsAtOnceAreTurnedAwayAndLeaveNothing()
    {
        await using AbusedServer server = await AbusedServer.StartAsync();
        int most = server.Engine.Sessions.MaxCount, count = IsWhole ? 10 * most : 2 * most;
        var refused = 0;
        var clients = new List<RawClient>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) =>
        {
            RawClient client = await RawClient.ConnectAsync(server.PgPort);
            lock (clients)
            {
                clients.Add(client);
            }

            await client.SendAsync(RawClient.Startup(196_608, "user", "raw", "database", "sqlcluster"));
            string answer = await client.ReadUntilReadyAsync();
            if (!answer.EndsWith("Z:I", StringComparison.Ordinal))
            {
                Assert.Equal("E:53300", answer);
                Interlocked.Increment(ref refused);
            }
        });
        Assert.InRange(refused, count - most, count - most + 1);        // the bystander has a place
        clients.ForEach(static client => client.Dispose());
        await server.IsAsBeforeAsync();
    }

    /// <summary>Places that are all taken are taken for both doors, and free again for both: SQLSTATE 53300, which gRPC calls UNAVAILABLE.</summary>
    [Fact]
    public async Task BothDoorsSayThatAllPlacesAreTaken()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxSessions = 2 });
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, FlightPort = 0 }, Cancellation);
        int port = host.PgAddress!.Port;
        using RawClient first = await RawClient.OpenAsync(port);
        using FlightTestClient flight = Connect(host), another = Connect(host);
        await flight.UpdateAsync("SET application_name = 'holds something'");
        using RawClient third = await RawClient.ConnectAsync(port);
        await third.SendAsync(RawClient.Startup(196_608, "user", "raw", "database", "sqlcluster"));
        (char type, byte[] body) = (await third.ReadAsync())!.Value;
        string fields = System.Text.Encoding.UTF8.GetString(body);
        Assert.Equal('E', type);
        Assert.StartsWith("SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0", fields, StringComparison.Ordinal);
        Assert.Null(await third.ReadAsync());
        GrpcStatusException full = await Assert.ThrowsAsync<GrpcStatusException>(() => another.QueryAsync("SELECT 1"));
        Assert.Equal((StatusCode.Unavailable, "53300"), (full.Code, full.Trailers["sqlstate"]));

        first.Dispose();
        while (engine.Sessions.Count > 1)
        {
            await Task.Delay(5, Cancellation);
        }

        Assert.Equal(1, (await another.QueryAsync("SELECT 1")).Single);
        await another.ActAsync("CloseSession");
        while (engine.Sessions.Count > 1)
        {
            await Task.Delay(5, Cancellation);
        }

        using RawClient fourth = await RawClient.OpenAsync(port);
    }

    /// <summary>Connections of the Flight door whose clients do not say who they are keep nobody out, of neither door: the oldest make room.</summary>
    [Theory]
    [MemberData(nameof(BeginningNames))]
    public async Task NewcomersOfTheFlightDoorKeepNobodyOut(string beginning)
    {
        await using AbusedServer server = await AbusedServer.StartAsync(static started => AskAsync(started));
        var stuck = new List<Socket>();
        for (int i = 0; i < MoreThanNewcomers; i++)
        {
            Socket socket = await AbusedServer.ConnectAsync(server.FlightPort);
            stuck.Add(socket);
            await socket.SendAsync(Beginnings[beginning], Cancellation);
        }

        await AskAsync(server);
        using (RawClient late = await RawClient.OpenAsync(server.PgPort))
        {
            Assert.Equal("T:?column? D:1 C:SELECT 1 Z:I", await late.QueryAsync("SELECT 1"));
        }

        stuck.ForEach(static socket => socket.Dispose());
        await server.IsAsBeforeAsync();
    }

    /// <summary>Clients that are known are no newcomers, however many of those come.</summary>
    [Fact]
    public async Task KnownClientsStayWhenNewcomersFlood()
    {
        await using AbusedServer server = await AbusedServer.StartAsync(static started => AskAsync(started));
        using (Socket known = await AbusedServer.ConnectAsync(server.FlightPort))
        {
            await known.SendAsync((byte[])[.. Hello, .. Ask(1, "ListActions", new Flight.Protos.Empty())], Cancellation);
            await ReadFrameAsync(known, static (type, flags) => type == Headers && (flags & EndStream) != 0);
            var stuck = new List<Socket>();
            for (int i = 0; i < MoreThanNewcomers; i++)
            {
                stuck.Add(await AbusedServer.ConnectAsync(server.FlightPort));
            }

            await known.SendAsync(Frame(Ping, 0, 0, new byte[8]), Cancellation);
            await ReadFrameAsync(known, static (type, flags) => type == Ping && flags == 1);
            stuck.ForEach(static socket => socket.Dispose());
        }

        await server.IsAsBeforeAsync();
    }

    /// <summary>Frames of 16 MB and tables of 4 GB that a client would take, and headers as long as may be: none of it makes a connection large, whether anybody is known at its other end or not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SettingsOfClientsDoNotMakeConnectionsLarge(bool areKnown)
    {
        const int Count = 200, MostBytes = 400 * 1024;
        byte[] settings = Frame(Settings, 0, 0, [0, 5, .. RawClient.Number(0xFFFFFF), 0, 1, .. RawClient.Number(-1)]);
        byte[] headers = LongHeader(KestrelSettings.MaxHeaderFieldBytes - 100);
        byte[] call = [.. Frame(Headers, 0, 1, Call(1, areKnown ? "ListActions" : "Handshake")[9..]), .. Frame(Continuation, 0, 1, headers[..60_000]), .. Frame(Continuation, EndHeaders, 1, headers[60_000..])];
        byte[] session = [.. Preface, .. settings, .. call, .. areKnown ? Message(1, [], true) : []];
        await using AbusedServer server = await AbusedServer.StartAsync(static started => AskAsync(started));
        var open = new List<Socket>();
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < Count; i++)
        {
            open.Add(await AbusedServer.ConnectAsync(server.FlightPort));
            await open[i].SendAsync(session, Cancellation);
            await ReadFrameAsync(open[i], (type, flags) => areKnown ? type == Headers && (flags & EndStream) != 0 : type == Settings && flags == 1);
        }

        long bytes = (GC.GetTotalMemory(true) - before) / Count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes / 1024} KB a connection");
        Assert.InRange(bytes, 1, MostBytes);
        open.ForEach(static socket => socket.Dispose());
        await server.IsAsBeforeAsync();
    }

    /// <summary>A byte at a time does not put off the end of a login's time.</summary>
    [Theory]
    [InlineData(new byte[] { 0, 0, 39, 16, 0, 3, 0, 0 })]                                            // a startup message of 10,000 bytes
    [InlineData(new byte[] { 0, 0, 0, 8, 4, 210, 22, 47, 0x16, 3, 1, 0x20, 0, 1, 0, 0x1F, 0xFC })]    // a request for TLS, and a ClientHello of 8 KB
    [InlineData(new byte[] { 0x16, 3, 1, 0x20, 0, 1, 0, 0x1F, 0xFC })]                               // the same without asking
    public async Task X2_ALoginThatTricklesInEnds(byte[] beginning)
    {
        await using AbusedServer server = await AbusedServer.StartAsync();
        await using ServerHost hurried = await ServerHost.StartAsync(
            server.Engine, new ServerOptions { PgPort = 0, Certificate = Certificate(), AuthenticationTimeout = TimeSpan.FromSeconds(1) }, Cancellation);
        Socket[] slow = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AbusedServer.ConnectAsync(hurried.PgAddress!.Port)));
        await Task.WhenAll(slow.Select(socket => TrickleAsync(socket, beginning, TimeSpan.FromMilliseconds(50))));
        await server.IsAsBeforeAsync();
    }

    /// <summary>The same at the Flight door, whose times are Kestrel's: 10 s for a TLS handshake, 30 s for a block of headers, 130 s until the first one. With SQLCLUSTER_SLOW_TESTS=1.</summary>
    [Theory]
    [InlineData("nothing")]
    [InlineData("half a preface")]
    [InlineData("half a block of headers")]
    public async Task AFlightConnectionThatTricklesInEnds(string beginning)
    {
        Assert.SkipUnless(IsWhole, "it waits for Kestrel's timeouts");
        await using AbusedServer server = await AbusedServer.StartAsync(static started => AskAsync(started));
        Socket[] slow = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AbusedServer.ConnectAsync(server.FlightPort)));
        byte[] all = [.. Hello, .. Call(1, "ListActions", 0, [.. Enumerable.Range(0, 50).Select(static n => ($"x-{n}", new string('z', 50)))])];
        byte[] begun = Beginnings[beginning];
        await Task.WhenAll(slow.Select(socket => TrickleAsync(socket, [.. begun, .. all[begun.Length..]], TimeSpan.FromSeconds(1), begun.Length)));
        await AskAsync(server);
        await server.IsAsBeforeAsync();
    }

    /// <summary>A client that vanishes without a word is found out: the kernel asks it after a minute of silence, at every door.</summary>
    [Fact]
    public async Task SilentConnectionsAreAskedForASignOfLife()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "timers of sockets are seen in /proc");
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, FlightPort = 0, UiPort = 0 }, Cancellation);
        foreach (IPEndPoint door in (IPEndPoint[])[host.PgAddress!, host.FlightAddress!, host.UiAddress!])
        {
            using Socket client = await AbusedServer.ConnectAsync(door.Port);
            long? seconds;
            while ((seconds = KeepAliveSeconds(door.Port, ((IPEndPoint)client.LocalEndPoint!).Port)) == null)
            {
                await Task.Delay(10, Cancellation);     // it is accepted in a moment
            }

            Assert.InRange(seconds.Value, 1, ListenSocket.IdleSeconds);
        }
    }

    /// <summary>idle_session_timeout ends sessions of both doors: a PostgreSQL client is told at once, a Flight client when it comes back.</summary>
    [Fact]
    public async Task C9_IdleSessionsOfBothDoorsEndWith57P05()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        await using ServerHost pg = await ServerHost.StartAsync(server.Engine, new ServerOptions { PgPort = 0 }, Cancellation);
        using RawClient raw = await RawClient.OpenAsync(pg.PgAddress!.Port);
        await raw.QueryAsync("SET idle_session_timeout = '50ms'");
        (char type, byte[] body) = (await raw.ReadAsync())!.Value;
        Assert.Equal('E', type);
        Assert.StartsWith("SFATAL\0VFATAL\0C57P05\0Mterminating connection due to idle-session timeout\0", System.Text.Encoding.UTF8.GetString(body), StringComparison.Ordinal);

        using FlightTestClient flight = server.Connect(keepsCookies: false), other = server.Connect(keepsCookies: false);
        await flight.HandshakeAsync();
        await other.HandshakeAsync();
        await flight.UpdateAsync("SET idle_session_timeout = '1min'");
        await other.UpdateAsync("SET application_name = 'stays'");
        server.Time.Advance(TimeSpan.FromSeconds(50));
        await server.Service.SweepAsync();
        Assert.Equal("1min", (await flight.QueryAsync("SHOW idle_session_timeout")).Single);
        server.Time.Advance(TimeSpan.FromSeconds(70));
        await server.Service.SweepAsync();
        GrpcStatusException ended = await Assert.ThrowsAsync<GrpcStatusException>(() => flight.QueryAsync("SELECT 1"));
        Assert.Equal((StatusCode.Unauthenticated, "57P05"), (ended.Code, ended.Trailers["sqlstate"]));
        Assert.Equal("stays", (await other.QueryAsync("SHOW application_name")).Single);
        flight.Authorization = null;
        await flight.HandshakeAsync();
        Assert.Equal("0", (await flight.QueryAsync("SHOW idle_session_timeout")).Single);
    }

    private static ServerCertificate Certificate()
    {
        string file = Path.GetTempFileName();
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
            return ServerCertificate.Open(file, null);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static FlightTestClient Connect(ServerHost host) => new(new Uri($"http://127.0.0.1:{host.FlightAddress!.Port}"), true, "test");

    private static async Task AskAsync(AbusedServer server)
    {
        using FlightTestClient client = Connect(server.Host);
        Assert.Equal(1, (await client.QueryAsync("SELECT 1")).Single);
    }

    /// <summary>A literal field without index whose value is long (RFC 7541, sections 5.1 and 6.2.2).</summary>
    private static byte[] LongHeader(int bytes)
    {
        int rest = bytes - 127;
        return [0, 3, .. "x-l"u8, 127, (byte)((rest & 127) | 128), (byte)(((rest >> 7) & 127) | 128), (byte)(rest >> 14), .. Enumerable.Repeat((byte)'v', bytes)];
    }

    /// <summary>Reads up to a frame of a type and its flags.</summary>
    private static async Task ReadFrameAsync(Socket socket, Func<byte, byte, bool> isIt)
    {
        using var stream = new NetworkStream(socket);
        byte[] head = new byte[9];
        do
        {
            await stream.ReadExactlyAsync(head, Cancellation);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], Cancellation);
        }
        while (!isIt(head[3], head[4]));
    }

    private static async Task ConnectAsync(AbusedServer server, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using Socket pg = await AbusedServer.ConnectAsync(server.PgPort), flight = await AbusedServer.ConnectAsync(server.FlightPort);
            if (i % 4 == 0)
            {
                await flight.SendAsync(Hello, Cancellation);
                using RawClient client = await RawClient.OpenAsync(server.PgPort);
            }
        }
    }

    /// <summary>Sends one byte after the other until the server has had enough.</summary>
    private static async Task TrickleAsync(Socket socket, byte[] bytes, TimeSpan pause, int atOnce = 0)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using (socket)
        {
            try
            {
                await socket.SendAsync(bytes.AsMemory(0, atOnce), patience.Token);
                Task<int> read = Task.FromResult(1);
                byte[] buffer = new byte[4096];
                for (int i = atOnce; ; i++)
                {
                    await socket.SendAsync(new byte[] { i < bytes.Length ? bytes[i] : (byte)0 }, patience.Token);
                    while (read.IsCompleted)
                    {
                        if (await read == 0)
                        {
                            return;
                        }

                        read = socket.ReceiveAsync(buffer, patience.Token).AsTask();
                    }

                    await Task.Delay(pause, patience.Token);
                }
            }
            catch (SocketException)
            {
                // It has.
            }
        }
    }

    /// <summary>Seconds until the server's side of a connection asks for a sign of life; null: it never will (proc(5), net/tcp: timer 2 is keep-alive's).</summary>
    private static long? KeepAliveSeconds(int serverPort, int clientPort)
    {
        const int Local = 1, Remote = 2, Timers = 5;
        foreach (string line in File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[Local].EndsWith($":{serverPort:X4}", StringComparison.Ordinal) && fields[Remote].EndsWith($":{clientPort:X4}", StringComparison.Ordinal) && fields[Timers].StartsWith("02:", StringComparison.Ordinal))
            {
                return long.Parse(fields[Timers][3..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 100;
            }
        }

        return null;
    }
}
