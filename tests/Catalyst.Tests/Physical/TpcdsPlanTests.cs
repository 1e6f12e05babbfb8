using System.Diagnostics;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Tests.Analysis;

namespace SqlCluster.Catalyst.Tests.Physical;

/// <summary>The 99 queries derived from TPC-DS get plans in which every operator finds its rows, on any topology.</summary>
public sealed class TpcdsPlanTests
{
    private static readonly Topology[] _topologies = [new(1, 1), new(2, 8), new(8, 1), new(4, 4, Executors: 2)];

    public static TheoryData<string> Queries => [.. Enumerable.Range(1, 99).Select(static query => $"q{query:D2}")];

    [Theory]
    [MemberData(nameof(Queries))]
    public void Every_operator_finds_its_rows(string query)
    {
        string? queries = SharedCorpus.Find("tpcds/queries");
        Assert.SkipUnless(queries is not null, "the shared corpus is not here");
        string sql = File.ReadAllText(Path.Combine(queries, query + ".sql"));
        foreach (Topology topology in _topologies)
        {
            PlannedQuery planned = PlannedQuery.Of(sql, TpcdsTables.All, topology);
            DistributionValidator.Validate(planned.Physical, topology);
            StagePlan stages = StagePlanner.Plan(planned.Physical, topology);
            Assert.All(stages.Stages, stage => Assert.All(stage.Inputs, input => Assert.True(input.Value < stage.Id.Value)));
            Assert.Equal(planned.Analyzed.Output.Select(static column => column.Name), planned.Physical.Output.Select(static column => column.Name));
        }
    }
}

/// <summary>The TPC-DS tables at about scale factor 1: names, types and row counts; distinct counts of keys.</summary>
internal static class TpcdsTables
{
    private static readonly Dictionary<string, long> _rows = new()
    {
        ["store_sales"] = 2_880_404, ["catalog_sales"] = 1_441_548, ["web_sales"] = 719_384, ["store_returns"] = 287_514, ["catalog_returns"] = 144_067, ["web_returns"] = 71_763,
        ["inventory"] = 11_745_000, ["customer"] = 100_000, ["customer_address"] = 50_000, ["customer_demographics"] = 1_920_800, ["household_demographics"] = 7_200, ["item"] = 18_000,
        ["date_dim"] = 73_049, ["time_dim"] = 86_400, ["store"] = 12, ["warehouse"] = 5, ["web_site"] = 30, ["web_page"] = 60, ["promotion"] = 300, ["reason"] = 35,
        ["ship_mode"] = 20, ["income_band"] = 20, ["call_center"] = 6, ["catalog_page"] = 11_718,
    };

    public static IReadOnlyList<ITable> All { get; } = Make();

    private static List<ITable> Make()
    {
        var schema = new CatalogForTests(JudgedFile.Text("tpcds.sql"));
        var tables = new List<ITable>();
        foreach ((string name, long rows) in _rows)
        {
            if (schema.Find([name]) is not Relation.OfTable { Table: var table })
            {
                throw new UnreachableException($"no table {name}");
            }

            tables.Add(new Statistics.StatisticsTable(name, rows, [.. table.Columns.Select(column => new Statistics.StatisticsColumn(
                column.Name, column.Type, Distinct(column, rows), Nulls: column.IsNullable ? rows / 50 : 0))]));
        }

        return tables;
    }

    /// <summary>Surrogate keys have their dimension's values, other columns few.</summary>
    private static double Distinct(TableColumn column, long rows)
    {
        double dimension = !column.Name.EndsWith("_sk", StringComparison.Ordinal) ? Math.Max(2, Math.Sqrt(rows))
            : column.Name.Contains("date", StringComparison.Ordinal) ? 2000
            : column.Name.Contains("customer", StringComparison.Ordinal) ? 100_000
            : column.Name.Contains("item", StringComparison.Ordinal) ? 18_000
            : column.Name.Contains("demo", StringComparison.Ordinal) ? 100_000
            : 1000;
        return Math.Max(1, Math.Min(rows, dimension));
    }
}
