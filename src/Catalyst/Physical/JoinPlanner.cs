using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Plans joins: algorithm, build side, distribution and runtime filters.</summary>
/// <remarks>
/// The build side is the right child. It is the side with fewer expected rows, where the kind can be mirrored. Build sides are broadcast up to a size; larger
/// joins are partitioned by their keys on both sides, reusing a hash distribution that is there already.
/// </remarks>
internal sealed class JoinPlanner
{
    /// <summary>How many times larger the right side of a semi, anti or outer join must be before the left side is built instead: its rows come out at the end only.</summary>
    private const double MirrorFactor = 1.5;

    private readonly PhysicalPlanner _planner;

    public JoinPlanner(PhysicalPlanner planner) => _planner = planner;

    public PlannedNode Plan(Join join, IReadOnlySet<ColumnId> required) => Plan(join, required, isNullAware: false);

    /// <summary>Plans a filter that keeps only matched or only unmatched rows of a mark join as a semi or anti join.</summary>
    /// <remarks><code>
    /// Filter NOT mark AND p          Filter p
    ///   Join LeftMark a = b     =>     HashJoinExec LeftAnti null-aware a = b
    /// </code></remarks>
    public PlannedNode? TryPlanMarkFilter(Filter filter, IReadOnlySet<ColumnId> required)
    {
        if (filter.Input is not Join { Kind: JoinKind.LeftMark, Mark: { } mark } join || required.Contains(mark.Id))
        {
            return null;
        }

        NodeList<Expression> conjuncts = filter.Predicate.Conjuncts();
        Expression[] onMark = [.. conjuncts.Where(conjunct => ExpressionBinder.References([conjunct]).Contains(mark.Id))];
        if (onMark.Length != 1 || MarkKind(onMark[0], mark, join) is not var (kind, isNullAware))
        {
            return null;
        }

        Expression[] others = [.. conjuncts.Where(conjunct => !ReferenceEquals(conjunct, onMark[0]))];
        PlannedNode joined = Plan(join with { Kind = kind, Mark = null }, ExpressionBinder.References(others, required), isNullAware);
        double rows = _planner.RowsOf(filter);
        return others.Length == 0
            ? joined.With(joined.Plan, joined.Distribution, rows)
            : joined.With(new FilterExec(joined.Bind(Conjunctions.AndAll(others)), joined.Plan), joined.Distribution, rows);
    }

    private static (JoinKind Kind, bool IsNullAware)? MarkKind(Expression onMark, Column mark, Join join)
    {
        bool IsMark(Expression expression) => expression is ColumnReference reference && reference.Id == mark.Id;
        switch (onMark)
        {
            case ColumnReference:
            case IsTruth { Truth: true, Negated: false } truth when IsMark(truth.Input):
                return (JoinKind.LeftSemi, false);
            case IsTruth { Truth: true, Negated: true } notTrue when IsMark(notTrue.Input):
                return (JoinKind.LeftAnti, false);
            case Not not when not.Input is IsTruth { Truth: true, Negated: false } truth && IsMark(truth.Input):
                return (JoinKind.LeftAnti, false);
            case Not not when IsMark(not.Input):
                JoinCondition condition = JoinCondition.Of(join);
                return !join.Condition.IsNullable ? (JoinKind.LeftAnti, false)
                    : condition is { Keys.Count: 1, Residual.Count: 0 } && !condition.Keys[0].NullsEqual ? (JoinKind.LeftAnti, true)
                    : null;
            default:
                return null;
        }
    }

    private PlannedNode Plan(Join join, IReadOnlySet<ColumnId> required, bool isNullAware)
    {
        if (join.Kind is JoinKind.AsOf or JoinKind.AsOfLeft)
        {
            return PlanAsOf(join, required);
        }

        if (join.Kind == JoinKind.LeftAnti && !isNullAware && NotInKey(join) is { } equality)
        {
            return Plan(join with { Condition = equality }, required, isNullAware: equality.IsNullable);
        }

        JoinCondition condition = JoinCondition.Of(join);
        bool isHashable = condition.Keys.Count > 0 && (join.Mark is not { IsNullable: true } || HashesToMark(condition));
        HashSet<ColumnId> needed = ExpressionBinder.References([join.Condition], required);
        PlannedNode left = _planner.Plan(join.Left, needed), right = _planner.Plan(join.Right, needed);
        var sides = new JoinSides(_planner, join, left, right, required, needed);
        return isHashable ? PlanHash(sides, condition, isNullAware) : PlanNestedLoop(sides);
    }

    /// <summary>NOT IN written as an anti join on (a = b) IS NOT FALSE.</summary>
    private static Expression? NotInKey(Join join) =>
        join.Condition is IsTruth { Truth: false, Negated: true, Input: Comparison { Operator: ComparisonOperator.Equal } equality }
        && JoinCondition.Of(join with { Condition = equality }) is { Keys.Count: 1 }
            ? equality
            : null;

    /// <summary>Whether a hash table finds not only matches but also where a nullable mark is null: with one key, or with keys that are never null.</summary>
    private static bool HashesToMark(JoinCondition condition) =>
        condition is { Keys.Count: 1, Residual.Count: 0 } || condition.Keys.All(static key => !key.IsNullable);

    private PlannedNode PlanHash(JoinSides sides, JoinCondition condition, bool isNullAware)
    {
        if (!isNullAware && BuildsLeft(sides.Join.Kind, sides.Left, sides.Right))
        {
            sides = sides.Mirrored();
            condition = condition with { Keys = [.. condition.Keys.Select(static key => key.Swapped())] };
        }

        PlannedNode left = sides.Left, right = ColumnSelection.Trim(sides.Right, sides.NeededBelow);
        IReadOnlyList<JoinKey> keys = condition.Keys;
        NodeList<RuntimeFilterSource> filters = NodeList<RuntimeFilterSource>.Empty;
        Distribution distribution;

        // Whether some build row has a null key, or there is any build row, decides about rows with other keys: only a table of all build rows knows.
        bool needsAllBuildRows = isNullAware || sides.Join.Mark is { IsNullable: true };
        if (_planner.IsOneTask || (left.Distribution.IsSingle && right.Distribution.IsSingle))
        {
            distribution = Distribution.Single;
        }
        else if (!needsAllBuildRows && AreColocated(left, right, keys))
        {
            distribution = JoinDistribution.OfPartitioned(sides.ExecKind, left.Distribution, right.Distribution, keys);
        }
        else if (needsAllBuildRows || CanBroadcast(sides.ExecKind, right))
        {
            (left, filters) = PushRuntimeFilters(sides, left, keys);
            distribution = JoinDistribution.OfBroadcast(sides.ExecKind, left.Distribution, keys);
            right = _planner.Exchanges.Broadcast(right);
        }
        else
        {
            left = ColumnSelection.Trim(left, sides.NeededBelow);
            (left, right) = Partition(left, right, ref keys);
            distribution = JoinDistribution.OfPartitioned(sides.ExecKind, left.Distribution, right.Distribution, keys);
        }

        JoinOutputLayout output = sides.OutputOf(left, right);
        Expression? residual = condition.Residual.Count == 0 ? null : ExpressionBinder.Bind(Conjunctions.AndAll(condition.Residual), output.Reference);
        var plan = new HashJoinExec(
            sides.ExecKind, left.Plan, right.Plan, [.. keys.Select(key => left.Bind(key.Left))], [.. keys.Select(key => right.Bind(key.Right))],
            [.. keys.Select(static key => key.NullsEqual)], residual, isNullAware, output.Ordinals, filters);
        return new PlannedNode(plan, output.Layout, distribution, _planner.RowsOf(sides.Join));
    }

    private static bool BuildsLeft(JoinKind kind, PlannedNode left, PlannedNode right) => kind switch
    {
        JoinKind.Inner => left.Rows < right.Rows,
        JoinKind.LeftOuter or JoinKind.LeftSemi or JoinKind.LeftAnti => left.Rows * MirrorFactor < right.Rows,
        // Unmirrored it builds the preserved right side.
        JoinKind.RightOuter => left.Rows <= right.Rows * MirrorFactor,
        JoinKind.FullOuter => left.Rows < right.Rows,
        JoinKind.LeftMark or JoinKind.LeftSingle or JoinKind.AsOf or JoinKind.AsOfLeft => false,
    };

    private bool CanBroadcast(ExecJoinKind kind, PlannedNode build)
    {
        Topology topology = _planner.Context.Topology;
        double bytes = Math.Max(0, build.Rows) * RowBytes(build.Output);
        return topology.Executors == 1
            ? bytes <= _planner.Context.Settings.BroadcastBytes
            : bytes <= _planner.Context.Settings.RemoteBroadcastBytes && !EmitsBuildRows(kind);
    }

    private static bool EmitsBuildRows(ExecJoinKind kind) => kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti;

    private static double RowBytes(NodeList<ExecColumn> columns)
    {
        double bytes = 8;
        foreach (ExecColumn column in columns)
        {
            bytes += TypeWidth.Of(column.Type);
        }

        return bytes;
    }

    /// <summary>Whether equal keys are in the same task on both sides already.</summary>
    private static bool AreColocated(PlannedNode left, PlannedNode right, IReadOnlyList<JoinKey> keys)
    {
        if (left.Distribution.Kind != DistributionKind.Hash || right.Distribution.Kind != DistributionKind.Hash
            || left.Distribution.Keys.Count != right.Distribution.Keys.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Distribution.Keys.Count; i++)
        {
            DistributionKey leftKey = left.Distribution.Keys[i], rightKey = right.Distribution.Keys[i];
            if (leftKey.Type != rightKey.Type || !keys.Any(key => IsKey(key.Left, leftKey) && IsKey(key.Right, rightKey)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsKey(Expression expression, DistributionKey key) => expression is ColumnReference reference && key.Columns.Contains(reference.Id);

    /// <summary>Hash exchanges on both sides, or on one where the other is spread by (some of) the keys already.</summary>
    private (PlannedNode Left, PlannedNode Right) Partition(PlannedNode left, PlannedNode right, ref IReadOnlyList<JoinKey> keys)
    {
        if (OrderedAs(left.Distribution, keys, static key => key.Left) is { } byLeft)
        {
            return (left, _planner.Exchanges.Hash(right, [.. byLeft.Select(static key => key.Right)]));
        }

        if (OrderedAs(right.Distribution, keys, static key => key.Right) is { } byRight)
        {
            return (_planner.Exchanges.Hash(left, [.. byRight.Select(static key => key.Left)]), right);
        }

        return (_planner.Exchanges.Hash(left, [.. keys.Select(static key => key.Left)]), _planner.Exchanges.Hash(right, [.. keys.Select(static key => key.Right)]));
    }

    /// <summary>The join keys that make up one side's hash distribution, in its order, when both sides hash them alike; null when some part is no join key.</summary>
    private static List<JoinKey>? OrderedAs(Distribution distribution, IReadOnlyList<JoinKey> keys, Func<JoinKey, Expression> side)
    {
        if (distribution.Kind != DistributionKind.Hash)
        {
            return null;
        }

        var ordered = new List<JoinKey>();
        foreach (DistributionKey part in distribution.Keys)
        {
            JoinKey? key = keys.FirstOrDefault(key => IsKey(side(key), part) && key.Left.Type == part.Type && key.Right.Type == part.Type);
            if (key is null)
            {
                return null;
            }

            ordered.Add(key);
        }

        return ordered;
    }

    private (PlannedNode Left, NodeList<RuntimeFilterSource> Filters) PushRuntimeFilters(JoinSides sides, PlannedNode left, IReadOnlyList<JoinKey> keys)
    {
        bool dropsUnmatched = sides.ExecKind is ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightSemi or ExecJoinKind.RightOuter or ExecJoinKind.RightAnti;
        if (!dropsUnmatched || !_planner.Context.Settings.RuntimeFilters)
        {
            return (left, NodeList<RuntimeFilterSource>.Empty);
        }

        var sources = new List<RuntimeFilterSource>();
        ExecPlan plan = left.Plan;
        for (int i = 0; i < keys.Count; i++)
        {
            if (keys[i].NullsEqual || keys[i].Left is not ColumnReference column || keys[i].Left.Type != keys[i].Right.Type || !Selects(sides, keys[i]))
            {
                continue;
            }

            RuntimeFilterId id = _planner.NewRuntimeFilter();
            if (RuntimeFilterPusher.Push(plan, left.Reference(column.Column).Ordinal, id) is { } filtered)
            {
                plan = filtered;
                sources.Add(new RuntimeFilterSource(id, i));
            }
        }

        return (left.With(plan, left.Distribution, left.Rows), [.. sources]);
    }

    /// <summary>Whether the build side is expected to lack enough of the probe side's key values, of which each side has all there are or fewer.</summary>
    private bool Selects(JoinSides sides, JoinKey key)
    {
        ColumnEstimate probe = new ExpressionEstimator(_planner.Context.Estimator.Estimate(sides.LogicalLeft)).Of(key.Left);
        ColumnEstimate build = new ExpressionEstimator(_planner.Context.Estimator.Estimate(sides.LogicalRight)).Of(key.Right);
        return build.DistinctCount < _planner.Context.Settings.RuntimeFilterShare * Math.Max(probe.DomainCount, build.DomainCount) && !IsWholeKey(build, probe);
    }

    /// <summary>Whether the build side is an unfiltered key that fills the probe side's range: distinct counts may be guesses, but then nothing is missing.</summary>
    private static bool IsWholeKey(ColumnEstimate build, ColumnEstimate probe)
    {
        const double Unfiltered = 0.9, Dense = 0.2;
        return build.HasRange && probe.HasRange && build.Step > 0 && build.DistinctCount >= Unfiltered * build.DomainCount && build.DistinctCount >= Dense * build.Span
            && build.Minimum <= probe.Minimum && build.Maximum >= probe.Maximum;
    }

    private PlannedNode PlanNestedLoop(JoinSides sides)
    {
        bool swaps = sides.Join.Kind switch
        {
            JoinKind.Inner => sides.Left.Rows < sides.Right.Rows,
            JoinKind.RightOuter => true,
            _ => false,
        };
        sides = swaps ? sides.Mirrored() : sides;
        // Unmatched right rows of a full join are known only where all left rows have been seen.
        PlannedNode left = sides.Join.Kind == JoinKind.FullOuter ? _planner.Exchanges.Gather(sides.Left) : sides.Left;
        PlannedNode right = ColumnSelection.Trim(sides.Right, sides.NeededBelow);
        if (!(left.Distribution.IsSingle && right.Distribution.IsSingle))
        {
            right = _planner.Exchanges.Broadcast(right);
        }

        JoinOutputLayout output = sides.OutputOf(left, right);
        Expression? condition = sides.Join.Condition is Literal { Value: true } ? null : ExpressionBinder.Bind(sides.Join.Condition, output.Reference);
        var plan = new NestedLoopJoinExec(sides.ExecKind, left.Plan, right.Plan, condition, output.Ordinals);
        Distribution distribution = JoinDistribution.OfBroadcast(sides.ExecKind, left.Distribution, []);
        return new PlannedNode(plan, output.Layout, distribution, _planner.RowsOf(sides.Join));
    }

    private PlannedNode PlanAsOf(Join join, IReadOnlySet<ColumnId> required)
    {
        NodeList<Expression> conjuncts = join.Condition.Conjuncts();
        var rightIds = new HashSet<ColumnId>(join.Right.Output.Select(static column => column.Id));
        if (conjuncts.Count == 0 || conjuncts[conjuncts.Count - 1] is not Comparison order || JoinEstimator.Sides(order.Left, order.Right, rightIds) is not var (leftOrder, rightOrder))
        {
            throw PlannerErrors.AsOfWithoutOrder(join);
        }

        JoinCondition condition = JoinCondition.Of(join with { Condition = Conjunctions.AndAll([.. conjuncts.Take(conjuncts.Count - 1)]) });
        if (condition.Residual.Count > 0)
        {
            throw PlannerErrors.AsOfWithoutOrder(join);
        }

        HashSet<ColumnId> needed = ExpressionBinder.References([join.Condition], required);
        var sides = new JoinSides(_planner, join, _planner.Plan(join.Left, needed), _planner.Plan(join.Right, needed), required, needed);
        PlannedNode right = ColumnSelection.Trim(sides.Right, sides.NeededBelow);
        if (!(sides.Left.Distribution.IsSingle && right.Distribution.IsSingle))
        {
            right = _planner.Exchanges.Broadcast(right);
        }

        JoinOutputLayout output = sides.OutputOf(sides.Left, right);
        ComparisonOperator op = ReferenceEquals(leftOrder, order.Left) ? order.Operator : order.Operator.Mirrored();
        var plan = new AsOfJoinExec(
            join.Kind == JoinKind.AsOfLeft, sides.Left.Plan, right.Plan, [.. condition.Keys.Select(key => sides.Left.Bind(key.Left))],
            [.. condition.Keys.Select(key => right.Bind(key.Right))], op, sides.Left.Bind(leftOrder), right.Bind(rightOrder), output.Ordinals);
        return new PlannedNode(plan, output.Layout, sides.Left.Distribution, _planner.RowsOf(join));
    }
}
