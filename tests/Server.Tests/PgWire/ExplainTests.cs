using System.Text.Json;
using System.Xml.Linq;
using Npgsql;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>EXPLAIN as tools ask for it.</summary>
public sealed class ExplainTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    [Theory]
    [InlineData("EXPLAIN")]
    [InlineData("EXPLAIN VERBOSE")]
    [InlineData("EXPLAIN ANALYZE")]
    [InlineData("EXPLAIN ANALYZE VERBOSE")]
    [InlineData("EXPLAIN (ANALYZE, VERBOSE, BUFFERS, COSTS, TIMING, SUMMARY, FORMAT TEXT)")]
    public async Task U3_TheFirstLineHasTheCost(string explain)
    {
        string[] lines = await RunAsync($"{explain} SELECT n FROM numbers WHERE n < 10");
        string pattern = @"  \(cost=\d+\.\d\d\.\.\d+\.\d\d rows=\d+ width=\d+\)";
        Assert.Matches(explain.Contains("ANALYZE", StringComparison.Ordinal) ? pattern + @"  \(actual time=\d+\.\d{3}\.\.\d+\.\d{3} rows=10 loops=\d+\)$" : pattern + "$", lines[0]);
        Assert.Equal(explain.Contains("ANALYZE", StringComparison.Ordinal), lines.Any(static line => line.StartsWith("Execution Time: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task U3_CostsCanBeLeftOut() => Assert.DoesNotContain(await RunAsync("EXPLAIN (COSTS off) SELECT 1"), static line => line.Contains("cost=", StringComparison.Ordinal));

    [Fact]
    public async Task U3_JsonIsOneDocument()
    {
        using JsonDocument document = JsonDocument.Parse(Assert.Single(await RunAsync("EXPLAIN (FORMAT JSON, ANALYZE) SELECT count(*) FROM numbers")));
        JsonElement plan = document.RootElement[0].GetProperty("Plan");
        Assert.Equal(1, plan.GetProperty("Actual Rows").GetDouble());
        Assert.True(plan.GetProperty("Plans")[0].GetProperty("Total Cost").GetDouble() > 0);
        Assert.True(document.RootElement[0].GetProperty("Execution Time").GetDouble() > 0);
    }

    [Fact]
    public async Task U3_XmlIsOneDocument()
    {
        XElement root = XElement.Parse(Assert.Single(await RunAsync("EXPLAIN (FORMAT XML) SELECT count(*) FROM numbers")));
        XNamespace space = "http://www.postgresql.org/2009/explain";
        Assert.Equal(space + "explain", root.Name);
        Assert.NotNull(root.Element(space + "Query")?.Element(space + "Plan")?.Element(space + "Node-Type"));
    }

    [Fact]
    public async Task U3_YamlIsOneDocument() => Assert.StartsWith("- Plan:", Assert.Single(await RunAsync("EXPLAIN (FORMAT YAML) SELECT 1")), StringComparison.Ordinal);

    private async Task<string[]> RunAsync(string sql)
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.Equal("QUERY PLAN", reader.GetName(0));
        Assert.Equal(1, reader.FieldCount);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return [.. lines];
    }
}
