using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Catalyst.Tests.Statistics;

namespace SqlCluster.Catalyst.Tests.Physical.Adaptive;

/// <summary>Each rule fires where it should and nowhere else. Stages of a partitioned join: 0 build side, 1 probe side, 2 the join.</summary>
public sealed class AdaptiveRuleTests
{
    private const long Megabyte = 1 << 20;
    private static readonly long[] Large = [.. Enumerable.Repeat(8 * Megabyte, 8)];
    private static readonly long[] Small = [.. Enumerable.Repeat(1000L, 8)];
    private readonly PlanBuilder _b = new();

    [Fact]
    public void Small_neighbours_are_read_by_one_task()
    {
        Stage join = Partitioned().Ended(0, 100, Small).Ended(1, 100, Small).AdaptBy<CoalescePartitions>().Stages.Stages[2];
        Assert.Equal([new PartitionRange(0, 8)], join.Ranges!);
        Assert.Equal(1, join.Tasks);
    }

    /// <summary>Both sides of a join are cut alike, each range up to the target in sum.</summary>
    [Fact]
    public void Neighbours_are_joined_up_to_a_size_over_all_exchanges_of_the_stage()
    {
        long[] build = [200_000, 200_000, 400_000, 4 * Megabyte, 100, 100, 100, 600_000], probe = [.. Enumerable.Repeat(100_000L, 8)];
        Stage join = Partitioned().Ended(0, 100, build).Ended(1, 100, probe).AdaptBy<CoalescePartitions>().Stages.Stages[2];
        Assert.Equal([new(0, 2), new(2, 3), new(3, 4), new(4, 8)], join.Ranges!);
        Assert.Equal(4, join.Tasks);
    }

    /// <summary>Slots get work as long as each has enough of it.</summary>
    [Fact]
    public void Partitions_are_not_joined_to_less_than_one_a_slot()
    {
        long[] bytes = [.. Enumerable.Repeat(50_000L, 8)];
        Assert.Equal([new(0, 4), new(4, 8)], Partitioned().Ended(0, 100, bytes).Ended(1, 100, new long[8]).AdaptBy<CoalescePartitions>().Stages.Stages[2].Ranges!);
    }

    [Fact]
    public void Large_partitions_stay_and_inputs_have_to_be_complete()
    {
        RunningPlan large = Partitioned().Ended(0, 100, Large).Ended(1, 100, Large), incomplete = Partitioned().Ended(0, 100, Small).Running(1);
        Assert.Same(large.Stages, large.AdaptBy<CoalescePartitions>().Stages);
        Assert.Same(incomplete.Stages, incomplete.AdaptBy<CoalescePartitions>().Stages);
        RunningPlan off = Partitioned().Ended(0, 100, Small).Ended(1, 100, Small);
        Assert.Same(off.Stages, off.AdaptBy<CoalescePartitions>(AdaptiveSettings.Default with { PartitionBytes = 0, LeastPartitionBytes = 0 }).Stages);
    }

    [Fact]
    public void A_small_build_side_is_broadcast_and_the_probe_side_is_not_spread()
    {
        AdaptiveResult result = Partitioned().Ended(0, 12, Small).AdaptBy<BroadcastSmallBuildSides>();
        Stage join = result.Stages.Stages[2];
        Assert.Equal("""
            HashJoinExec Inner l_orderkey = o_orderkey makes [rf0] broadcast (was partitioned: build 12 rows)
              ScanExec lineitem [l_orderkey, l_quantity] runtime filters [l_orderkey: rf0]
              ShuffleReadExec stage 0

            """.ReplaceLineEndings("\n"), join.Plan.ToString());
        Assert.Equal([new StageId(1)], result.Unneeded);
        Assert.Equal([new StageId(0)], join.Inputs);
        Assert.Equal(PlanBuilder.TwoSlots.Slots, join.Tasks);
        Assert.Equal("BroadcastSmallBuildSides stage 2: stage 0 is broadcast, 12 rows, 8000 bytes", Assert.Single(result.Decisions).ToString());
    }

    [Fact]
    public void A_large_build_side_is_not_broadcast_nor_any_when_the_probe_side_has_started()
    {
        RunningPlan large = Partitioned().Ended(0, 1_000_000, Large), started = Partitioned().Ended(0, 12, Small).Running(1);
        Assert.Same(large.Stages, large.AdaptBy<BroadcastSmallBuildSides>(AdaptiveSettings.Default with { BroadcastBytes = Megabyte }).Stages);
        Assert.Same(started.Stages, started.AdaptBy<BroadcastSmallBuildSides>().Stages);
    }

    /// <summary>A grouping by the join key above the join finds its rows in one task: they are spread after all.</summary>
    [Fact]
    public void Nothing_is_broadcast_below_an_operator_that_needs_equal_keys_together()
    {
        LogicalPlan grouped = _b.Group(Join(), "l_orderkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"));
        RunningPlan plan = Running(grouped).Ended(0, 12, Small);
        Assert.Contains("Aggregate", plan.Stages.Stages[2].Plan.ToString(), StringComparison.Ordinal);
        Assert.Same(plan.Stages, plan.AdaptBy<BroadcastSmallBuildSides>().Stages);
    }

    [Fact]
    public void A_probe_side_waits_for_its_build_side_only_while_the_rule_is_on()
    {
        StagePlan plan = Partitioned().Stages;
        Assert.Equal([new StageId(0)], AdaptivePlanner.Prepare(plan, PlanBuilder.TwoSlots, AdaptiveSettings.Default).Stages[1].Inputs);
        Assert.Same(plan, AdaptivePlanner.Prepare(plan, PlanBuilder.TwoSlots, AdaptiveSettings.Default with { BroadcastBytes = 0 }));
        Assert.Same(plan, AdaptivePlanner.Prepare(plan, PlanBuilder.TwoSlots, AdaptiveSettings.Default with { DisabledRules = ["broadcastsmallbuildsides"] }));
    }

    [Fact]
    public void The_smaller_side_is_built()
    {
        Stage join = Partitioned().Ended(0, 1_000_000, Large).Ended(1, 10, Small).AdaptBy<SwapJoinSides>().Stages.Stages[2];
        Assert.Equal("""
            HashJoinExec Inner o_orderkey = l_orderkey sides swapped (build 10 rows instead of 1000000)
              ShuffleReadExec stage 0
              ShuffleReadExec stage 1

            """.ReplaceLineEndings("\n"), join.Plan.ToString());
        Assert.Equal(Partitioned().Stages.Stages[2].Plan.Output, join.Plan.Output);
    }

    [Theory]
    [InlineData(ExecJoinKind.LeftOuter, ExecJoinKind.RightOuter)]
    [InlineData(ExecJoinKind.RightAnti, ExecJoinKind.LeftAnti)]
    [InlineData(ExecJoinKind.LeftSemi, ExecJoinKind.RightSemi)]
    [InlineData(ExecJoinKind.FullOuter, ExecJoinKind.FullOuter)]
    [InlineData(ExecJoinKind.LeftSingle, null)]
    [InlineData(ExecJoinKind.LeftMark, null)]
    public void Kinds_have_their_mirror_images(ExecJoinKind kind, ExecJoinKind? mirrored)
    {
        var join = (HashJoinExec)Partitioned().Stages.Stages[2].Plan;
        Assert.Equal(mirrored, MirroredJoin.Of(join with { Kind = kind })?.Kind);
    }

    [Fact]
    public void Sides_of_similar_size_are_not_swapped()
    {
        RunningPlan similar = Partitioned().Ended(0, 1_000_000, Large).Ended(1, 900_000, Large), small = Partitioned().Ended(0, 100, Small).Ended(1, 1, Small);
        Assert.Same(similar.Stages, similar.AdaptBy<SwapJoinSides>().Stages);
        Assert.Same(small.Stages, small.AdaptBy<SwapJoinSides>().Stages);
    }

    [Fact]
    public void A_skewed_partition_is_read_by_several_tasks()
    {
        long[] skewed = [Megabyte, Megabyte, 90 * Megabyte, Megabyte, Megabyte, Megabyte, Megabyte, Megabyte];
        Stage join = Partitioned().Ended(0, 100_000, Large).Ended(1, 1_000_000, skewed).AdaptBy<SplitSkewedPartitions>().Stages.Stages[2];
        Assert.Equal([new(0, 1), new(1, 2), new(2, 3, 2), new(2, 3, 2), new(3, 4), new(4, 5), new(5, 6), new(6, 7), new(7, 8)], join.Ranges!);
        Assert.Equal(9, join.Tasks);
        Assert.True(((ShuffleReadExec)join.Plan.Children[0]).TakesTurns);
        Assert.False(((ShuffleReadExec)join.Plan.Children[1]).TakesTurns);
    }

    [Fact]
    public void Even_or_small_partitions_are_not_split_nor_those_of_a_grouping()
    {
        long[] skewed = [Megabyte, Megabyte, 90 * Megabyte, Megabyte, Megabyte, Megabyte, Megabyte, Megabyte], small = [10, 10, 9000, 10, 10, 10, 10, 10];
        RunningPlan even = Partitioned().Ended(0, 100, Large).Ended(1, 100, Large), tiny = Partitioned().Ended(0, 100, Small).Ended(1, 100, small);
        Assert.Same(even.Stages, even.AdaptBy<SplitSkewedPartitions>().Stages);
        Assert.Same(tiny.Stages, tiny.AdaptBy<SplitSkewedPartitions>().Stages);
        RunningPlan grouped = Running(_b.Group(Join(), "l_orderkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"))).Ended(0, 100, Large).Ended(1, 100, skewed);
        Assert.Same(grouped.Stages, grouped.AdaptBy<SplitSkewedPartitions>().Stages);
    }

    [Fact]
    public void An_inner_join_without_build_rows_ends_the_stage_of_its_probe_side()
    {
        AdaptiveResult result = Partitioned().Ended(0, 0, new long[8]).Running(1).AdaptBy<PropagateEmptyRelations>();
        Assert.Equal("ValuesExec [l_orderkey, l_quantity, o_orderkey, o_custkey] 0 rows empty (was HashJoinExec Inner l_orderkey = o_orderkey)\n", result.Stages.Stages[2].Plan.ToString());
        Assert.Empty(result.Stages.Stages[2].Inputs);
        Assert.Equal([new StageId(1)], result.Unneeded);
    }

    [Theory]
    [InlineData(ExecJoinKind.LeftOuter, 0, false)]
    [InlineData(ExecJoinKind.LeftOuter, 1, true)]
    [InlineData(ExecJoinKind.RightAnti, 0, true)]
    [InlineData(ExecJoinKind.LeftMark, 0, false)]
    [InlineData(ExecJoinKind.FullOuter, 0, false)]
    [InlineData(ExecJoinKind.LeftSemi, 0, true)]
    public void What_an_empty_side_means_depends_on_the_kind(ExecJoinKind kind, int empty, bool isEmpty)
    {
        RunningPlan plan = Partitioned(kind).Running(1 - empty).Ended(empty, 0, new long[8]);
        Assert.Equal(isEmpty, plan.AdaptBy<PropagateEmptyRelations>().Stages.Stages[2].Plan is ValuesExec);
    }

    [Fact]
    public void An_anti_join_without_build_rows_is_its_probe_side()
    {
        Stage stage = Partitioned(ExecJoinKind.LeftAnti, 0, 1).Ended(0, 0, new long[8]).Running(1).AdaptBy<PropagateEmptyRelations>().Stages.Stages[2];
        Assert.Equal("""
            ProjectExec [l_orderkey, l_quantity] (was an anti join: build side without rows)
              ShuffleReadExec stage 1

            """.ReplaceLineEndings("\n"), stage.Plan.ToString());
    }

    /// <summary>A stage that waits and whose rows are none already counts as one without rows: the result needs nothing more.</summary>
    [Fact]
    public void Emptiness_goes_up_through_stages_that_wait()
    {
        LogicalPlan grouped = _b.Group(Join(), "o_custkey", _b.Call(PlanBuilder.Sum, "total", "l_quantity"));
        AdaptiveResult result = Running(grouped).Ended(0, 0, new long[8]).Running(1).AdaptBy<PropagateEmptyRelations>();
        Assert.Equal(4, result.Stages.Stages.Count);
        Assert.IsType<ValuesExec>(result.Stages.Stages[2].Plan is HashAggregateExec partial ? partial.Input : result.Stages.Stages[2].Plan);
        Assert.Equal([new StageId(1)], result.Unneeded);
    }

    [Fact]
    public void Sides_with_rows_stay()
    {
        RunningPlan plan = Partitioned().Ended(0, 1, Small).Running(1);
        Assert.Same(plan.Stages, plan.AdaptBy<PropagateEmptyRelations>().Stages);
    }

    private RunningPlan Running(LogicalPlan plan) => new(StagePlanner.Plan(PlanBuilder.Plan(plan, settings: new PlannerSettings { BroadcastBytes = 0 }), PlanBuilder.TwoSlots));

    private Join Join() => _b.Join(_b.Scan(TpchTables.LineItem, "l_orderkey l_quantity"), _b.Scan(TpchTables.Orders, "o_orderkey o_custkey"), _b.Equal("l_orderkey", "o_orderkey"));

    private RunningPlan Partitioned() => Running(Join());

    /// <summary>The same join of another kind.</summary>
    private RunningPlan Partitioned(ExecJoinKind kind, params int[] outputs)
    {
        StagePlan plan = Partitioned().Stages;
        Stage stage = plan.Stages[2];
        var join = (HashJoinExec)stage.Plan;
        Stage other = stage with { Plan = join with { Kind = kind, OutputOrdinals = outputs.Length == 0 ? kind == ExecJoinKind.RightAnti ? [2] : [0] : [.. outputs] } };
        return new RunningPlan(new StagePlan([plan.Stages[0], plan.Stages[1], other]));
    }
}
