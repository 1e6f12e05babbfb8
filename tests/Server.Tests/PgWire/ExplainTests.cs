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

    /// <summary>The operator on top, whether rows are changed with ANALYZE, and never without.</summary>
    [Theory]
    [InlineData("INSERT INTO explained VALUES (4)", "Insert on explained", "1,2,3,4")]
    [InlineData("INSERT INTO explained VALUES (3) ON CONFLICT (n) DO UPDATE SET n = 30", "Insert on explained", "1,2,30")]
    [InlineData("UPDATE explained AS e SET n = n + 10 WHERE n > 1 RETURNING n", "Update on explained e", "1,12,13")]
    [InlineData("DELETE FROM explained", "Delete on explained", "")]
    [InlineData("MERGE INTO explained USING (VALUES (2), (5)) v(n) ON v.n = explained.n WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.n)", "Merge on explained", "1,3,5")]
    [InlineData("WITH d AS (DELETE FROM explained WHERE n = 1 RETURNING n) SELECT n FROM d", "WithExec d", "2,3")]
    [InlineData("WITH d AS (DELETE FROM explained WHERE n = 1 RETURNING n), i AS (INSERT INTO explained VALUES (7)) UPDATE explained SET n = 9 FROM d WHERE explained.n = d.n + 1", "WithExec d", "3,7,9")]
    [InlineData("EXECUTE adds(8)", "Insert on explained", "1,2,3,8")]
    [InlineData("CREATE TEMP TABLE copied AS SELECT n FROM explained", "", "1,2,3")]
    [InlineData("DECLARE c CURSOR FOR SELECT n FROM explained", "", "1,2,3")]
    public async Task U3_ChangesAreShownAndMadeWithAnalyzeAlone(string statement, string top, string after)
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await ReadAsync(connection, "CREATE TEMP TABLE explained (n int PRIMARY KEY); INSERT INTO explained VALUES (1), (2), (3); PREPARE adds(int) AS INSERT INTO explained VALUES ($1)");
        foreach (string format in (string[])["TEXT", "JSON", "XML", "YAML"])
        {
            string[] plan = await ReadAsync(connection, $"EXPLAIN (FORMAT {format}) {statement}");
            Assert.Contains(top, plan[0], StringComparison.Ordinal);
        }

        foreach (string step in (string[])["ANALYZED", "OPTIMIZED", "PHYSICAL", "STAGES", "TRACE"])
        {
            await ReadAsync(connection, $"EXPLAIN ({step}) {statement}");
        }

        Assert.Equal(["1,2,3"], await ReadAsync(connection, "SELECT string_agg(n::text, ',' ORDER BY n) FROM explained"));
        foreach (string format in (string[])["TEXT", "JSON", "XML", "YAML"])
        {
            string[] ran = await ReadAsync(connection, $"BEGIN; EXPLAIN (ANALYZE, FORMAT {format}) {statement}");
            Assert.Contains(top, ran[0], StringComparison.Ordinal);
            Assert.Contains(ran, line => line.Contains(format switch { "TEXT" => "rows=", "XML" => "<Actual-Rows>", _ => "Actual Rows" }, StringComparison.Ordinal));
            Assert.Contains(ran, static line => line.Contains("Execution", StringComparison.Ordinal));
            Assert.Equal([after], await ReadAsync(connection, "SELECT coalesce(string_agg(n::text, ',' ORDER BY n), '') FROM explained"));
            await ReadAsync(connection, "ROLLBACK");
        }
    }

    private static async Task<string[]> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(reader.GetString(0));
        }

        return [.. lines];
    }

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
