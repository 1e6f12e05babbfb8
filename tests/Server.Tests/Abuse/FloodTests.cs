using System.Net.Sockets;
using System.Text;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Server.Tests.PgWire;
using static SqlCluster.Server.Tests.Abuse.Http2Bytes;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>Much of one thing: the server turns it away or lets it pass, answers others meanwhile, and holds nothing of it afterwards.</summary>
[Collection(nameof(AbuseCollection))]
public sealed class FloodTests
{
    /// <summary>Names of the HTTP/2 floods, for the theory.</summary>
    public static TheoryData<string> Floods => [.. Http2Floods.Keys];

    private static Dictionary<string, byte[]> Http2Floods { get; } = new()
    {
        // CVE-2023-44487: streams that are begun and reset at once.
        ["rapid reset"] = [.. Hello, .. Many(10_000, static i => [.. Call((2 * i) + 1, "ListActions"), .. Frame(Reset, 0, (2 * i) + 1, 0, 0, 0, 8)])],

        // CVE-2019-9515, 9512: settings and pings that all want an acknowledgement.
        ["settings"] = [.. Hello, .. Many(100_000, static _ => Frame(Settings, 0, 0))],
        ["settings that change"] = [.. Hello, .. Many(50_000, static i => Frame(Settings, 0, 0, [0, 4, .. RawClient.Number(i), 0, 1, .. RawClient.Number(i % 8192)]))],
        ["pings"] = [.. Hello, .. Many(100_000, static _ => Frame(Ping, 0, 0, new byte[8]))],

        // CVE-2024-27316 and its kin: headers without an end.
        ["continuation"] = [.. Hello, .. Call(1, "ListActions", 0), .. Many(100_000, static i => Frame(Continuation, 0, 1, Field($"x-{i}", "y")))],
        ["empty continuation"] = [.. Hello, .. Call(1, "ListActions", 0), .. Many(100_000, static _ => Frame(Continuation, 0, 1))],
        ["header list"] = [.. Hello, .. Many(200, static i => Call((2 * i) + 1, "ListActions", EndHeaders | EndStream, [.. Enumerable.Range(0, 100).Select(static n => ($"x-{n}", new string('z', 120)))]))],

        // CVE-2019-9518: data without data. CVE-2019-9517, 9511: windows opened wide, or by single bytes.
        ["empty data"] = [.. Hello, .. Call(1, "DoPut"), .. Many(100_000, static _ => Frame(Data, 0, 1))],
        ["windows beyond the limit"] = [.. Hello, .. Call(1, "DoPut"), .. Many(10, static _ => Frame(WindowUpdate, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF))],
        ["windows of a byte"] = [.. Hello, .. Many(100_000, static _ => Frame(WindowUpdate, 0, 0, 0, 0, 0, 1))],
        ["windows of nothing"] = [.. Hello, .. Frame(Settings, 0, 0, 0, 4, 0, 0, 0, 0), .. Many(2000, static i => [.. Call((2 * i) + 1, "ListActions"), .. Message((2 * i) + 1, [], true)])],
        ["priorities"] = [.. Hello, .. Many(100_000, static i => Frame(Priority, 0, (2 * i) + 1, 0, 0, 0, 0, 1))],
        ["streams without end"] = [.. Hello, .. Many(5000, static i => Call((2 * i) + 1, "DoPut"))],
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Http2FloodsHarmNobody(string name)
    {
        byte[] flood = Http2Floods[name];
        await using AbusedServer server = await AbusedServer.StartAsync(started => PourAsync(started.FlightPort, flood));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PourAsync(server.FlightPort, flood)));
        await server.IsAsBeforeAsync();
    }

    /// <summary>Cancel requests with keys that are not the session's reach nobody.</summary>
    [Fact]
    public async Task X1_CancelRequestsWithWrongKeysEndNothing()
    {
        await using AbusedServer server = await AbusedServer.StartAsync(started => CancelAsync(started.PgPort, 1));
        using RawClient victim = await RawClient.OpenAsync(server.PgPort);
        Task<string> answer = victim.QueryAsync("SELECT count(*) FROM generate_series(1, 30000000)");
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            await CancelAsync(server.PgPort, victim.ProcessId, BitConverter.GetBytes(random.Next()));
        }

        Assert.Equal("T:count D:30000000 C:SELECT 1 Z:I", await answer);
        victim.Dispose();
        await server.IsAsBeforeAsync();
    }

    /// <summary>Those who never finish saying who they are keep nobody else out.</summary>
    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 0, 0, 30, 0, 3, 0, 0, (byte)'u' })]
    [InlineData(new byte[] { 0x16, 3, 1, 2, 0, 1 })]
    public async Task HalfStartupsKeepNobodyOut(byte[] half)
    {
        await using AbusedServer server = await AbusedServer.StartAsync();
        var stuck = new List<Socket>();
        for (int i = 0; i < 1500; i++)
        {
            Socket socket = await AbusedServer.ConnectAsync(server.PgPort);
            stuck.Add(socket);
            await socket.SendAsync(half);
        }

        using (RawClient late = await RawClient.OpenAsync(server.PgPort))
        {
            Assert.Equal("T:?column? D:1 C:SELECT 1 Z:I", await late.QueryAsync("SELECT 1"));
        }

        stuck.ForEach(static socket => socket.Dispose());
        await server.IsAsBeforeAsync();
    }

    /// <summary>Wrong passwords cost the server work; those who are in go on all the same, and those with the right one get in.</summary>
    [Fact]
    public async Task WrongPasswordsWithoutEndLeaveRoomForRightOnes()
    {
        string folder = Directory.CreateTempSubdirectory("sqlcluster-flood").FullName;
        try
        {
            UserStore users = UserStore.OpenOrCreate(Path.Combine(folder, "users"));
            users.Put("anna", ScramVerifier.Create("right"));
            await using AbusedServer server = await AbusedServer.StartAsync(options: options => options with { Users = users });
            var http = new HttpClient();
            async Task<int> AskAsync(string password)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{server.UiPort}/api/v1/sessions"));
                request.Headers.TryAddWithoutValidation("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("anna:" + password)));
                using HttpResponseMessage response = await http.SendAsync(request);
                return (int)response.StatusCode;
            }

            using var done = new CancellationTokenSource();
            int refused = 0;
            Task[] flood = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    Assert.Equal(401, await AskAsync("wrong"));
                    Interlocked.Increment(ref refused);
                }
            }))];
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(200, await AskAsync("right"));
            }

            await done.CancelAsync();
            await Task.WhenAll(flood);
            Assert.True(refused > 0);
            http.Dispose();
            await server.IsAsBeforeAsync();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static byte[] Many(int count, Func<int, byte[]> part) => [.. Enumerable.Range(0, count).SelectMany(part)];

    /// <summary>Sends it all, or as much as is taken, reads what comes, and leaves.</summary>
    private static async Task PourAsync(int port, byte[] flood)
    {
        using Socket socket = await AbusedServer.ConnectAsync(port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        byte[] buffer = new byte[65536];
        async Task ReadAsync()
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }

        Task reading = ReadAsync();
        try
        {
            for (int sent = 0; sent < flood.Length;)
            {
                sent += await socket.SendAsync(flood.AsMemory(sent), patience.Token);
            }

            socket.Shutdown(SocketShutdown.Send);
            await reading;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The server has had enough.
        }

        try
        {
            await reading;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // As above.
        }
    }

    private static async Task CancelAsync(int port, int process, byte[]? key = null)
    {
        using RawClient client = await RawClient.ConnectAsync(port);
        await client.SendAsync([.. RawClient.Number(16), .. RawClient.Number(80877102), .. RawClient.Number(process), .. key ?? new byte[4]]);
        await client.ReadToEndAsync(TimeSpan.FromSeconds(5));
    }
}
