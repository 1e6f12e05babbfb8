using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Tests.Physical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Statistics;

/// <summary>Estimates against counted rows: q-error = max(estimate / truth, truth / estimate).</summary>
public sealed class EstimatorTests
{
    private const int Rows = 20_000;

    private readonly PlanBuilder _b = new();

    [Fact]
    public void Filters_on_uniform_columns_are_near_the_truth()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        (long A, long B, long? C)[] data = [.. Enumerable.Range(0, Rows).Select(_ => ((long)random.Next(1000), (long)random.Next(50), random.Next(4) == 0 ? (long?)null : random.Next(200)))];
        Scan scan = _b.Scan(TableOf(data), "a b c");
        var errors = new List<double>();
        for (int round = 0; round < 200; round++)
        {
            long low = random.Next(1000), high = low + random.Next(1, 500), point = random.Next(50), third = random.Next(200);
            (Expression Predicate, Func<(long A, long B, long? C), bool> Test) question = random.Next(7) switch
            {
                0 => (Between("a", low, high), row => row.A >= low && row.A <= high),
                1 => (_b.Compare("b", ComparisonOperator.Equal, Literal.Integer((int)point)), row => row.B == point),
                2 => (PlanBuilder.And(Between("a", low, high), _b.Compare("b", ComparisonOperator.Greater, Literal.Integer((int)point))), row => row.A >= low && row.A <= high && row.B > point),
                3 => (new InList(_b.Ref("b"), [Literal.Integer((int)point), Literal.Integer((int)(point + 1) % 50), Literal.Integer((int)(point + 2) % 50)]), row => row.B == point || row.B == (point + 1) % 50 || row.B == (point + 2) % 50),
                4 => (_b.Compare("c", ComparisonOperator.Less, Literal.Integer((int)third)), row => row.C < third),
                5 => (new IsNull(_b.Ref("c"), round % 2 == 0), row => row.C is null != (round % 2 == 0)),
                _ => (new Or([_b.Compare("b", ComparisonOperator.Equal, Literal.Integer((int)point)), _b.Compare("a", ComparisonOperator.Less, Literal.Integer((int)low))]), row => row.B == point || row.A < low),
            };
            int truth = data.Count(question.Test);
            if (truth > 50)
            {
                double estimate = new PlanEstimator().Rows(new Filter(question.Predicate, scan));
                double error = QError(estimate, truth);
                Assert.True(error < 6, $"seed {Seed}, round {round}: {estimate} for {truth} rows of {question.Predicate}");
                errors.Add(error);
            }
        }

        errors.Sort();
        Assert.True(errors.Count > 120 && errors[errors.Count / 2] < 1.3, $"median q-error {errors[errors.Count / 2]} of {errors.Count}");
    }

    [Fact]
    public void Joins_of_keys_and_foreign_keys_are_near_the_truth()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        for (int round = 0; round < 30; round++)
        {
            int keys = random.Next(100, 5000);
            long[] parents = [.. Enumerable.Range(0, keys).Select(static key => (long)key)], children = [.. Enumerable.Range(0, Rows).Select(_ => (long)random.Next(keys))];
            var b = new PlanBuilder();
            long cut = random.Next(1, keys);
            Scan parent = b.Scan(KeyTable("p", parents), "pk"), child = b.Scan(KeyTable("f", children), "fk");
            var filtered = new Filter(b.Compare("pk", ComparisonOperator.Less, Literal.Integer((int)cut)), parent);
            int truth = children.Count(key => key < cut);
            foreach ((LogicalPlan plan, double expected) in new (LogicalPlan, double)[]
            {
                (b.Join(child, filtered, b.Equal("fk", "pk")), truth),
                (new Join(JoinKind.LeftSemi, child, filtered, b.Equal("fk", "pk")), truth),
                (new Join(JoinKind.LeftOuter, child, filtered, b.Equal("fk", "pk")), Rows),
                (new Aggregate([NamedExpression.Pass(b.Column("fk"))], [], null, null, child), children.Distinct().Count()),
            })
            {
                double estimate = new PlanEstimator().Rows(plan);
                Assert.True(expected < 100 || QError(estimate, expected) < 1.5, $"seed {Seed}, round {round}: {estimate} for {expected} rows of\n{plan}");
            }
        }
    }

    [Fact]
    public void Tpch_joins_are_near_what_is_known_of_scale_factor_1()
    {
        // Q3's three tables: 147,126 orders of 30,142 customers before the date, 3,241,776 lines after it; the join has 30,519 rows.
        Scan customer = _b.Scan(TpchTables.Customer, "c_custkey c_mktsegment"), orders = _b.Scan(TpchTables.Orders, "o_orderkey o_custkey o_orderdate"), lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_partkey l_suppkey l_shipdate");
        Scan supplies = _b.Scan(TpchTables.PartSupp, "ps_partkey ps_suppkey");
        Assert.InRange(new PlanEstimator().Rows(PlanBuilder.Where(customer, _b.Compare("c_mktsegment", ComparisonOperator.Equal, Literal.Text("BUILDING")))), 29_000, 31_000);
        Assert.InRange(new PlanEstimator().Rows(PlanBuilder.Where(orders, _b.Compare("o_orderdate", ComparisonOperator.Less, PlanBuilder.Date("1995-03-15")))), 700_000, 750_000);
        Assert.InRange(new PlanEstimator().Rows(PlanBuilder.Where(lines, _b.Compare("l_shipdate", ComparisonOperator.Greater, PlanBuilder.Date("1995-03-15")))), 3_100_000, 3_400_000);
        // Two keys between the same tables are not independent: every line has its one partsupp.
        Assert.InRange(new PlanEstimator().Rows(_b.Join(lines, supplies, _b.Equal("l_partkey", "ps_partkey"), _b.Equal("l_suppkey", "ps_suppkey"))), 3_000_000, 12_000_000);
        Assert.InRange(new PlanEstimator().Rows(_b.Join(_b.Join(lines, orders, _b.Equal("l_orderkey", "o_orderkey")), customer, _b.Equal("o_custkey", "c_custkey"))), 3_500_000, 7_000_000);
        Assert.InRange(new PlanEstimator().Rows(_b.Group(lines, "l_orderkey")), 1_400_000, 1_600_000);
    }

    [Fact]
    public void A_foreign_key_without_distinct_count_does_not_pass_for_another_key()
    {
        var b = new PlanBuilder();
        var lines = new StatisticsTable("l", 6_000_000, new StatisticsColumn("fk", SqlType.Integer, -1, 1L, 6_000_000L));
        var orders = new StatisticsTable("o", 1_500_000, new StatisticsColumn("pk", SqlType.Integer, -1, 1L, 6_000_000L));
        LogicalPlan join = b.Join(b.Scan(lines, "fk"), b.Scan(orders, "pk"), b.Equal("fk", "pk"));
        Assert.Equal(6_000_000, new PlanEstimator().Rows(join), 1.0);
        Assert.DoesNotContain("makes", PlanBuilder.Plan(join).ToString(), StringComparison.Ordinal);
        var few = new StatisticsTable("few", 100, new StatisticsColumn("k", SqlType.Integer, -1, 5_000L, 600_000L));
        LogicalPlan small = b.Join(b.Scan(lines, "fk", "again"), b.Scan(few, "k"), new Comparison(ComparisonOperator.Equal, b.Ref("again.fk"), b.Ref("k")));
        Assert.Equal(100, new PlanEstimator().Rows(small), 1.0);
        Assert.Contains("makes", PlanBuilder.Plan(small).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_of_a_small_table_without_distinct_counts_is_one_row()
    {
        var region = new StatisticsTable("region", 5, new StatisticsColumn("name", SqlType.Text, -1, "AFRICA", "MIDDLE EAST"));
        Scan scan = _b.Scan(region, "name");
        Assert.Equal(1, new PlanEstimator().Rows(PlanBuilder.Where(scan, _b.Compare("name", ComparisonOperator.Equal, Literal.Text("ASIA")))), 0.01);
        Assert.InRange(new PlanEstimator().Rows(PlanBuilder.Where(scan, _b.Compare("name", ComparisonOperator.Equal, Literal.Text("ZAIRE")))), 0, 0.01);
    }

    private Expression Between(string column, long low, long high) => PlanBuilder.And(
        _b.Compare(column, ComparisonOperator.GreaterOrEqual, Literal.Integer((int)low)), _b.Compare(column, ComparisonOperator.LessOrEqual, Literal.Integer((int)high)));

    private static StatisticsTable TableOf((long A, long B, long? C)[] data) => new("t", data.Length,
        ColumnOf("a", data.Select(static row => (long?)row.A)), ColumnOf("b", data.Select(static row => (long?)row.B)), ColumnOf("c", data.Select(static row => row.C)));

    private static StatisticsTable KeyTable(string prefix, long[] values) => new(prefix, values.Length, ColumnOf($"{prefix}k", values.Select(static value => (long?)value)));

    private static StatisticsColumn ColumnOf(string name, IEnumerable<long?> values)
    {
        long?[] all = [.. values];
        return new StatisticsColumn(name, SqlType.Integer, all.OfType<long>().Distinct().Count(), all.Min()!.Value, all.Max()!.Value, all.Count(static value => value is null));
    }

    private static double QError(double estimate, double truth) => Math.Max(estimate / truth, truth / Math.Max(estimate, 1e-9));
}
