using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Optimizer.Integrity;
using SqlCluster.Catalyst.Optimizer.Rules;
using SqlCluster.Catalyst.Tests.Optimizer;
using SqlCluster.Catalyst.Tests.Physical;
using SqlCluster.Catalyst.Tests.Statistics;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.JoinOrdering;

public sealed class PushSemiJoinsThroughAggregatesTests
{
    private readonly PlanBuilder _b = new();

    [Fact]
    public void Only_lines_of_the_few_parts_are_grouped()
    {
        LogicalPlan reduced = Apply(Plan(JoinKind.Inner, TpchTables.Part, selective: true));
        Assert.Equal("""
            Join Inner p_partkey = l_partkey
              Scan part [p_partkey, p_size] where p_size = 3
              Aggregate [l_partkey] [sum(l_quantity) AS total]
                Join LeftSemi l_partkey = p_partkey
                  Scan lineitem [l_partkey, l_quantity]
                  Project [p_partkey]
                    Scan part [p_partkey, p_size] where p_size = 3
            """.ReplaceLineEndings("\n"), reduced.ToString().Trim());
        Assert.Same(reduced, Apply(reduced));
    }

    [Theory]
    [InlineData(JoinKind.LeftOuter, true)]
    [InlineData(JoinKind.LeftAnti, true)]
    [InlineData(JoinKind.LeftSingle, true)]
    [InlineData(JoinKind.RightOuter, false)]
    [InlineData(JoinKind.FullOuter, false)]
    public void A_side_whose_rows_all_stay_is_left_alone(JoinKind kind, bool fires)
    {
        LogicalPlan plan = Plan(kind, TpchTables.Part, selective: true);
        Assert.Equal(fires, !ReferenceEquals(plan, Apply(plan)));
    }

    [Fact]
    public void A_side_with_most_of_the_keys_is_not_computed_twice()
    {
        LogicalPlan plan = Plan(JoinKind.Inner, TpchTables.Part, selective: false);
        Assert.Same(plan, Apply(plan));
    }

    [Theory]
    [InlineData(JoinKind.Inner)]
    [InlineData(JoinKind.LeftOuter)]
    [InlineData(JoinKind.LeftSemi)]
    [InlineData(JoinKind.LeftAnti)]
    public void Rows_stay_the_same(JoinKind kind)
    {
        var few = new StatisticsTable("few", 10, new StatisticsColumn("f", SqlType.Integer, 10, 0L, 1_000_000L, 1));
        var many = new StatisticsTable("many", 1_000_000, new StatisticsColumn("g", SqlType.Integer, 500_000, 0L, 1_000_000L, 1), new StatisticsColumn("x", SqlType.Integer, 10, 0L, 10L, 1));
        Scan fewRows = _b.Scan(few, "f"), manyRows = _b.Scan(many, "g x");
        Aggregate grouped = new([NamedExpression.Pass(_b.Column("g"))], [new NamedExpression(OptimizerFixture.Sum(_b.Ref("x")), _b.Named("s", _b.Ids.Column("s", SqlType.BigInt, true)))], null, null, manyRows);
        LogicalPlan plan = new Join(kind, fewRows, new Filter(new IsNull(_b.Ref("s"), true), grouped), _b.Equal("f", "g"));
        LogicalPlan reduced = Apply(plan);
        Assert.NotSame(plan, reduced);
        var data = new TestData
        {
            ["few"] = [[1L], [2L], [2L], [null], [9L]],
            ["many"] = [[1L, 5L], [1L, 6L], [2L, null], [2L, 7L], [3L, 1L], [null, 4L], [9L, null]],
        };
        string[] rows = Rows(plan, data);
        Assert.NotEmpty(rows);
        Assert.Equal(rows, Rows(reduced, data));
    }

    private static string[] Rows(LogicalPlan plan, TestData data) =>
        [.. new PlanInterpreter(data).Run(plan).Select(static row => string.Join('|', row.Select(static value => value ?? "null"))).Order(StringComparer.Ordinal)];

    private LogicalPlan Plan(JoinKind kind, StatisticsTable table, bool selective)
    {
        Scan parts = _b.Scan(table, "p_partkey p_size"), lines = _b.Scan(TpchTables.LineItem, "l_partkey l_quantity");
        parts = selective ? PlanBuilder.Where(parts, _b.Compare("p_size", ComparisonOperator.Equal, Literal.Integer(3))) : parts;
        return new Join(kind, parts, _b.Group(lines, "l_partkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity")), _b.Equal("p_partkey", "l_partkey"));
    }

    private LogicalPlan Apply(LogicalPlan plan)
    {
        LogicalPlan result = new PushSemiJoinsThroughAggregates().Apply(plan, new OptimizerContext(_b.Ids, TestFunctions.Catalog, new TestEvaluator()));
        PlanIntegrity.CheckRewrite(plan, result, "PushSemiJoinsThroughAggregates");
        return result;
    }
}
