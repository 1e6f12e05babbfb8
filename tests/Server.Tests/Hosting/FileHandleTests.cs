using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>A server with few file handles: clients and files beyond them are refused, and nothing else happens.</summary>
public sealed class FileHandleTests : IDisposable
{
    /// <summary>Leaves room for some dozens of connections.</summary>
    private const int Handles = 400;

    private const string Refusal = "too few file handles for more connections";
    private const string One = "T:?column? D:1 C:SELECT 1 Z:I";

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-handles").FullName;
    private readonly List<IDisposable> _opened = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _opened.ForEach(static opened => opened.Dispose());
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task ThePostgreSqlDoorSaysThatThereAreTooManyClients()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits of file handles");
        using ServerProcess server = await ServerProcess.ServeWithHandlesAsync(Handles);
        var sessions = new List<RawClient>();
        string refusal;
        while (true)
        {
            RawClient client = await StartAsync(server);
            List<(char Type, byte[] Body)> answer = await GreetingAsync(client);
            if (answer[^1].Type == 'E')
            {
                refusal = Encoding.UTF8.GetString(answer[^1].Body);
                break;
            }

            sessions.Add(client);
            Assert.True(sessions.Count < Handles, "nobody was refused");
        }

        Assert.Contains("SFATAL\0", refusal, StringComparison.Ordinal);
        Assert.Contains("C53300\0Msorry, too many clients already\0D", refusal, StringComparison.Ordinal);
        Assert.InRange(sessions.Count, 16, Handles);
        await FloodAsync(server, server.PgPort);
        foreach (RawClient session in sessions)
        {
            Assert.Equal(One, await session.QueryAsync("SELECT 1"));
        }

        // Files have handles of their own, and so have those who look after the server.
        Assert.Equal("C:COPY 100000 Z:I", await sessions[0].QueryAsync($"COPY (SELECT i FROM generate_series(1, 100000) AS s(i)) TO '{_folder}/some.parquet'"));
        Assert.Equal("T:count D:100000 C:SELECT 1 Z:I", await sessions[0].QueryAsync($"SELECT count(*) FROM '{_folder}/some.parquet'"));
        await AssertHealthyAsync(server);

        Leave();
        await UntilAsync(async () => (await GreetingAsync(await StartAsync(server)))[^1].Type == 'Z');
        using RawClient late = await RawClient.OpenAsync(server.PgPort);
        Assert.Equal(One, await late.QueryAsync("SELECT 1"));
        AssertOneLine(server);
    }

    [Fact]
    public async Task TheFlightDoorAnswersUnavailable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits of file handles");
        using ServerProcess server = await ServerProcess.ServeWithHandlesAsync(Handles);
        var sessions = new List<FlightSqlClient>();
        GrpcStatusException refusal;
        while (true)
        {
            FlightSqlClient client = Flight(server);
            try
            {
                await client.ExecuteAsync("SELECT 1", cancellationToken: Cancellation);
                sessions.Add(client);
                Assert.True(sessions.Count < Handles, "nobody was refused");
            }
            catch (GrpcStatusException error)
            {
                refusal = error;
                break;
            }
        }

        Assert.Equal(StatusCode.Unavailable, refusal.Code);
        Assert.Contains("sorry, too many clients already [53300]", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(sessions.Count, 16, Handles);
        await FloodAsync(server, server.FlightPort);
        foreach (FlightSqlClient session in sessions)
        {
            await session.ExecuteAsync("SELECT 1", cancellationToken: Cancellation);
        }

        await AssertHealthyAsync(server);
        Leave();
        await UntilAsync(async () =>
        {
            try
            {
                await Flight(server).ExecuteAsync("SELECT 1", cancellationToken: Cancellation);
                return true;
            }
            catch (GrpcStatusException error) when (error.Code == StatusCode.Unavailable)
            {
                return false;
            }
        });
        AssertOneLine(server);
    }

    [Fact]
    public async Task MoreFilesThanHandlesAreAnErrorOfTheStatement()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits of file handles");
        using ServerProcess server = await ServerProcess.ServeWithHandlesAsync(Handles);
        using RawClient client = await RawClient.OpenAsync(server.PgPort);
        string first = Path.Combine(_folder, "0.parquet");
        Assert.Equal("C:COPY 1 Z:I", await client.QueryAsync($"COPY (SELECT 1 AS a) TO '{first}'"));
        for (int i = 1; i < Handles; i++)
        {
            File.Copy(first, Path.Combine(_folder, i.ToString(CultureInfo.InvariantCulture) + ".parquet"));
        }

        Assert.Equal("E:53000 Z:I", await client.QueryAsync($"SELECT count(*) FROM '{_folder}/*.parquet'"));
        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await client.QueryAsync($"SELECT a FROM '{first}'"));
        using RawClient other = await RawClient.OpenAsync(server.PgPort);
        Assert.Equal(One, await other.QueryAsync("SELECT 1"));
        Assert.False(server.HasExited, server.Log);
    }

    [Fact]
    public async Task ALimitThatLeavesNoRoomForClientsIsSaidAtTheStart()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits of file handles");
        (int exitCode, string error) = await ServerProcess.RefuseWithHandlesAsync(230);
        Assert.Equal(1, exitCode);
        Assert.Contains("too few file handles: the limit is 230 (ulimit -n, LimitNOFILE)", error, StringComparison.Ordinal);

        using ServerProcess server = await ServerProcess.ServeWithHandlesAsync(Handles);
        await UntilAsync(() => Task.FromResult(server.Log.Contains("fewer than max_connections = 1000", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AnExecutorSaysAtItsStartThatTheLimitIsTooLow()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits of file handles");
        string secret = Path.Combine(_folder, "secret");
        await File.WriteAllTextAsync(secret, new string('s', 64), TestContext.Current.CancellationToken);
        (int exitCode, string error) = await ServerProcess.RefuseWithHandlesAsync(200, "executor", "--driver", "127.0.0.1:1", "--secret-file", secret);
        Assert.Equal(1, exitCode);
        Assert.Contains("too few file handles: the limit is 200 (ulimit -n, LimitNOFILE)", error, StringComparison.Ordinal);
    }

    /// <summary>Connections that say nothing wait at a door that has no room: its listener is not to try again and again.</summary>
    private async Task FloodAsync(ServerProcess server, int port)
    {
        for (int i = 0; i < 200; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _opened.Add(socket);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Cancellation);
        }

        TimeSpan before = server.ProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        Assert.InRange(server.ProcessorTime - before, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.False(server.HasExited, server.Log);
    }

    private async Task<RawClient> StartAsync(ServerProcess server)
    {
        RawClient client = await RawClient.ConnectAsync(server.PgPort);
        _opened.Add(client);
        await client.SendAsync(RawClient.Startup(196_608, "user", "raw", "database", "sqlcluster"));
        return client;
    }

    /// <summary>Messages up to the first ReadyForQuery or error.</summary>
    private static async Task<List<(char Type, byte[] Body)>> GreetingAsync(RawClient client)
    {
        var answer = new List<(char Type, byte[] Body)>();
        while (answer.Count == 0 || answer[^1].Type is not ('E' or 'Z'))
        {
            try
            {
                answer.Add(await client.ReadAsync() ?? ('E', "closed"u8.ToArray()));
            }
            catch (IOException)
            {
                answer.Add(('E', "reset"u8.ToArray()));
            }
        }

        return answer;
    }

    private FlightSqlClient Flight(ServerProcess server)
    {
        var flight = new FlightClient(new FlightClientOptions(new GrpcChannelOptions(new Uri($"http://127.0.0.1:{server.FlightPort}"))));
        _opened.Add(flight);
        return new FlightSqlClient(flight);
    }

    private void Leave()
    {
        _opened.ForEach(static opened => opened.Dispose());
        _opened.Clear();
    }

    private static async Task AssertHealthyAsync(ServerProcess server)
    {
        using var http = new HttpClient();
        using HttpResponseMessage ready = await http.GetAsync(new Uri($"http://127.0.0.1:{server.UiPort}/health/ready"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    /// <summary>Asks again until it is so: the server takes a moment to see that clients have left.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static void AssertOneLine(ServerProcess server)
    {
        Assert.False(server.HasExited, server.Log);
        string line = Assert.Single(server.Log.Split('\n'), static line => line.Contains(Refusal, StringComparison.Ordinal));
        Assert.Contains("\"level\":\"warning\"", line, StringComparison.Ordinal);
    }
}
