using System.Text.Json;
using SqlCluster.EngineTests.Tpch;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>EXPLAIN ANALYZE accounts for a query's memory: what operators and exchanges held at the peak, and what was held elsewhere, add up to it.</summary>
public sealed class MemoryAccountingTests
{
    /// <summary>Most of the peak that may be held by nobody who is shown: kernels' and compilers' buffers that no operator owns.</summary>
    private const double MostElsewhere = 0.02;

    public static TheoryData<string> Queries => [.. TpchQueries.Names];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task OperatorsAndExchangesExplainThePeak(string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read("eight-slots"));
        JsonElement answer = await ExplainAsync(session, TpchQueries.Text(query));
        long peak = Number(answer, "Peak Memory Bytes"), elsewhere = Number(answer, "Memory Elsewhere Bytes"), leftOut = Number(answer, "Memory Left Out Bytes");
        Assert.True(peak > 0);
        Assert.Equal(peak, elsewhere + leftOut + Nodes(answer.GetProperty("Plan")).Sum(static node => Number(node, "memory bytes at query peak")));
        Assert.True(leftOut == 0 || query == "q17", $"{leftOut} bytes of stages that were left out");     // no part of SF 0.01 is of its brand and container
        Assert.True(elsewhere <= MostElsewhere * peak, $"{elsewhere} of {peak} bytes elsewhere");
    }

    /// <summary>The rows wait in the exchange while the other side is sorted.</summary>
    [Theory]
    [InlineData("default")]
    [InlineData("spill")]
    public async Task AnExchangeShowsItsRowsTheirBytesAndItsMemory(string configuration)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read(configuration));
        JsonElement answer = await ExplainAsync(session, "SELECT l_orderkey, l_partkey FROM lineitem ORDER BY l_shipdate");
        JsonElement exchange = Nodes(answer.GetProperty("Plan")).Single(static node => Number(node, "rows written") == 60_175);
        Assert.InRange(Number(exchange, "bytes written"), 60_175 * 20, 60_175 * 20 * 4);
        Assert.Equal(configuration == "spill", Number(exchange, "spilled bytes") > 0);
        Assert.True(Number(exchange, "peak memory bytes") > 0);
    }

    /// <summary>The rows of a shared subplan are under the node that makes it.</summary>
    [Fact]
    public async Task AKeptSubplanShowsItsMemory()
    {
        using var engine = new Engine(new EngineOptions(2));
        using Session session = engine.OpenSession();
        JsonElement answer = await ExplainAsync(session, "WITH c AS MATERIALIZED (SELECT n FROM generate_series(1, 50000) AS s(n)) SELECT count(*) FROM c AS a JOIN c AS b ON a.n = b.n");
        JsonElement with = answer.GetProperty("Plan");
        Assert.StartsWith("WithExec", with.GetProperty("Detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(50_000, Number(with, "rows written"));
        Assert.InRange(Number(with, "peak memory bytes"), 200_000, 4_000_000);
    }

    [Theory]
    [InlineData("TEXT", "rows written: 60175")]
    [InlineData("XML", "<rows-written>60175</rows-written>")]
    [InlineData("YAML", "rows written: 60175")]
    public async Task EveryFormatShowsIt(string format, string expected)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read("default"));
        var result = await ResultReader.ReadAsync(session, $"EXPLAIN (ANALYZE, FORMAT {format}) SELECT l_orderkey FROM lineitem ORDER BY l_shipdate", TestContext.Current.CancellationToken);
        string text = string.Join('\n', result.Rows.Select(static row => row[0]));
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Contains("Peak", text, StringComparison.Ordinal);
        Assert.Contains("Elsewhere", text, StringComparison.Ordinal);
        Assert.Contains("Waiting", text, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ExplainAsync(Session session, string sql)
    {
        var result = await ResultReader.ReadAsync(session, $"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", TestContext.Current.CancellationToken);
        return JsonDocument.Parse(result.Rows[0][0]!).RootElement[0];
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement node) =>
        node.TryGetProperty("Plans", out JsonElement children) ? children.EnumerateArray().SelectMany(Nodes).Prepend(node) : [node];

    private static long Number(JsonElement node, string name) => node.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0;
}
