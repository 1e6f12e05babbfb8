using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Monitoring;

/// <summary>What is counted, and that Prometheus can read it.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StatementsAreCountedByOutcome()
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        var counters = new QueryCounters();
        engine.AddListener(counters);
        using Session session = engine.OpenSession("a\"b\\c\n", new SessionClient(Door.PostgreSql));
        await ResultReader.ReadAsync(session, "SELECT * FROM (VALUES (1), (2), (3)) t(n)", Cancellation);
        await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, "SELECT * FROM nosuch", Cancellation));
        PrometheusReader read = PrometheusReader.Read(ServerMetrics.Write(engine, counters, false));
        Assert.Equal(1, read.Samples["sqlcluster_queries_total{door=\"postgresql\",outcome=\"succeeded\"}"]);
        Assert.Equal(1, read.Samples["sqlcluster_queries_total{door=\"postgresql\",outcome=\"failed\"}"]);
        Assert.Equal(1, read.Samples["sqlcluster_query_errors_total{sqlstate=\"42P01\"}"]);
        Assert.Equal(1, read.Samples["sqlcluster_sessions{door=\"postgresql\",state=\"idle\"}"]);
        Assert.Equal(2, read.Samples["sqlcluster_query_duration_seconds_count"]);
        Assert.Equal(3, read.Samples["sqlcluster_query_rows_total"]);
        Assert.Equal(2, read.Samples["sqlcluster_executor_slots"]);
        Assert.Equal(0, read.Samples["sqlcluster_memory_queries_bytes"]);
        foreach (string name in new[] { "sqlcluster_executor_slots_busy", "sqlcluster_memory_pool_bytes", "sqlcluster_query_spilled_bytes_total", "sqlcluster_adaptive_changes_total{rule=\"CoalescePartitions\"}", "dotnet_gc_pause_seconds_total", "process_resident_memory_bytes", "sqlcluster_queries_queued" })
        {
            Assert.Contains(name, read.Samples.Keys);
        }
    }

    [Fact]
    public void ChangesOfAdaptiveExecutionAreCountedByRule()
    {
        using var engine = new Engine();
        var counters = new QueryCounters();
        counters.OnFinished(new FinishedQuery(
            QueryId.Next(), 1, "a", SessionClient.Embedded, "", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, 0, null, null, QueryOutcome.Succeeded)
        {
            AdaptiveRules = ["CoalescePartitions", "SwapJoinSides", "CoalescePartitions"],
        });
        PrometheusReader read = PrometheusReader.Read(ServerMetrics.Write(engine, counters, false));
        Assert.Equal(2, read.Samples["sqlcluster_adaptive_changes_total{rule=\"CoalescePartitions\"}"]);
        Assert.Equal(1, read.Samples["sqlcluster_adaptive_changes_total{rule=\"SwapJoinSides\"}"]);
        Assert.Equal(0, read.Samples["sqlcluster_adaptive_changes_total{rule=\"SplitSkewedPartitions\"}"]);
    }

    /// <summary>The page is read while statements end with outcomes and errors that none had before.</summary>
    [Fact]
    public async Task PagesAreWrittenWhileNewKindsOfEndsCome()
    {
        using var engine = new Engine();
        for (int round = 0; round < 100; round++)
        {
            var counters = new QueryCounters();
            var roles = new Roles(new ObjectIds());
            Task adding = Task.Run(
                () =>
                {
                    for (int state = 0; state < 150; state++)
                    {
                        roles.OidOf($"user {state}");
                        counters.OnFinished(new FinishedQuery(
                            QueryId.Next(), 1, "a", SessionClient.Embedded, "", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, 0, $"{state:00000}", "failed", QueryOutcome.Failed));
                    }
                },
                Cancellation);
            do
            {
                PrometheusReader.Read(ServerMetrics.Write(engine, counters, false));
                Assert.NotEmpty(roles.All);
            }
            while (!adding.IsCompleted);

            await adding;
            Assert.Equal(150, counters.Errors.Count);
            Assert.Equal(151, roles.All.Count);
        }
    }

    [Fact]
    public void DurationsFallIntoTheirBuckets()
    {
        var counters = new QueryCounters();
        foreach (double seconds in new[] { 0.0005, 0.001, 0.0011, 299, 301 })
        {
            counters.OnFinished(new FinishedQuery(
                QueryId.Next(), 1, "a", SessionClient.Embedded, "", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.FromSeconds(seconds), 0, 0, 0, 0, null, null, QueryOutcome.Succeeded));
        }

        IReadOnlyList<long> durations = counters.Durations();
        Assert.Equal((2, 3, 4, 5), (durations[0], durations[1], durations[^2], durations[^1]));
        Assert.Equal(600.0026, counters.Seconds, 4);
    }

    [Theory]
    [InlineData("x 1")]
    [InlineData("# HELP x y\n# TYPE x gauge\ny 1\n")]
    [InlineData("# HELP x y\n# TYPE x gauge\nx{a=\"b\",a=\"c\"} 1\n")]
    [InlineData("# HELP x y\n# TYPE x gauge\nx 1\nx 1\n")]
    [InlineData("# HELP x y\n# TYPE x counter\nx 1\n")]
    [InlineData("# HELP x y\n# TYPE x gauge\nx{a=\"b\"\"} 1\n")]
    public void TheReaderIsStrict(string text) => Assert.Throws<FormatException>(() => PrometheusReader.Read(text));
}
