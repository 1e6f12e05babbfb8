using SqlCluster.EngineTests.Tpch;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;
using SqlCluster.Testing.Clusters;

namespace SqlCluster.EngineTests.Cluster;

/// <summary>The same plans on executors in other processes: the same answers.</summary>
public sealed class ClusterAnswerTests
{
    /// <summary>All of TPC-DS, or every eighth query where time is short. TPC-H runs under tests/configs/two-executors.conf.</summary>
    public static TheoryData<string> DecisionSupport => [.. Enumerable.Range(1, 99).Where(static number => IsSlow || number % 8 == 5).Select(static number => $"q{number:00}")];

    [Theory]
    [MemberData(nameof(DecisionSupport))]
    public async Task TwoExecutorsOfOneCoreGiveTheAnswersOfTpcds(string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = TestEngines.Over(TestEngines.TpcdsFolder, 0, executors: 2).OpenSession();
        string sql = await File.ReadAllTextAsync(Corpus.Path("tpcds", "queries", $"{query}.sql"), TestContext.Current.CancellationToken);
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken);
        Assert.Null(AnswerComparison.Difference(AnswerComparison.ReadCsv(Corpus.Path("tpcds", "answers", $"{query}.csv")), rows, isOrdered: false));
        Assert.IsType<ClusterExecution>(session.LastExecution);
    }

    /// <summary>What a query may hold of executors: nothing, once it has ended.</summary>
    [Fact]
    public async Task NothingIsLeftOnExecutorsWhenQueriesHaveEnded()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using SocketCluster cluster = await SocketCluster.StartAsync(3, 2, cancellation);
        using Engine engine = TestEngines.New(TestEngines.TpchFolder, cluster.Driver);
        using Session session = engine.OpenSession();
        foreach (string query in new[] { "q03", "q09", "q18", "q21" })
        {
            await TpchQueries.CheckAsync(session, "sf0.01", query, cancellation);
            Assert.All(cluster.Executors, static executor => Assert.Equal((0, 0L), (executor.Service.QueryCount, executor.Service.Memory.UsedBytes)));
        }

        QueryException error = await TestEngines.ErrorOfAsync(session, "SELECT sum(1 / (l_orderkey - l_orderkey)) FROM lineitem", cancellation);
        Assert.Equal(("22012", "division by zero"), (error.SqlState, error.Message));
        Assert.All(cluster.Executors, static executor => Assert.Equal((0, 0L), (executor.Service.QueryCount, executor.Service.Memory.UsedBytes)));
        Assert.Equal(3, cluster.Driver.ExecutorCount);
    }

    /// <summary>Three child processes of two cores.</summary>
    [Fact]
    public async Task ThreeProcessesOfTwoCoresGiveTheAnswersOfTpch()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(TestEngines.TpchFolder, 3, 2, cancellation);
        using Session session = cluster.Engine.OpenSession();
        foreach (string query in TpchQueries.Names.Where(static (_, index) => IsSlow || index % 5 == 2))
        {
            await TpchQueries.CheckAsync(session, "sf0.01", query, cancellation);
            Assert.IsType<ClusterExecution>(session.LastExecution);
        }
    }

    private static bool IsSlow => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";
}
