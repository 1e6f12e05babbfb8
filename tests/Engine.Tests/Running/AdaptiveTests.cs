using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Plans change while they run, EXPLAIN ANALYZE shows it, and the answer stays what it is without.</summary>
public sealed class AdaptiveTests
{
    private const string Grouping = "SELECT l_orderkey, sum(l_quantity) FROM lineitem GROUP BY l_orderkey";
    private const string SmallBuild = "SELECT l_partkey, o_totalprice FROM lineitem JOIN orders ON l_orderkey = o_orderkey WHERE o_comment LIKE '%packages. even%'";
    private const string SmallProbe = "SELECT o_custkey, l_partkey FROM lineitem JOIN orders ON l_orderkey = o_orderkey WHERE l_partkey + l_suppkey < 50";
    private const string Skewed = "SELECT o_custkey, l_suppkey FROM lineitem {0} JOIN orders ON CASE WHEN l_linenumber = 7 THEN l_orderkey ELSE 1 END = o_orderkey";
    private const string NoBuildRows = "SELECT l_orderkey, quantity FROM (SELECT l_orderkey, sum(l_quantity) AS quantity FROM lineitem GROUP BY l_orderkey) a JOIN orders ON l_orderkey = o_orderkey WHERE o_comment LIKE '%no such comment%'";
    private const string NoProbeRows = "SELECT o_orderkey FROM orders WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem WHERE l_comment LIKE '%no such comment%') UNION ALL SELECT l_partkey FROM lineitem WHERE l_quantity > 49";

    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "CoalescePartitions", "", Grouping, " partitions 8 → 2 (coalesced)" },
        { "BroadcastSmallBuildSides", "", SmallBuild, " broadcast (was partitioned: build " },
        { "SwapJoinSides", "adaptive_broadcast_size=0,adaptive_min_partition_size=1kB", SmallProbe, " sides swapped (build " },
        { "SplitSkewedPartitions", "adaptive_broadcast_size=0,adaptive_skew_size=100kB", string.Format(null, Skewed, ""), " (split, coalesced)" },
        { "SplitSkewedPartitions", "adaptive_broadcast_size=0,adaptive_skew_size=100kB", string.Format(null, Skewed, "LEFT"), " (split, coalesced)" },
        { "SplitSkewedPartitions", "adaptive_broadcast_size=0,adaptive_skew_size=100kB", string.Format(null, Skewed, "FULL"), " (split, coalesced)" },
        { "SplitSkewedPartitions", "adaptive_broadcast_size=0,adaptive_skew_size=100kB,spill_threshold=0", string.Format(null, Skewed, "FULL"), " (split, coalesced)" },
        { "PropagateEmptyRelations", "", NoBuildRows, " 0 rows empty (was " },
        { "PropagateEmptyRelations", "broadcast_size=512MB", NoProbeRows, "union arms without rows left out" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ARuleFiresIsShownAndKeepsTheAnswer(string rule, string settings, string sql, string shown)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Session session = OpenSession(settings);
        session.Settings.Set("adaptive", "off");
        (_, List<string?[]> expected) = await ResultReader.ReadAsync(session, sql, cancellation);
        Assert.Empty(session.LastExecution!.Decisions);
        session.Settings.Set("adaptive", "on");
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, sql, cancellation);
        Assert.Contains(session.LastExecution!.Decisions, decision => decision.Rule == rule);
        Assert.Equal(Sorted(expected), Sorted(rows));

        (_, List<string?[]> lines) = await ResultReader.ReadAsync(session, $"EXPLAIN ANALYZE {sql}", cancellation);
        string text = string.Join('\n', lines.Select(static line => line[0]));
        Assert.Contains(shown, text, StringComparison.Ordinal);
        Assert.Contains($"Adaptive: {rule} stage ", text, StringComparison.Ordinal);
        Assert.Contains("Initial Plan:\n  ", text, StringComparison.Ordinal);

        session.Settings.Set("disabled_rules", rule);
        (_, rows) = await ResultReader.ReadAsync(session, sql, cancellation);
        Assert.DoesNotContain(session.LastExecution!.Decisions, decision => decision.Rule == rule);
        Assert.Equal(Sorted(expected), Sorted(rows));
    }

    /// <summary>The probe side's scan is not read to its end: its stage was skipped, or ended where it was.</summary>
    [Fact]
    public async Task WhatNobodyNeedsEndsEarly()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = OpenSession("");
        await ResultReader.ReadAsync(session, NoBuildRows, TestContext.Current.CancellationToken);
        Assert.Contains(session.LastExecution!.Progress(), static stage => stage.IsSkipped);
        Assert.Equal(session.LastExecution.TotalTasks, session.LastExecution.EndedTasks);
    }

    [Theory]
    [InlineData("JSON", "\"Adaptive Decisions\": [")]
    [InlineData("XML", "<Initial-Plan>")]
    [InlineData("YAML", "  Initial Plan:\n")]
    public async Task EveryFormatShowsTheInitialPlan(string format, string expected)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = OpenSession("");
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, $"EXPLAIN (ANALYZE, FORMAT {format}) {Grouping}", TestContext.Current.CancellationToken);
        Assert.Contains(expected, rows[0][0]!, StringComparison.Ordinal);
        Assert.Contains("CoalescePartitions stage ", rows[0][0]!, StringComparison.Ordinal);
    }

    private static Session OpenSession(string settings)
    {
        Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read("no-adaptive"));
        session.Settings.Set("adaptive", "on");
        foreach (string setting in settings.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = setting.Split('=');
            session.Settings.Set(parts[0], parts[1]);
        }

        return session;
    }

    private static string[] Sorted(List<string?[]> rows) => [.. rows.Select(static row => string.Join('|', row)).Order(StringComparer.Ordinal)];
}
