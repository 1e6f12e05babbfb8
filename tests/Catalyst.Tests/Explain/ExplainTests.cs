using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SqlCluster.Catalyst.Explain;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Tests.Physical;
using SqlCluster.Catalyst.Tests.Statistics;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Explain;

public sealed partial class ExplainTests
{
    private readonly PlanBuilder _b = new();

    [Fact]
    public void The_first_line_ends_with_costs_that_clients_parse()
    {
        IReadOnlyList<string> lines = ExplainWriter.Write(ExplainNode.Of(Grouped()), ExplainOptions.Default, null);
        Match match = Costs().Match(lines[0]);
        Assert.True(match.Success, lines[0]);
        Assert.True(double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) >= double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal("3", match.Groups[3].Value);
        Assert.All(lines, line => Assert.Matches(Costs(), line));
    }

    [Fact]
    public void A_plan_never_costs_less_than_its_inputs()
    {
        static void Check(ExplainNode node)
        {
            Assert.All(node.Children, child => Assert.True(node.TotalCost >= child.TotalCost, node.Line));
            Assert.True(node.StartupCost <= node.TotalCost, node.Line);
            Assert.All(node.Children, Check);
        }

        Check(ExplainNode.Of(Grouped()));
    }

    [Fact]
    public void Json_xml_and_yaml_hold_the_same_tree()
    {
        ExplainNode node = ExplainNode.Of(Grouped());
        var summary = new ExplainSummary(TimeSpan.FromMilliseconds(1.5), null);
        ExplainOptions options = ExplainOptions.Default with { Summary = true };
        using JsonDocument json = JsonDocument.Parse(ExplainWriter.Write(node, options with { Format = ExplainFormat.Json }, summary).Single());
        JsonElement plan = json.RootElement[0].GetProperty("Plan");
        Assert.Equal("Aggregate", plan.GetProperty("Node Type").GetString());
        Assert.Equal("lineitem", plan.GetProperty("Plans")[0].GetProperty("Plans")[0].GetProperty("Plans")[0].GetProperty("Relation Name").GetString());
        Assert.Equal(1.5, json.RootElement[0].GetProperty("Planning Time").GetDouble());

        XElement xml = XElement.Parse(ExplainWriter.Write(node, options with { Format = ExplainFormat.Xml }, summary).Single());
        XNamespace ns = "http://www.postgresql.org/2009/explain";
        Assert.Equal(ns + "explain", xml.Name);
        Assert.Equal(["Aggregate", "Gather", "Aggregate", "Seq Scan"], xml.Descendants(ns + "Node-Type").Select(static element => element.Value));

        string yaml = ExplainWriter.Write(node, options with { Format = ExplainFormat.Yaml }, summary).Single();
        Assert.StartsWith("- Plan:\n    Node Type: \"Aggregate\"\n", yaml, StringComparison.Ordinal);
        Assert.Contains("    Plans:\n      - Node Type: \"Gather\"\n        Detail: ", yaml, StringComparison.Ordinal);
        Assert.EndsWith("\n  Planning Time: 1.5", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_ran_shows_what_its_stages_did()
    {
        StagePlan stages = StagePlanner.Plan(Grouped(), PlanBuilder.TwoSlots);
        var metrics = new ScanMetrics();
        string text = string.Join('\n', ExplainWriter.Write(ExplainNode.Of(stages, metrics), ExplainOptions.Default with { Analyze = true, Costs = false, Summary = true }, new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20), new MemorySummary(2048, 1, 0, 0))));
        Assert.Equal("""
            HashAggregateExec Final [l_returnflag] [sum(l_quantity)]  (never executed)
              ExchangeExec Gather stage 0  (actual time=0.000..0.000 rows=0 loops=1)
                bytes written: 48, rows written: 3
                HashAggregateExec Partial [l_returnflag] [sum(l_quantity)]  (never executed)
                  ScanExec lineitem [l_returnflag, l_quantity]  (actual time=0.000..12.500 rows=7 loops=1)
                    bytes read: 4096, row groups pruned: 2
            Planning Time: 1.000 ms
            Execution Time: 20.000 ms
            Peak Memory: 2 kB
            Memory Elsewhere: 1 kB
            Results Waiting: 0 kB
            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Of_a_large_plan_the_first_nodes_are_shown()
    {
        StagePlan stages = StagePlanner.Plan(Grouped(), PlanBuilder.TwoSlots);
        Assert.Equal(4, ExplainNode.Of(stages, new ScanMetrics(), 4).Count);
        ExplainNode cut = ExplainNode.Of(stages, new ScanMetrics(), 2);
        Assert.Equal(["HashAggregateExec Final", "ExchangeExec Gather"], [cut.Line[..23], cut.Children.Single().Line[..19]]);
        Assert.Empty(cut.Children[0].Children);

        ExecPlan joined = PlanBuilder.Plan(_b.Join(_b.Scan(TpchTables.Orders, "o_orderkey o_custkey"), _b.Scan(TpchTables.Customer, "c_custkey"), _b.Equal("o_custkey", "c_custkey")));
        StagePlan joins = StagePlanner.Plan(joined, PlanBuilder.TwoSlots);
        int nodes = ExplainNode.Of(joins, new ScanMetrics()).Count;
        Assert.True(nodes >= 4);
        Assert.All(Enumerable.Range(1, nodes), most => Assert.InRange(ExplainNode.Of(joins, new ScanMetrics(), most).Count, 1, most));
    }

    [Fact]
    public void Long_lists_of_a_node_are_cut()
    {
        ExecColumn[] columns = [.. Enumerable.Range(0, 100_000).Select(static i => new ExecColumn($"c{i}", SqlType.Integer, false))];
        string line = ExecPlanPrinter.Describe(new ValuesExec([], [.. columns]));
        Assert.StartsWith("ValuesExec [c0, c1, c2", line, StringComparison.Ordinal);
        Assert.EndsWith(", ...] 0 rows", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 60_000, 70_000);
    }

    [Fact]
    public void Logical_plans_show_expected_rows_only_with_costs()
    {
        Scan scan = _b.Scan(TpchTables.Nation, "n_name");
        Assert.Equal(["Limit 2", "  Scan nation [n_name]"], ExplainWriter.Write(new Limit(Literal.BigInt(2), null, false, scan), ExplainOptions.Default with { Costs = false }));
        Assert.Equal(["Limit 2  (rows=2)", "  Scan nation [n_name]  (rows=25)"], ExplainWriter.Write(new Limit(Literal.BigInt(2), null, false, scan), ExplainOptions.Default));
    }

    [Fact]
    public void Options_are_postgresqls_and_the_steps_of_a_query()
    {
        static ExplainOptions Read(params StatementOption[] options) => ExplainOptions.Of(new Parser.Ast.Explain([.. options], null!));
        Assert.Equal(ExplainOptions.Default, Read());
        Assert.Equal(ExplainOptions.Default with { Analyze = true, Verbose = true, Summary = true }, Read(new("analyze"), new("verbose"), new("buffers", new OptionWord("on"))));
        Assert.Equal(ExplainFormat.Json, Read(new StatementOption("format", new OptionWord("json"))).Format);
        Assert.Equal(ExplainOptions.Default with { Step = ExplainStep.Optimized, Costs = false }, Read(new StatementOption("optimized")));
        Assert.False(Read(new StatementOption("costs", new OptionWord("off"))).Costs);
        Assert.Equal("42601", Assert.Throws<QueryException>(static () => Read(new StatementOption("nonsense"))).SqlState);
        Assert.Equal("22023", Assert.Throws<QueryException>(static () => Read(new StatementOption("format", new OptionWord("pdf")))).SqlState);
    }

    private ExecPlan Grouped() =>
        PlanBuilder.Plan(_b.Group(_b.Scan(TpchTables.LineItem, "l_returnflag l_quantity"), "l_returnflag", _b.Call(PlanBuilder.Sum, "total", "l_quantity")));

    [GeneratedRegex(@"\(cost=(\d+\.\d+)\.\.(\d+\.\d+) rows=(\d+) width=(\d+)\)$")]
    private static partial Regex Costs();

    private sealed class ScanMetrics : IPlanMetrics
    {
        public NodeMetrics? Of(ExecPlan node) => node is ScanExec
            ? new NodeMetrics(7, 1, TimeSpan.FromMilliseconds(12.5), new Dictionary<string, long> { ["row groups pruned"] = 2, ["bytes read"] = 4096 })
            : null;

        public NodeMetrics? OfOutput(StageId stage) => new(3, 0, TimeSpan.Zero, new Dictionary<string, long> { ["bytes written"] = 48, ["rows written"] = 3 });
    }
}
