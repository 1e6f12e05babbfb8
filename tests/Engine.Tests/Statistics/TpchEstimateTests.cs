using System.Text.Json;
using SqlCluster.EngineTests.Tpch;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Statistics;

/// <summary>Expected against counted rows of every filter and join of the TPC-H queries: q-error = max(expected / counted, counted / expected).</summary>
public sealed class TpchEstimateTests
{
    /// <summary>With sketches the estimates are better than with footers alone, on the whole and in the worst tenth, and answers are the same.</summary>
    [Fact]
    public async Task AnalyzedTablesAreEstimatedBetter()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var engine = new Engine();
        foreach (string file in Directory.GetFiles(TestEngines.TpchFolder, "*.parquet"))
        {
            engine.Attach(Path.GetFileNameWithoutExtension(file), file);
        }

        // A runtime filter takes rows from a scan that only the join above it accounts for.
        using Session session = engine.OpenSession();
        session.Settings.Set("runtime_filters", "off");
        List<double> before = await ErrorsAsync(session, cancellation);
        await ResultReader.ReadAsync(session, "ANALYZE", cancellation);
        List<double> after = await ErrorsAsync(session, cancellation);
        string figures = $"geometric mean {Mean(before):F3} before, {Mean(after):F3} after; 90 % below {At(before, 0.9):F1} before, {At(after, 0.9):F1} after, of {after.Count} scans and joins";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(after.Count > 100, figures);
        Assert.True(Mean(after) < Mean(before), figures);
        Assert.True(At(after, 0.9) <= At(before, 0.9), figures);
        foreach (string query in TpchQueries.Names)
        {
            await TpchQueries.CheckAsync(session, "sf0.01", query, cancellation);
        }
    }

    private static double Mean(List<double> errors) => Math.Exp(errors.Average(Math.Log));

    private static double At(List<double> errors, double share) => errors.Order().ElementAt((int)(share * (errors.Count - 1)));

    private static async Task<List<double>> ErrorsAsync(Session session, CancellationToken cancellation)
    {
        var errors = new List<double>();
        foreach (string query in TpchQueries.Names)
        {
            (_, List<string?[]> lines) = await ResultReader.ReadAsync(session, $"EXPLAIN (ANALYZE, FORMAT JSON) {TpchQueries.Text(query)}", cancellation);
            using JsonDocument document = JsonDocument.Parse(string.Join('\n', lines.Select(static line => line[0])));
            Collect(document.RootElement[0].GetProperty("Plan"), errors);
        }

        return errors;
    }

    private static void Collect(JsonElement node, List<double> errors)
    {
        if (node.GetProperty("Node Type").GetString() is "Seq Scan" or "Hash Join" or "Nested Loop" && node.TryGetProperty("Actual Rows", out JsonElement rows))
        {
            double expected = Math.Max(1, node.GetProperty("Plan Rows").GetDouble()), counted = Math.Max(1, rows.GetDouble());
            errors.Add(Math.Max(expected / counted, counted / expected));
        }

        if (node.TryGetProperty("Plans", out JsonElement children))
        {
            foreach (JsonElement child in children.EnumerateArray())
            {
                Collect(child, errors);
            }
        }
    }
}
