using SqlCluster.EngineTests.Tpch;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Cluster;

/// <summary>Executors are really killed, in the middle of queries: those end with the right answer, or with a clear error.</summary>
public sealed class ClusterFaultTests
{
    /// <summary>Every tuple of line items of one part: a hundred thousand times more work than reading them.</summary>
    private const string LongQuery =
        "SELECT a.l_returnflag, count(*), sum(b.l_quantity), max(c.l_tax) FROM lineitem a JOIN lineitem b ON a.l_partkey = b.l_partkey JOIN lineitem c ON b.l_partkey = c.l_partkey GROUP BY a.l_returnflag ORDER BY 1";

    private static bool IsSlow => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";

    [Fact]
    public async Task QueriesSurviveTheLossOfAnExecutor()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(TestEngines.TpchFolder, 3, 1, cancellation, restarts: true);
        using Session session = cluster.Engine.OpenSession();
        session.Settings.Set("broadcast_size", "0");        // so that rows are spread from stage to stage
        var random = new Random(20261122);
        int inTheMiddle = 0;
        foreach (string query in IsSlow ? TpchQueries.Names : ["q05", "q09", "q18", "q21"])
        {
            await cluster.Driver.WaitForExecutorsAsync(3, cancellation);
            IReadOnlyList<int> processes = cluster.ProcessIds;
            int victim = processes[random.Next(processes.Count)];
            double moment = random.NextDouble() * 0.9;
            Task killing = KillAtAsync(session, session.LastExecution, victim, moment, () => inTheMiddle++, cancellation);
            await TpchQueries.CheckAsync(session, "sf0.01", query, cancellation);
            await killing;
            Assert.IsType<ClusterExecution>(session.LastExecution);
        }

        Assert.True(inTheMiddle > 0, "vacuous: every query had ended before its executor was killed");
    }

    [Fact]
    public async Task TheLossOfAllExecutorsIsAnErrorAndTheNextStatementRunsInTheServer()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(TestEngines.TpchFolder, 2, 1, cancellation);
        using Session session = cluster.Engine.OpenSession();
        Task<QueryException> failing = TestEngines.ErrorOfAsync(session, LongQuery, cancellation);
        await UntilAsync(() => session.LastExecution is { EndedTasks: > 0 }, cancellation);
        foreach (int process in cluster.ProcessIds)
        {
            ProcessCluster.Kill(process);
        }

        QueryException error = await failing;
        Assert.Equal(("58000", "all executors are lost"), (error.SqlState, error.Message));
        Assert.Equal(0, cluster.Driver.ExecutorCount);
        Assert.Equal(2, cluster.Driver.LostCount);
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsNotType<ClusterExecution>(session.LastExecution);
    }

    /// <summary>A machine that is busy for a while is not lost; one that is silent for longer is, and comes back when it can, in the same process.</summary>
    [Fact]
    public async Task AnExecutorThatStandsStillForAWhileComesBack()
    {
        Assert.SkipUnless(Corpus.IsThere && !OperatingSystem.IsWindows(), Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(TestEngines.TpchFolder, 1, 1, cancellation, mostSilence: TimeSpan.FromSeconds(2));
        using Session session = cluster.Engine.OpenSession();
        int process = Assert.Single(cluster.ProcessIds);
        await ProcessCluster.SignalAsync(process, "STOP");
        await UntilAsync(() => cluster.Driver.LostCount == 1, cancellation);
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsNotType<ClusterExecution>(session.LastExecution);

        await ProcessCluster.SignalAsync(process, "CONT");
        await cluster.Driver.WaitForExecutorsAsync(1, cancellation);
        Assert.Equal(process, Assert.Single(cluster.ProcessIds));
        await TpchQueries.CheckAsync(session, "sf0.01", "q03", cancellation);
        Assert.IsType<ClusterExecution>(session.LastExecution);
    }

    /// <summary>Rows that have been sent cannot be unsent: what follows is the rest, or an error, but never rows twice.</summary>
    [Fact]
    public async Task ALossAmongSentRowsIsAnErrorOrTheRest()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(TestEngines.TpchFolder, 2, 1, cancellation);
        using Session session = cluster.Engine.OpenSession();
        const string Sql = "SELECT a.*, b.l_comment FROM lineitem a JOIN lineitem b ON a.l_partkey = b.l_partkey";
        await foreach (StatementResult result in session.ExecuteAsync(Sql, cancellation))
        {
            await using var rows = Assert.IsType<StatementResult.Rows>(result);
            (await rows.ReadAsync(cancellation))!.Release();
            foreach (int process in cluster.ProcessIds)
            {
                ProcessCluster.Kill(process);
            }

            QueryException error = await Assert.ThrowsAnyAsync<QueryException>(async () =>
            {
                while (await rows.ReadAsync(cancellation) is { } batch)
                {
                    batch.Release();
                }
            });
            Assert.Equal("58000", error.SqlState);
        }
    }

    private static async Task KillAtAsync(Session session, object? before, int process, double moment, Action killed, CancellationToken cancellation)
    {
        await UntilAsync(() => session.LastExecution is { } execution && execution != before && execution.EndedTasks >= moment * execution.TotalTasks, cancellation);
        bool isRunning = session.LastExecution is { } running && running.EndedTasks < running.TotalTasks;
        ProcessCluster.Kill(process);
        if (isRunning)
        {
            killed();
        }
    }

    /// <summary>Looks until something has come about.</summary>
    private static async Task UntilAsync(Func<bool> isSo, CancellationToken cancellation)
    {
        while (!isSo())
        {
            await Task.Delay(1, cancellation);
        }
    }
}
