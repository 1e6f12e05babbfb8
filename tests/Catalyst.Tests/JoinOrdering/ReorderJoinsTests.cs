using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Integrity;
using SqlCluster.Catalyst.Optimizer.Rules;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Tests.Optimizer;
using SqlCluster.Catalyst.Tests.Physical;
using SqlCluster.Catalyst.Tests.Statistics;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.JoinOrdering;

/// <summary>The rule on plans: orders a good optimizer gives, and the same rows as before.</summary>
public sealed class ReorderJoinsTests
{
    private readonly PlanBuilder _b = new();

    [Fact]
    public void A_selective_dimension_comes_first_whatever_was_written()
    {
        // TPC-H Q5: customers and suppliers of one region's nations, orders of one year.
        Scan customer = _b.Scan(TpchTables.Customer, "c_custkey c_nationkey"), orders = _b.Scan(TpchTables.Orders, "o_orderkey o_custkey o_orderdate");
        Scan lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_suppkey l_extendedprice"), supplier = _b.Scan(TpchTables.Supplier, "s_suppkey s_nationkey");
        Scan nation = _b.Scan(TpchTables.Nation, "n_nationkey n_name n_regionkey"), region = _b.Scan(TpchTables.Region, "r_regionkey r_name");
        orders = PlanBuilder.Where(
            orders, _b.Compare("o_orderdate", ComparisonOperator.GreaterOrEqual, PlanBuilder.Date("1994-01-01")), _b.Compare("o_orderdate", ComparisonOperator.Less, PlanBuilder.Date("1995-01-01")));
        region = PlanBuilder.Where(region, _b.Compare("r_name", ComparisonOperator.Equal, Literal.Text("ASIA")));
        LogicalPlan plan = _b.Join(_b.Join(_b.Join(_b.Join(_b.Join(customer, orders), lines), supplier), nation), region,
            _b.Equal("c_custkey", "o_custkey"), _b.Equal("l_orderkey", "o_orderkey"), _b.Equal("l_suppkey", "s_suppkey"), _b.Equal("c_nationkey", "s_nationkey"),
            _b.Equal("s_nationkey", "n_nationkey"), _b.Equal("n_regionkey", "r_regionkey"));
        LogicalPlan ordered = ReorderJoins.Order(plan, new PlanEstimator());
        PlanIntegrity.CheckRewrite(plan, ordered, "ReorderJoins");
        Assert.DoesNotContain("Join Inner TRUE", ordered.ToString(), StringComparison.Ordinal);
        Assert.Equal("""
            Project [c_custkey, c_nationkey, o_orderkey, o_custkey, o_orderdate, l_orderkey, l_suppkey, l_extendedprice, s_suppkey, s_nationkey, n_nationkey, n_name, n_regionkey, r_regionkey, r_name]
              Join Inner (l_suppkey = s_suppkey) AND (c_nationkey = s_nationkey)
                Join Inner l_orderkey = o_orderkey
                  Scan lineitem [l_orderkey, l_suppkey, l_extendedprice]
                  Join Inner o_custkey = c_custkey
                    Scan orders [o_orderkey, o_custkey, o_orderdate] where o_orderdate >= date '1994-01-01' AND o_orderdate < date '1995-01-01'
                    Join Inner c_nationkey = n_nationkey
                      Scan customer [c_custkey, c_nationkey]
                      Join Inner n_regionkey = r_regionkey
                        Scan nation [n_nationkey, n_name, n_regionkey]
                        Scan region [r_regionkey, r_name] where r_name = 'ASIA'
                Scan supplier [s_suppkey, s_nationkey]
            """.ReplaceLineEndings("\n"), ordered.ToString().Trim());
        Assert.Same(ordered, ReorderJoins.Order(ordered, new PlanEstimator()));
    }

    [Fact]
    public void Two_inputs_and_equal_costs_stay_as_written()
    {
        Scan orders = _b.Scan(TpchTables.Orders, "o_orderkey"), lines = _b.Scan(TpchTables.LineItem, "l_orderkey");
        LogicalPlan plan = _b.Join(orders, lines, _b.Equal("o_orderkey", "l_orderkey"));
        Assert.Same(plan, ReorderJoins.Order(plan, new PlanEstimator()));
    }

    [Fact]
    public void A_semi_join_that_drops_much_moves_below_the_joins()
    {
        Scan lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_partkey"), orders = _b.Scan(TpchTables.Orders, "o_orderkey"), part = _b.Scan(TpchTables.Part, "p_partkey p_size");
        part = PlanBuilder.Where(part, _b.Compare("p_size", ComparisonOperator.Equal, Literal.Integer(3)));
        LogicalPlan plan = new Join(JoinKind.LeftSemi, _b.Join(orders, lines, _b.Equal("o_orderkey", "l_orderkey")), part, _b.Equal("l_partkey", "p_partkey"));
        Assert.Equal("""
            Join Inner o_orderkey = l_orderkey
              Scan orders [o_orderkey]
              Join LeftSemi l_partkey = p_partkey
                Scan lineitem [l_orderkey, l_partkey]
                Scan part [p_partkey, p_size] where p_size = 3
            """.ReplaceLineEndings("\n"), ReorderJoins.Order(plan, new PlanEstimator()).ToString().Trim());
    }

    [Fact]
    public void Reordered_plans_have_the_same_rows()
    {
        const int Seed = 42;
        var random = new Random(Seed);
        int changed = 0, withRows = 0;
        for (int round = 0; round < 400; round++)
        {
            var builder = new RandomJoins(random);
            LogicalPlan plan = builder.Plan(random.Next(3, 7));
            LogicalPlan ordered = ReorderJoins.Order(plan, new PlanEstimator());
            if (ReferenceEquals(plan, ordered))
            {
                continue;
            }

            changed++;
            PlanIntegrity.CheckRewrite(plan, ordered, "ReorderJoins");
            string[] before = Rows(plan, builder.Data), after = Rows(ordered, builder.Data);
            withRows += before.Length > 0 ? 1 : 0;
            Assert.True(before.SequenceEqual(after), $"seed {Seed}, round {round}: {before.Length} rows became {after.Length}\n{plan}\n{ordered}");
        }

        Assert.True(changed > 100 && withRows > 50, $"vacuous: {changed} changed, {withRows} with rows");
    }

    private static string[] Rows(LogicalPlan plan, TestData data) =>
        [.. new PlanInterpreter(data).Run(plan).Select(static row => string.Join('|', row.Select(static value => value ?? "null"))).Order(StringComparer.Ordinal)];

    /// <summary>Random trees of joins of all kinds over small tables with nulls.</summary>
    private sealed class RandomJoins(Random random)
    {
        private readonly ColumnIdSource _ids = new();
        private int _tables;

        public TestData Data { get; } = [];

        public LogicalPlan Plan(int inputs)
        {
            if (inputs == 1)
            {
                return Table();
            }

            int onLeft = random.Next(1, inputs);
            LogicalPlan left = Plan(onLeft), right = Plan(inputs - onLeft);
            JoinKind kind = random.Next(10) switch
            {
                0 => JoinKind.LeftOuter,
                1 => JoinKind.RightOuter,
                2 => JoinKind.LeftSemi,
                3 => JoinKind.LeftAnti,
                4 => JoinKind.LeftMark,
                5 when random.Next(3) == 0 => JoinKind.FullOuter,
                _ => JoinKind.Inner,
            };
            Column? mark = kind == JoinKind.LeftMark ? _ids.Column("mark", SqlType.Boolean, true) : null;
            LogicalPlan join = new Join(kind, left, right, Condition(left, right), mark);
            Column[] numbers = [.. join.Output.Where(static column => column.Type.IsInteger)];
            return random.Next(6) switch
            {
                0 => new Filter(new IsNull(new ColumnReference(Pick(numbers)), random.Next(2) == 0), join),
                1 => new Filter(new Comparison(ComparisonOperator.LessOrEqual, new ColumnReference(Pick(numbers)), new ColumnReference(Pick(numbers))), join),
                2 when mark is not null => new Filter(random.Next(2) == 0 ? new Not(new ColumnReference(mark)) : new ColumnReference(mark), join),
                3 => new Project([.. join.Output.Select(NamedExpression.Pass).Take(random.Next(1, join.Output.Count + 1))], join) is var project && project.Output.Any(static column => column.Type.IsInteger) ? project : join,
                _ => join,
            };
        }

        private Expression Condition(LogicalPlan left, LogicalPlan right)
        {
            var terms = new List<Expression>();
            for (int i = random.Next(10) == 0 ? 0 : random.Next(1, 3); i > 0; i--)
            {
                Column one = Pick([.. left.Output.Where(static column => column.Type.IsInteger)]), other = Pick([.. right.Output.Where(static column => column.Type.IsInteger)]);
                ComparisonOperator op = random.Next(8) == 0 ? ComparisonOperator.Less : ComparisonOperator.Equal;
                terms.Add(random.Next(2) == 0 ? new Comparison(op, new ColumnReference(one), new ColumnReference(other)) : new Comparison(op, new ColumnReference(other), new ColumnReference(one)));
            }

            return Conjunctions.AndAll(terms);
        }

        private Scan Table()
        {
            string name = $"t{_tables++}";
            int rows = random.Next(1, 7);
            Data[name] = [.. Enumerable.Range(0, rows).Select(_ => new object?[] { Value(), Value() })];
            // Statistics need not be true: they only make the orders differ.
            long claimed = (long)Math.Pow(10, random.Next(1, 6));
            var table = new StatisticsTable(name, claimed, new StatisticsColumn("x", SqlType.Integer, claimed, 0L, 3L, 1), new StatisticsColumn("y", SqlType.Integer, 4, 0L, 3L, 1));
            return new Scan(table, [.. table.Columns.Select((column, i) => new ScanColumn(i, _ids.Column($"{name}{column.Name}", column.Type, true)))], [], []);
        }

        private object? Value() => random.Next(6) == 0 ? null : (long)random.Next(3);

        private Column Pick(Column[] columns) => columns[random.Next(columns.Length)];
    }
}
