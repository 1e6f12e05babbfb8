using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Plans ORDER BY, LIMIT, OFFSET and DISTINCT ON: sorted or cut in every task, merged in order into one, finished there.</summary>
internal sealed class OrderPlanner
{
    private readonly PhysicalPlanner _planner;

    public OrderPlanner(PhysicalPlanner planner) => _planner = planner;

    private ExchangePlacer Exchanges => _planner.Exchanges;

    public PlannedNode Plan(Sort sort, IReadOnlySet<ColumnId> required)
    {
        HashSet<ColumnId> needed = ExpressionBinder.References(sort.Expressions, required);
        PlannedNode input = ColumnSelection.Trim(_planner.Plan(sort.Input, needed), needed);
        return Sorted(input, sort.Keys, input.Rows);
    }

    public PlannedNode Plan(Limit limit, IReadOnlySet<ColumnId> required)
    {
        if (IsNone(limit.Count) && IsNone(limit.Offset))
        {
            return _planner.Plan(limit.Input, required);
        }

        switch (limit.Input)
        {
            case Project project:
                // Only the rows that are kept are computed.
                return _planner.Plan(project with { Input = limit with { Input = project.Input } }, required);
            case Sort sort when !IsNone(limit.Count) && (limit.WithTies || IsSmall(limit)):
                return PlanTopN(limit, sort, required);
            default:
                return PlanLimit(limit, required);
        }
    }

    /// <summary>The first row of each key: rows of a key come together, sorted, and the first of each run stays.</summary>
    public PlannedNode PlanDistinctOn(Distinct distinct, IReadOnlySet<ColumnId> required)
    {
        Sort? sort = distinct.Input as Sort;
        if (sort is null && HasOrder(distinct.Input))
        {
            HashSet<ColumnId> above = ExpressionBinder.References(distinct.On, required);
            PlannedNode ordered = Exchanges.Gather(_planner.Plan(distinct.Input, above));
            return ordered.With(new DistinctOnExec(ordered.Bind(distinct.On), ordered.Plan), ordered.Distribution, _planner.RowsOf(distinct));
        }

        NodeList<SortKey> keys = SortedByKeys(distinct.On, sort?.Keys ?? NodeList<SortKey>.Empty);
        LogicalPlan below = sort?.Input ?? distinct.Input;
        HashSet<ColumnId> needed = ExpressionBinder.References(distinct.On.Concat(keys.Select(static key => key.Expression)), required);
        PlannedNode input = Exchanges.ByKeys(ColumnSelection.Trim(_planner.Plan(below, needed), needed), distinct.On);
        NodeList<SortKey> order = input.Bind(keys);
        PlannedNode sorted = input.With(new SortExec(order, input.Plan), input.Distribution, input.Rows);
        PlannedNode first = sorted.With(new DistinctOnExec(sorted.Bind(distinct.On), sorted.Plan), sorted.Distribution, _planner.RowsOf(distinct));
        return Exchanges.Gather(first, order);
    }

    private PlannedNode Sorted(PlannedNode input, NodeList<SortKey> keys, double rows)
    {
        NodeList<SortKey> order = input.Bind(keys);
        return Exchanges.Gather(input.With(new SortExec(order, input.Plan), input.Distribution, rows), order);
    }

    private PlannedNode PlanTopN(Limit limit, Sort sort, IReadOnlySet<ColumnId> required)
    {
        HashSet<ColumnId> needed = ExpressionBinder.References(sort.Expressions, required);
        PlannedNode input = ColumnSelection.Trim(_planner.Plan(sort.Input, needed), needed);
        NodeList<SortKey> order = input.Bind(sort.Keys);
        Expression? offset = IsNone(limit.Offset) ? null : limit.Offset;
        double rows = _planner.RowsOf(limit);
        if (!input.Distribution.IsSingle && !_planner.IsOneTask)
        {
            double localRows = Math.Min(input.Rows, rows * _planner.Context.Topology.Slots);
            ExecPlan local = Sum(limit.Count!, offset) is { } kept
                ? new TopNExec(order, kept, null, limit.WithTies, input.Plan)
                : new SortExec(order, input.Plan);
            input = Exchanges.Gather(input.With(local, input.Distribution, localRows), order);
        }

        return input.With(new TopNExec(order, limit.Count!, offset, limit.WithTies, input.Plan), input.Distribution, rows);
    }

    private PlannedNode PlanLimit(Limit limit, IReadOnlySet<ColumnId> required)
    {
        PlannedNode input = _planner.Plan(limit.Input, required);
        Expression? count = IsNone(limit.Count) ? null : limit.Count, offset = IsNone(limit.Offset) ? null : limit.Offset;
        double rows = _planner.RowsOf(limit);
        if (!input.Distribution.IsSingle && !_planner.IsOneTask)
        {
            if (count is not null && Sum(count, offset) is { } kept)
            {
                input = input.With(new LimitExec(kept, null, input.Plan), input.Distribution, Math.Min(input.Rows, rows * _planner.Context.Topology.Slots));
            }

            input = Exchanges.Gather(ColumnSelection.Trim(input, required));
        }

        return input.With(new LimitExec(count, offset, input.Plan), input.Distribution, rows);
    }

    private static bool IsNone(Expression? count) => count is null or Literal { IsNull: true };

    private bool IsSmall(Limit limit) => Sum(limit.Count!, IsNone(limit.Offset) ? null : limit.Offset) is not Literal { Value: long rows } || rows <= _planner.Context.Settings.TopNRows;

    /// <summary>Rows that a task must keep so that the offset can be skipped later; null when that is unknown until the query runs.</summary>
    private static Expression? Sum(Expression count, Expression? offset) => (count, offset) switch
    {
        (_, null) => count,
        (Literal { Value: long kept }, Literal { Value: long skipped }) => Literal.BigInt(long.MaxValue - kept < skipped ? long.MaxValue : kept + skipped),
        _ => null,
    };

    private static bool HasOrder(LogicalPlan plan) => plan switch
    {
        Sort => true,
        Project or Filter => HasOrder(plan.Children[0]),
        _ => false,
    };

    /// <summary>An order in which equal DISTINCT ON keys are neighbours: the given one if it starts with them, else those keys put before it.</summary>
    private static NodeList<SortKey> SortedByKeys(NodeList<Expression> on, NodeList<SortKey> order)
    {
        var leading = new HashSet<Expression>(order.Take(on.Count).Select(static key => key.Expression));
        return on.All(leading.Contains) ? order : [.. on.Where(key => !leading.Contains(key)).Select(static key => new SortKey(key)), .. order];
    }
}
