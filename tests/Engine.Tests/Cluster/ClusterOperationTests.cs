using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Arrow.Memory;
using SqlCluster.EngineTests.Tpch;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Execution.Cluster.Executor;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Cluster;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;
using SqlCluster.Testing.Clusters;

namespace SqlCluster.EngineTests.Cluster;

/// <summary>What surrounds queries on executors: ends, metrics, who may call, executors that come and go.</summary>
public sealed class ClusterOperationTests
{
    [Fact]
    public async Task ACancelledQueryLeavesNothingOnItsExecutors()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using SocketCluster cluster = await SocketCluster.StartAsync(2, 1, cancellation);
        using Engine engine = TestEngines.New(TestEngines.TpchFolder, cluster.Driver);
        using Session session = engine.OpenSession();
        Task<QueryException> ending = TestEngines.ErrorOfAsync(
            session, "SELECT count(*) FROM lineitem a JOIN lineitem b ON a.l_suppkey = b.l_suppkey JOIN lineitem c ON b.l_suppkey = c.l_suppkey WHERE a.l_tax + b.l_tax + c.l_tax > 0.01", cancellation);
        while (session.LastExecution is not { EndedTasks: > 0 })
        {
            await Task.Delay(1, cancellation);
        }

        session.Cancel();
        Assert.Equal("57014", (await ending).SqlState);
        Assert.All(cluster.Executors, static executor => Assert.Equal((0, 0L), (executor.Service.QueryCount, executor.Service.Memory.UsedBytes)));
        Assert.Equal(2, cluster.Driver.ExecutorCount);
    }

    [Fact]
    public async Task ExplainAnalyzeCountsWhatExecutorsDid()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        const string Sql = "EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF, TIMING OFF, FORMAT JSON) SELECT l_returnflag, count(*) FROM lineitem WHERE l_quantity < 10 GROUP BY 1";
        using Session here = TestEngines.Over(TestEngines.TpchFolder).OpenSession();
        using Session there = TestEngines.Over(TestEngines.TpchFolder, 0, executors: 2).OpenSession();
        string expected = await ScanRowsAsync(here, Sql, cancellation), actual = await ScanRowsAsync(there, Sql, cancellation);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task StrangersAreTurnedAway()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using SocketCluster cluster = await SocketCluster.StartAsync(1, 1, cancellation);
        using var account = new MemoryAccount("a stranger's rows");
        var executor = new Uri($"http://{cluster.Driver.States[0].Address}");
        foreach (string? token in new[] { null, "x", new string('0', 64) })
        {
            using var client = new FlightClient(new FlightClientOptions(executor) { Token = token });
            GrpcStatusException refused = await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(new Ticket(), account, cancellation));
            Assert.Equal(StatusCode.Unauthenticated, refused.Code);
        }

        // Every call that the code answers, on both sides.
        foreach ((Uri address, GrpcServer server) in new[] { (new Uri($"http://{cluster.DriverAddress}"), cluster.Driver.Server), (executor, cluster.Executors[0].Service.Server) })
        {
            using var channel = new GrpcChannel(new GrpcChannelOptions(address));
            Assert.NotEmpty(server.Methods);
            foreach (GrpcMethod method in server.Methods)
            {
                GrpcStatusException refused = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(method.Path, new Empty(), Empty.Parser, cancellationToken: cancellation));
                Assert.Equal(StatusCode.Unauthenticated, refused.Code);
            }
        }
    }

    [Fact]
    public void ASecretHasItsLength()
    {
        Assert.Throws<ArgumentException>(() => new ClusterSecret("too short"));
        _ = new ClusterSecret("just long enough");
    }

    [Theory]
    [InlineData("local", typeof(MasterUrl.Local))]
    [InlineData("standalone", typeof(MasterUrl.Standalone))]
    [InlineData("local-cluster[2,4,512MB]", typeof(MasterUrl.LocalCluster))]
    [InlineData("local-cluster[ 3, 1, 1GB ]", typeof(MasterUrl.LocalCluster))]
    [InlineData("local-cluster[0,1,1GB]", null)]
    [InlineData("local-cluster[1,1]", null)]
    [InlineData("yarn", null)]
    public void MastersAreRead(string text, System.Type? kind) => Assert.Equal(kind, MasterUrl.Parse(text)?.GetType());

    /// <summary>Executors come and go between statements, which use those that are there.</summary>
    [Fact]
    public async Task ExecutorsJoinAndLeave()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        ClusterSecret secret = ClusterSecret.Random(out _);
        await using DriverHost driver = await DriverHost.StartAsync(secret, IPAddress.Loopback, 0, NullLogger.Instance, SocketCluster.Patience, cancellation);
        using Engine engine = TestEngines.New(TestEngines.TpchFolder, driver.Driver);
        using Session session = engine.OpenSession();
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsNotType<ClusterExecution>(session.LastExecution);

        await using ExecutorHost first = await StartAsync(), second = await StartAsync();
        await driver.Driver.WaitForExecutorsAsync(2, cancellation);
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsType<ClusterExecution>(session.LastExecution);

        await first.LeaveAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((1, 0L), (driver.Driver.ExecutorCount, driver.Driver.LostCount));
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsType<ClusterExecution>(session.LastExecution);
        await second.LeaveAsync(TimeSpan.FromSeconds(60));
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsNotType<ClusterExecution>(session.LastExecution);

        Task<ExecutorHost> StartAsync() => ExecutorHost.StartAsync(
            new ExecutorOptions(1, 1L << 30, Path.GetTempPath(), secret), ("127.0.0.1", driver.Address.Port), IPAddress.Loopback, null, 0, isTied: true, NullLogger.Instance, cancellation);
    }

    /// <summary>The counts of rows that the plan's scans gave.</summary>
    private static async Task<string> ScanRowsAsync(Session session, string sql, CancellationToken cancellation)
    {
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, sql, cancellation);
        string text = string.Join('\n', rows.Select(static row => row[0]));
        return string.Join(' ', System.Text.RegularExpressions.Regex.Matches(text, "\"Actual Rows\": *(\\d+)").Select(static match => match.Groups[1].Value).TakeLast(1));
    }
}
