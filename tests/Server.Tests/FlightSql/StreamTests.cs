using System.Diagnostics;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Results on their way: streaming, slow and vanished clients, deadlines, cancellation (docs/client-requirements.md, G13, G14, section 2.7).</summary>
public sealed class StreamTests : IDisposable
{
    private const string Endless = "SELECT count(*) FROM generate_series(1, 100000) a(x), generate_series(1, 100000) b(y), generate_series(1, 100000) c(z) WHERE x + y + z = 7";
    private readonly string _folder = Directory.CreateTempSubdirectory("flight").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task RowsComeBeforeTheLastRowGroupIsRead()
    {
        await using FlightTestServer server = await WithRowsAsync(1_000_000);
        using FlightTestClient client = server.Connect();
        using GrpcResponse response = await OpenAsync(client, "SELECT * FROM big");
        Assert.NotNull(await response.ReadMessageAsync());
        FlightData first = FlightData.Parser.ParseFrom(Assert.NotNull(await response.ReadMessageAsync()).Span);
        Assert.False(first.DataBody.IsEmpty);

        // Nobody reads on, so the scan stands still before its end.
        RunningQuery running = Running(server);
        await UntilStillAsync(() => running.Rows);
        Assert.True(running.Execution!.EndedTasks < running.Execution.TotalTasks, "the whole table was read for one batch");
        Assert.InRange(running.Rows, 1, 750_000);
    }

    [Fact]
    public async Task NoMessageIsAboveTwoMegabytes()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightTable table = await client.QueryAsync("SELECT n, repeat('x', 3000) AS wide FROM generate_series(1, 6000) AS g(n)");
        Assert.Equal(6000, table.Rows.Count);
        Assert.Equal(6000, table["n"].Distinct().Count());
        Assert.All(table.MessageSizes, static size => Assert.InRange(size, 1, (2 << 20) + 4096));
        Assert.True(table.MessageSizes.Sum() > 18_000_000, "the rows were to be larger than a message");

        // A client that has not shown that it reads gets little at a time: what is encoded waits with its rows.
        long sent = 0;
        Assert.All(table.MessageSizes.TakeWhile(size => (sent += size) < 15 << 20), static size => Assert.InRange(size, 1, (256 << 10) + 4096));
    }

    [Fact]
    public async Task ASlowReaderSuspendsItsQueryWithinBoundedMemory()
    {
        await using FlightTestServer server = await WithRowsAsync(1_000_000);
        using FlightTestClient client = server.Connect();
        using GrpcResponse response = await OpenAsync(client, "SELECT * FROM big");

        // 1 KB in each tenth of a second for two seconds: what is sent ahead is bounded by windows and buffers, not by the result.
        byte[] kilobyte = new byte[1024];
        for (int i = 0; i < 20; i++)
        {
            await response.Body.ReadExactlyAsync(kilobyte, TestContext.Current.CancellationToken);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        RunningQuery running = Running(server);
        long rows = await UntilStillAsync(() => running.Rows);
        Assert.True(rows < 750_000, $"{rows} of 1000000 rows left for a reader of 20 KB");
        Assert.True(running.UsedMemoryBytes < 128 << 20, $"{running.UsedMemoryBytes} bytes are held for a slow reader");
        Assert.True(running.Execution!.EndedTasks < running.Execution.TotalTasks);
    }

    [Fact]
    public async Task G13_AVanishedClientEndsItsQueryWithinASecond()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = Endless });
        using (var gone = new CancellationTokenSource())
        {
            Task read = client.Channel.ServerStreamingAsync(FlightTestClient.Service + "DoGet", info.Endpoint[0].Ticket, client.Options(), gone.Token);
            await UntilAsync(() => server.Engine.Sessions.Any(static session => session.Running?.Execution != null));
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => read);
        }

        await EndsWithinAsync(server, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task G13_APassedDeadlineEndsItsQuery()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = Endless });
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            using GrpcResponse response = await client.Channel.ServerStreamingAsync(FlightTestClient.Service + "DoGet", info.Endpoint[0].Ticket, client.Options(TimeSpan.FromMilliseconds(300)));
            await response.ReadMessageAsync();
        });
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
        await EndsWithinAsync(server, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("CancelFlightInfo")]
    [InlineData("CancelQuery")]
    public async Task G13_CancellingEndsTheQueryAndMayBeRepeated(string action)
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = Endless });
        Task<FlightTable> read = client.DoGetAsync(info.Endpoint[0].Ticket);
        await UntilAsync(() => server.Engine.Sessions.Any(static session => session.Running?.Execution != null));
        async Task<CancelStatus> Cancel() => action == "CancelFlightInfo"
            ? CancelFlightInfoResult.Parser.ParseFrom(Assert.Single(await client.ActAsync(action, new CancelFlightInfoRequest { Info = info }, packed: false))).Status
            : (CancelStatus)(int)Google.Protobuf.WellKnownTypes.Any.Parser.ParseFrom(Assert.Single(await client.ActAsync(action, new ActionCancelQueryRequest { Info = Google.Protobuf.ByteString.CopyFrom(Google.Protobuf.MessageExtensions.ToByteArray(info)) })))
                .Unpack<ActionCancelQueryResult>().Result;
        Assert.Equal(CancelStatus.Cancelled, await Cancel());
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => read);
        Assert.Equal((StatusCode.Cancelled, "canceling statement due to user request [57014]"), (error.Code, error.Message));
        await EndsWithinAsync(server, TimeSpan.FromSeconds(1));
        Assert.Equal(CancelStatus.Cancelled, await Cancel());
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(info.Endpoint[0].Ticket))).Code);
    }

    [Fact]
    public async Task G13_WhatHasEndedCannotBeCancelled()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "SELECT 1" });
        await client.DoGetAsync(info.Endpoint[0].Ticket);
        Assert.Equal(CancelStatus.NotCancellable, CancelFlightInfoResult.Parser.ParseFrom(Assert.Single(await client.ActAsync("CancelFlightInfo", new CancelFlightInfoRequest { Info = info }, packed: false))).Status);
    }

    [Fact]
    public async Task G14_PollingTellsProgressUntilRowsAreThere()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        PollInfo poll = await client.PollAsync(FlightTestClient.Describe(new CommandStatementQuery { Query = "SELECT sum(x) FROM generate_series(1, 3000000) g(x)" }));
        double before = 0;
        while (poll.FlightDescriptor != null)
        {
            Assert.InRange(poll.Progress, before, 1);
            before = poll.Progress;
            Assert.Single(poll.Info.Endpoint);
            poll = await client.PollAsync(poll.FlightDescriptor);
        }

        Assert.Equal(1, poll.Progress);
        FlightTable table = await client.DoGetAsync(poll.Info.Endpoint[0].Ticket);
        Assert.Equal("4500001500000", table.Single!.ToString());
        Assert.Single(server.Engine.History.Recent(), static query => query.Text.Contains("3000000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task G14_APolledQueryThatFailsSaysSoInDoGet()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        PollInfo poll = await client.PollAsync(FlightTestClient.Describe(new CommandStatementQuery { Query = "SELECT 1 / (x - x) FROM generate_series(1, 10) g(x)" }));
        while (poll.FlightDescriptor != null)
        {
            poll = await client.PollAsync(poll.FlightDescriptor);
        }

        Assert.Equal("22012", (await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(poll.Info.Endpoint[0].Ticket))).Trailers["sqlstate"]);
    }

    [Fact]
    public async Task StatementTimeoutIsADeadline()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("SET statement_timeout = '200ms'");
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => client.QueryAsync(Endless));
        Assert.Equal((StatusCode.DeadlineExceeded, "canceling statement due to statement timeout [57014]"), (error.Code, error.Message));
    }

    private static RunningQuery Running(FlightTestServer server) => Assert.Single(server.Engine.Sessions.Select(static session => session.Running).OfType<RunningQuery>());

    private static async Task<GrpcResponse> OpenAsync(FlightTestClient client, string sql)
    {
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = sql });
        return await client.Channel.BulkStreamingAsync(FlightTestClient.Service + "DoGet", info.Endpoint[0].Ticket, client.Options());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a number stays what it is.</summary>
    private static async Task<long> UntilStillAsync(Func<long> number)
    {
        long before = -1, now = number();
        for (int still = 0; still < 5; still = before == now ? still + 1 : 0)
        {
            before = now;
            await Task.Delay(100, TestContext.Current.CancellationToken);
            now = number();
        }

        return now;
    }

    /// <summary>Waits for the engine's work to end; the limit counts on a quiet machine, elsewhere ten times as long is allowed.</summary>
    private static async Task EndsWithinAsync(FlightTestServer server, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        await UntilAsync(() => server.Engine.Sessions.All(static session => session.Running == null));
        TimeSpan allowed = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == null ? 10 * limit : limit;
        Assert.True(watch.Elapsed < allowed, $"the query went on for {watch.Elapsed}");
    }

    /// <summary>A server with a Parquet table "big" of many row groups, about 40 bytes a row.</summary>
    private async Task<FlightTestServer> WithRowsAsync(int rows)
    {
        FlightTestServer server = await FlightTestServer.StartAsync();
        string file = Path.Combine(_folder, "big.parquet");
        await server.ExecuteAsync($"COPY (SELECT n, n::bigint * 7919 % 1000003 AS hash, 'row number ' || n AS name FROM generate_series(1, {rows}) AS g(n)) TO '{file}'");
        server.Engine.Attach("big", file);
        return server;
    }
}
