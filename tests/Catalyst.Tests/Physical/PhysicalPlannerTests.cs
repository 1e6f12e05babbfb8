using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Tests.Statistics;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Physical;

/// <summary>Operators, exchanges and bound positions, read off printed plans.</summary>
public sealed class PhysicalPlannerTests
{
    private readonly PlanBuilder _b = new();

    [Fact]
    public void A_scan_reads_only_what_comes_out_or_is_filtered()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_orderkey l_partkey l_quantity l_shipdate");
        scan = PlanBuilder.Where(scan, _b.Compare("l_shipdate", ComparisonOperator.Less, PlanBuilder.Date("1995-01-01")));
        ExecPlan plan = PlanBuilder.Plan(_b.Pass(scan, "l_quantity"));
        Expect("ScanExec lineitem [l_quantity] where l_shipdate < date '1995-01-01'", plan);
        Assert.Equal(["l_quantity", "l_shipdate"], ((ScanExec)plan).ReadColumns.Select(static column => column.Name));
        Assert.Equal([4, 10], ((ScanExec)plan).TableOrdinals);
    }

    [Fact]
    public void Few_groups_are_gathered_many_are_spread_by_hash()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_returnflag l_orderkey l_quantity");
        Expect("""
            HashAggregateExec Final [l_returnflag] [sum(l_quantity)]
              ExchangeExec Gather
                HashAggregateExec Partial [l_returnflag] [sum(l_quantity)]
                  ScanExec lineitem [l_returnflag, l_quantity]
            """, PlanBuilder.Plan(_b.Group(scan, "l_returnflag", _b.Call(PlanBuilder.Sum, "total", "l_quantity"))));
        Expect("""
            HashAggregateExec Final [l_orderkey] [sum(l_quantity)]
              ExchangeExec Hash [l_orderkey]
                HashAggregateExec Partial [l_orderkey] [sum(l_quantity)]
                  ScanExec lineitem [l_orderkey, l_quantity]
            """, PlanBuilder.Plan(_b.Group(scan, "l_orderkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"))));
    }

    [Fact]
    public void A_partial_aggregate_puts_out_keys_and_every_state_column()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_orderkey l_quantity");
        ExecPlan plan = PlanBuilder.Plan(_b.Group(scan, "l_orderkey", _b.Call(PlanBuilder.Average, "mean", "l_quantity"), _b.Call(PlanBuilder.Count, "n")));
        ExecPlan partial = plan.Children[0].Children[0];
        Assert.Equal(["l_orderkey", "mean.0", "mean.1", "n"], partial.Output.Select(static column => column.Name));
        Assert.Equal(["l_orderkey", "mean", "n"], plan.Output.Select(static column => column.Name));
    }

    [Fact]
    public void A_second_aggregation_by_a_part_of_the_keys_needs_no_second_exchange_only_when_rows_are_together()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_orderkey l_partkey l_quantity");
        Aggregate inner = _b.Group(scan, "l_orderkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"));
        Expect("""
            HashAggregateExec Single [l_orderkey, total] [count(*)]
              HashAggregateExec Final [l_orderkey] [sum(l_quantity)]
                ExchangeExec Hash [l_orderkey]
                  HashAggregateExec Partial [l_orderkey] [sum(l_quantity)]
                    ScanExec lineitem [l_orderkey, l_quantity]
            """, PlanBuilder.Plan(_b.Group(inner, "l_orderkey total", _b.Call(PlanBuilder.Count, "n"))));
    }

    [Fact]
    public void An_aggregate_without_states_gets_its_rows_by_hash_of_the_keys()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_returnflag l_quantity");
        Expect("""
            HashAggregateExec Single [l_returnflag] [median(l_quantity)]
              ExchangeExec Hash [l_returnflag]
                ScanExec lineitem [l_returnflag, l_quantity]
            """, PlanBuilder.Plan(_b.Group(scan, "l_returnflag", _b.Call(PlanBuilder.Median, "middle", "l_quantity"))));
    }

    [Fact]
    public void Groups_of_groups_are_spread_once_by_the_keys_of_the_second_grouping()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_orderkey l_partkey l_quantity");
        Aggregate inner = _b.Group(scan, "l_orderkey l_partkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"));
        Expect("""
            HashAggregateExec Single [l_partkey] [count(total)]
              HashAggregateExec Final [l_orderkey, l_partkey] [sum(l_quantity)]
                ExchangeExec Hash [l_partkey]
                  HashAggregateExec Partial [l_orderkey, l_partkey] [sum(l_quantity)]
                    ScanExec lineitem [l_orderkey, l_partkey, l_quantity]
            """, PlanBuilder.Plan(_b.Group(inner, "l_partkey", _b.Call(PlanBuilder.Count, "n", "total"))));
    }

    [Fact]
    public void One_key_of_many_values_spreads_groups_of_several_keys()
    {
        Scan scan = _b.Scan(TpchTables.Orders, "o_custkey o_orderpriority o_totalprice");
        Assert.Contains("ExchangeExec Hash [o_custkey]\n", PlanBuilder.Plan(_b.Group(scan, "o_orderpriority o_custkey", _b.Call(PlanBuilder.Sum, "total", "o_totalprice"))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rollup_is_split_and_the_set_id_is_a_key_of_the_exchange()
    {
        Scan scan = _b.Scan(TpchTables.LineItem, "l_orderkey l_partkey l_quantity");
        Aggregate aggregate = _b.Group(scan, "l_orderkey l_partkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity")) with
        {
            GroupingSets = [[0, 1], [0], []],
            GroupingId = _b.Ids.Column("set", SqlType.BigInt, false),
        };
        ExecPlan plan = PlanBuilder.Plan(aggregate);
        Expect("""
            ProjectExec [l_orderkey, l_partkey, total, set]
              HashAggregateExec Final [l_orderkey, l_partkey, set] [sum(l_quantity)]
                ExchangeExec Hash [l_orderkey, l_partkey, set]
                  HashAggregateExec Merge [l_orderkey, l_partkey] [sum(l_quantity)] 3 grouping sets
                    HashAggregateExec Partial [l_orderkey, l_partkey] [sum(l_quantity)]
                      ScanExec lineitem [l_orderkey, l_partkey, l_quantity]
            """, plan);
        Assert.True(plan.Output[0].IsNullable);
        Assert.False(plan.Output[3].IsNullable);

        // No set has all keys: groups by all of them would be more than anybody asked for.
        Assert.DoesNotContain("Merge", PlanBuilder.Plan(aggregate with { GroupingSets = [[0], [1]] }).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_smaller_side_of_an_inner_join_is_built_and_filters_the_scan_of_the_larger_one()
    {
        Scan orders = _b.Scan(TpchTables.Orders, "o_orderkey o_orderdate"), lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_quantity");
        orders = PlanBuilder.Where(orders, _b.Compare("o_orderdate", ComparisonOperator.Less, PlanBuilder.Date("1992-03-01")));
        Expect("""
            HashJoinExec Inner l_orderkey = o_orderkey makes [rf0]
              ScanExec lineitem [l_orderkey, l_quantity] runtime filters [l_orderkey: rf0]
              ExchangeExec Broadcast
                ScanExec orders [o_orderkey] where o_orderdate < date '1992-03-01'
            """, PlanBuilder.Plan(_b.Pass(_b.Join(orders, lines, _b.Equal("o_orderkey", "l_orderkey")), "l_quantity")));
    }

    [Fact]
    public void A_build_side_that_holds_all_keys_makes_no_runtime_filter()
    {
        Scan orders = _b.Scan(TpchTables.Orders, "o_orderkey o_orderdate"), lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_quantity");
        Assert.DoesNotContain("makes", PlanBuilder.Plan(_b.Join(lines, orders, _b.Equal("o_orderkey", "l_orderkey"))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_build_side_is_joined_partition_by_partition()
    {
        Scan orders = _b.Scan(TpchTables.Orders, "o_orderkey o_orderdate"), lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_quantity");
        LogicalPlan join = _b.Join(lines, orders, _b.Equal("o_orderkey", "l_orderkey"));
        Expect("""
            HashAggregateExec Single [l_orderkey] [sum(l_quantity)]
              HashJoinExec Inner l_orderkey = o_orderkey
                ExchangeExec Hash [l_orderkey]
                  ScanExec lineitem [l_orderkey, l_quantity]
                ExchangeExec Hash [o_orderkey]
                  ScanExec orders [o_orderkey]
            """, PlanBuilder.Plan(_b.Group(join, "l_orderkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity")), settings: new PlannerSettings { BroadcastBytes = 1000 }));
    }

    [Fact]
    public void Two_aggregates_by_the_join_key_are_joined_where_they_are()
    {
        Scan lines = _b.Scan(TpchTables.LineItem, "l_partkey l_quantity"), supplies = _b.Scan(TpchTables.PartSupp, "ps_partkey ps_availqty");
        Aggregate sold = _b.Group(lines, "l_partkey", _b.Call(PlanBuilder.Sum, "sold", "l_quantity"));
        Aggregate supplied = _b.Group(supplies, "ps_partkey", _b.Call(PlanBuilder.Count, "n"));
        ExecPlan plan = PlanBuilder.Plan(_b.Join(sold, supplied, _b.Equal("l_partkey", "ps_partkey")));
        Expect("""
            HashJoinExec Inner l_partkey = ps_partkey
              HashAggregateExec Final [l_partkey] [sum(l_quantity)]
                ExchangeExec Hash [l_partkey]
                  HashAggregateExec Partial [l_partkey] [sum(l_quantity)]
                    ScanExec lineitem [l_partkey, l_quantity]
              HashAggregateExec Final [ps_partkey] [count(*)]
                ExchangeExec Hash [ps_partkey]
                  HashAggregateExec Partial [ps_partkey] [count(*)]
                    ScanExec partsupp [ps_partkey]
            """, plan);
        Assert.Equal([2, 2, 8], StagePlanner.Plan(plan, PlanBuilder.TwoSlots).Stages.Select(static stage => stage.Tasks));
    }

    [Theory]
    [InlineData(JoinKind.LeftSemi, "RightSemi")]
    [InlineData(JoinKind.LeftAnti, "RightAnti")]
    [InlineData(JoinKind.LeftOuter, "RightOuter")]
    public void A_small_preserved_side_is_built(JoinKind kind, string expected)
    {
        Scan orders = _b.Scan(TpchTables.Orders, "o_orderkey o_orderdate"), lines = _b.Scan(TpchTables.LineItem, "l_orderkey");
        orders = PlanBuilder.Where(orders, _b.Compare("o_orderdate", ComparisonOperator.Less, PlanBuilder.Date("1992-03-01")));
        Expect($"""
            HashJoinExec {expected} l_orderkey = o_orderkey makes [rf0]
              ScanExec lineitem [l_orderkey] runtime filters [l_orderkey: rf0]
              ExchangeExec Broadcast
                ScanExec orders [o_orderkey, o_orderdate] where o_orderdate < date '1992-03-01'
            """, PlanBuilder.Plan(_b.Pass(new Join(kind, orders, lines, _b.Equal("o_orderkey", "l_orderkey")), "o_orderdate")));
    }

    [Fact]
    public void Runtime_filters_pass_other_joins_on_the_probe_side()
    {
        Scan lines = _b.Scan(TpchTables.LineItem, "l_orderkey l_suppkey l_quantity"), suppliers = _b.Scan(TpchTables.Supplier, "s_suppkey s_nationkey");
        Scan nations = _b.Scan(TpchTables.Nation, "n_nationkey n_name");
        nations = PlanBuilder.Where(nations, _b.Compare("n_name", ComparisonOperator.Equal, Literal.Text("GERMANY")));
        suppliers = PlanBuilder.Where(suppliers, _b.Compare("s_suppkey", ComparisonOperator.Less, Literal.Integer(5000)));
        LogicalPlan join = _b.Join(_b.Join(lines, suppliers, _b.Equal("l_suppkey", "s_suppkey")), nations, _b.Equal("s_suppkey", "n_nationkey"));
        string plan = PlanBuilder.Plan(_b.Pass(join, "l_quantity")).ToString();
        Assert.Contains("ScanExec lineitem [l_suppkey, l_quantity] runtime filters [l_suppkey: rf0, l_suppkey: rf1]", plan, StringComparison.Ordinal);
    }

    /// <summary>The filter crosses what keeps or loses all rows of a key together, and the scan's stage waits for the build side's.</summary>
    [Fact]
    public void Runtime_filters_pass_windows_and_exchanges_by_the_key()
    {
        Scan orders = _b.Scan(TpchTables.Orders, "o_custkey o_totalprice"), customers = _b.Scan(TpchTables.Customer, "c_custkey c_nationkey");
        customers = PlanBuilder.Where(customers, _b.Compare("c_nationkey", ComparisonOperator.Equal, Literal.Integer(7)));
        LogicalPlan numbered = new Window([_b.Window("n", "o_custkey", "o_totalprice")], orders);
        ExecPlan plan = PlanBuilder.Plan(_b.Pass(_b.Join(numbered, customers, _b.Equal("o_custkey", "c_custkey")), "n", "o_totalprice"));
        string text = plan.ToString();
        Assert.Contains("ScanExec orders [o_custkey, o_totalprice] runtime filters [o_custkey: rf0]", text, StringComparison.Ordinal);
        StagePlan stages = StagePlanner.Plan(plan, PlanBuilder.TwoSlots);
        Stage scan = stages.Stages.Single(static stage => stage.Plan is ScanExec { RuntimeFilters.IsEmpty: false });
        Stage build = stages.Stages.Single(static stage => stage.Output is { Kind: ExchangeKind.Broadcast });
        Assert.Equal([build.Id], scan.Inputs);
        Assert.Equal(ExchangeKind.Hash, scan.Output!.Kind);
        Assert.Empty(StagePlanner.Plan(plan, PlanBuilder.TwoSlots with { Executors = 2 }).Stages.Single(static stage => stage.Plan is ScanExec { RuntimeFilters.IsEmpty: false }).Inputs);
    }

    [Fact]
    public void Runtime_filters_pass_both_halves_of_an_aggregation_by_its_key_only()
    {
        Scan lines = _b.Scan(TpchTables.LineItem, "l_suppkey l_quantity"), suppliers = _b.Scan(TpchTables.Supplier, "s_suppkey s_nationkey");
        suppliers = PlanBuilder.Where(suppliers, _b.Compare("s_nationkey", ComparisonOperator.Equal, Literal.Integer(7)));
        Aggregate totals = _b.Group(lines, "l_suppkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"));
        string byKey = PlanBuilder.Plan(_b.Pass(_b.Join(totals, suppliers, _b.Equal("l_suppkey", "s_suppkey")), "total", "s_nationkey")).ToString();
        Assert.Contains("ScanExec lineitem [l_suppkey, l_quantity] runtime filters [l_suppkey: rf0]", byKey, StringComparison.Ordinal);
        LogicalPlan numbered = new Window([_b.Window("n", "l_quantity", "l_suppkey")], lines);
        string byOther = PlanBuilder.Plan(_b.Pass(_b.Join(numbered, suppliers, _b.Equal("l_suppkey", "s_suppkey")), "n", "s_nationkey")).ToString();
        Assert.DoesNotContain("runtime filters", byOther, StringComparison.Ordinal);
    }

    [Fact]
    public void Not_in_becomes_a_null_aware_anti_join()
    {
        Scan supplies = _b.Scan(TpchTables.PartSupp, "ps_partkey ps_suppkey"), suppliers = _b.Scan(new StatisticsTable("s", 100, new StatisticsColumn("k", SqlType.Integer, 90, 1L, 100L, 5)), "k");
        Column mark = _b.Named("mark", _b.Ids.Column("mark", SqlType.Boolean, true));
        var join = new Join(JoinKind.LeftMark, supplies, suppliers, _b.Equal("ps_suppkey", "k"), mark);
        Expect("""
            HashJoinExec LeftAnti null-aware ps_suppkey = k
              ScanExec partsupp [ps_partkey, ps_suppkey]
              ExchangeExec Broadcast
                ScanExec s [k]
            """, PlanBuilder.Plan(_b.Pass(new Filter(new Not(_b.Ref("mark")), join), "ps_partkey")));
        Expect("""
            HashJoinExec LeftSemi ps_suppkey = k makes [rf0]
              ScanExec partsupp [ps_partkey, ps_suppkey] runtime filters [ps_suppkey: rf0]
              ExchangeExec Broadcast
                ScanExec s [k]
            """, PlanBuilder.Plan(_b.Pass(new Filter(_b.Ref("mark"), join), "ps_partkey")));
        Assert.StartsWith("FilterExec (ps_partkey = 1) OR mark\n    HashJoinExec LeftMark", PlanBuilder.Plan(_b.Pass(
            new Filter(new Or([_b.Compare("ps_partkey", ComparisonOperator.Equal, Literal.Integer(1)), _b.Ref("mark")]), join), "ps_partkey")).ToString().Replace("ProjectExec [ps_partkey]\n  ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scalar_subquery_is_a_nested_loop_over_one_broadcast_row()
    {
        Scan lines = _b.Scan(TpchTables.LineItem, "l_quantity");
        Aggregate mean = _b.Group(_b.Scan(TpchTables.Orders, "o_totalprice"), "", _b.Call(PlanBuilder.Average, "mean", "o_totalprice"));
        Expect("""
            NestedLoopJoinExec LeftSingle TRUE
              ScanExec lineitem [l_quantity]
              ExchangeExec Broadcast
                HashAggregateExec Final [] [avg(o_totalprice)]
                  ExchangeExec Gather
                    HashAggregateExec Partial [] [avg(o_totalprice)]
                      ScanExec orders [o_totalprice]
            """, PlanBuilder.Plan(new Join(JoinKind.LeftSingle, lines, mean, Literal.True)));
    }

    [Fact]
    public void Sorted_tasks_are_merged_and_the_first_rows_are_kept_early()
    {
        Scan scan = _b.Scan(TpchTables.Orders, "o_orderkey o_totalprice");
        var sort = new Sort(_b.Keys("o_totalprice"), scan);
        Expect("""
            ExchangeExec Gather merge [o_totalprice]
              SortExec [o_totalprice]
                ScanExec orders [o_orderkey, o_totalprice]
            """, PlanBuilder.Plan(sort));
        Expect("""
            TopNExec 10 offset 5 [o_totalprice]
              ExchangeExec Gather merge [o_totalprice]
                TopNExec 15 [o_totalprice]
                  ScanExec orders [o_orderkey, o_totalprice]
            """, PlanBuilder.Plan(new Limit(Literal.BigInt(10), Literal.BigInt(5), false, sort)));
        Expect("""
            LimitExec 10
              ExchangeExec Gather
                LimitExec 10
                  ScanExec orders [o_orderkey, o_totalprice]
            """, PlanBuilder.Plan(new Limit(Literal.BigInt(10), null, false, scan)));
    }

    [Fact]
    public void Windows_share_an_exchange_where_partition_keys_nest()
    {
        Scan scan = _b.Scan(TpchTables.Orders, "o_custkey o_orderdate o_totalprice");
        var window = new Window([_b.Window("whole", "", "o_totalprice"), _b.Window("day", "o_custkey o_orderdate", ""), _b.Window("rank", "o_custkey", "o_totalprice")], scan);
        ExecPlan plan = PlanBuilder.Plan(window);
        string[] kinds = [.. plan.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Trim().Split(' ')[0])];
        Assert.Equal(["ProjectExec", "WindowExec", "ExchangeExec", "WindowExec", "WindowExec", "ExchangeExec", "ScanExec"], kinds);
        Assert.Contains("ExchangeExec Hash [o_custkey]\n", plan.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Set_operations_count_equal_rows_and_union_distinct_groups()
    {
        Scan first = _b.Scan(TpchTables.Orders, "o_custkey"), second = _b.Scan(TpchTables.Customer, "c_custkey");
        NodeList<Column> columns = [_b.Ids.Column("k", SqlType.Integer, false)];
        Expect("""
            SetOperationExec Except
              ExchangeExec Hash [o_custkey]
                ScanExec orders [o_custkey]
              ExchangeExec Hash [c_custkey]
                ScanExec customer [c_custkey]
            """, PlanBuilder.Plan(new SetOperation(SetOperationKind.Except, false, [first, second], columns)));
        Expect("""
            HashAggregateExec Final [k] []
              ExchangeExec Hash [k]
                HashAggregateExec Partial [k] []
                  UnionExec [k]
                    ScanExec orders [o_custkey]
                    ScanExec customer [c_custkey]
            """, PlanBuilder.Plan(new SetOperation(SetOperationKind.Union, false, [first, second], columns)));
    }

    [Fact]
    public void What_must_run_once_keeps_its_own_stage_under_a_union_of_several_tasks()
    {
        Aggregate one = _b.Group(_b.Scan(TpchTables.Orders, "o_totalprice"), "", _b.Call(PlanBuilder.Count, "n"));
        Project many = new([new NamedExpression(new Cast(_b.Ref("o_totalprice"), SqlType.BigInt), _b.Ids.Column("b", SqlType.BigInt, true))], _b.Scan(TpchTables.Orders, "o_totalprice"));
        many = many with { Items = [many.Items[0] with { Expression = new Cast(new ColumnReference(many.Input.Output[0]), SqlType.BigInt) }] };
        ExecPlan plan = PlanBuilder.Plan(new SetOperation(SetOperationKind.Union, true, [one, many], [_b.Ids.Column("k", SqlType.BigInt, true)]));
        Expect("""
            UnionExec [k]
              ExchangeExec Gather
                HashAggregateExec Final [] [count(*)]
                  ExchangeExec Gather
                    HashAggregateExec Partial [] [count(*)]
                      ScanExec orders []
              ProjectExec [CAST(o_totalprice AS bigint) AS b]
                ScanExec orders [o_totalprice]
            """, plan);
        Assert.Equal([2, 1, 2], StagePlanner.Plan(plan, PlanBuilder.TwoSlots).Stages.Select(static stage => stage.Tasks));
    }

    [Fact]
    public void Distinct_on_sorts_rows_of_a_key_together_and_merges_in_order()
    {
        Scan scan = _b.Scan(TpchTables.Orders, "o_custkey o_orderdate");
        Expect("""
            ExchangeExec Gather merge [o_custkey, o_orderdate]
              DistinctOnExec [o_custkey]
                SortExec [o_custkey, o_orderdate]
                  ExchangeExec Hash [o_custkey]
                    ScanExec orders [o_custkey, o_orderdate]
            """, PlanBuilder.Plan(new Distinct(_b.Refs("o_custkey"), new Sort(_b.Keys("o_custkey o_orderdate"), scan))));
    }

    [Fact]
    public void A_recursive_term_has_no_exchanges()
    {
        Column n = _b.Named("n", _b.Ids.Column("n", SqlType.Integer, false)), result = _b.Ids.Column("n", SqlType.Integer, false);
        var working = new CteScan(new CteId(1), "t", [n], IsWorkingTable: true);
        Scan orders = _b.Scan(TpchTables.Orders, "o_custkey o_orderkey"), customers = _b.Scan(TpchTables.Customer, "c_custkey");
        Aggregate step = _b.Group(_b.Join(working, orders, _b.Equal("n", "o_custkey")), "o_orderkey");
        var recursion = new RecursiveUnion(new CteId(1), true, customers, step, [result]);
        Expect("""
            RecursiveUnionExec all [n]
              ExchangeExec Gather
                ScanExec customer [c_custkey]
              HashAggregateExec Single [o_orderkey] []
                HashJoinExec Inner o_custkey = n
                  ScanExec orders [o_custkey, o_orderkey]
                  WorkingTableScanExec t [n]
            """, PlanBuilder.Plan(recursion));
    }

    [Fact]
    public void Columns_get_the_names_of_the_query()
    {
        Scan scan = _b.Scan(TpchTables.Orders, "o_orderkey");
        var project = new Project([new NamedExpression(_b.Ref("o_orderkey"), _b.Ids.Column("key", SqlType.Integer, false)), NamedExpression.Pass(_b.Column("o_orderkey"))], scan);
        ExecPlan plan = PlanBuilder.Plan(project);
        Assert.Equal(["key", "o_orderkey"], plan.Output.Select(static column => column.Name));
    }

    [Fact]
    public void Correlation_left_by_the_optimizer_is_an_internal_error()
    {
        Scan scan = _b.Scan(TpchTables.Orders, "o_orderkey"), inner = _b.Scan(TpchTables.LineItem, "l_orderkey");
        var error = Assert.Throws<Parser.Errors.QueryException>(() => PlanBuilder.Plan(new Apply(JoinKind.LeftSemi, scan, inner, Literal.True)));
        Assert.Equal("XX000", error.SqlState);
    }

    private static void Expect(string expected, ExecPlan plan) =>
        Assert.Equal(expected.ReplaceLineEndings("\n").Trim(), plan.ToString().Trim());
}
