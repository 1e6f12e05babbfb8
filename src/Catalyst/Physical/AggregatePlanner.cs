using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Plans grouping: in one step where rows of a group are together already, else partial, exchange, final.</summary>
internal sealed class AggregatePlanner
{
    private readonly PhysicalPlanner _planner;

    /// <summary>What the aggregate about to be planned is asked to spread its groups by.</summary>
    private NodeList<Column>? _spread;

    /// <summary>Distinct values for each partition from which on one key spreads rows evenly enough.</summary>
    private const double ValuesPerPartition = 100;

    public AggregatePlanner(PhysicalPlanner planner) => _planner = planner;

    public PlannedNode Plan(Aggregate aggregate, IReadOnlySet<ColumnId> required)
    {
        NodeList<Column>? spread = _spread;
        _spread = null;
        NamedExpression[] calls = [.. aggregate.Calls.Where(call => required.Contains(call.Column.Id))];
        IEnumerable<Expression> used = aggregate.Keys.Concat(calls).Select(static item => item.Expression);
        double rows = _planner.RowsOf(aggregate);
        _spread = rows > _planner.Context.Settings.GatheredGroups ? KeysBelow(aggregate) : null;
        PlannedNode input = _planner.Plan(aggregate.Input, ExpressionBinder.References(used));
        _spread = null;
        var grouping = new Grouping(aggregate.Keys, calls, aggregate.GroupingSets, aggregate.GroupingId);
        return Plan(grouping, input, rows, spread ?? ExchangeKeys(grouping, _planner.Context.Estimator.Estimate(aggregate)));
    }

    /// <summary>DISTINCT: grouping by all columns.</summary>
    public PlannedNode Plan(Distinct distinct) => DistinctRows(_planner.PlanExactly(distinct.Input, distinct.Output), distinct.Output, _planner.RowsOf(distinct));

    /// <summary>Drops duplicate rows of a planned node that has exactly these columns.</summary>
    public PlannedNode DistinctRows(PlannedNode input, NodeList<Column> columns, double rows) =>
        Plan(new Grouping(columns.Map(NamedExpression.Pass), [], null, null), input, rows, columns);

    /// <summary>Where the input is an aggregate too, by these keys and more: its columns for these keys. Spread by them, its groups need no second exchange.</summary>
    private static NodeList<Column>? KeysBelow(Aggregate aggregate)
    {
        if (aggregate.GroupingSets is not null || aggregate.Keys.IsEmpty || !aggregate.Keys.All(static key => key.Expression is ColumnReference))
        {
            return null;
        }

        NodeList<Column> columns = aggregate.Keys.Map(static key => ((ColumnReference)key.Expression).Column);
        LogicalPlan below = aggregate.Input;
        while (below is Project project && project.Items.All(static item => item.Expression is ColumnReference))
        {
            columns = columns.Map(column => ((ColumnReference)project.Items.First(item => item.Column.Id == column.Id).Expression).Column);
            below = project.Input;
        }

        return below is Aggregate { GroupingSets: null } inner && columns.All(column => inner.Keys.Any(key => key.Column.Id == column.Id)) ? columns : null;
    }

    /// <param name="grouping">What by what.</param>
    /// <param name="input">Rows.</param>
    /// <param name="rows">Expected groups.</param>
    /// <param name="spread">Key columns that partial results are spread by.</param>
    private PlannedNode Plan(Grouping grouping, PlannedNode input, double rows, NodeList<Column> spread)
    {
        if (input.Distribution.IsSingle || _planner.IsOneTask)
        {
            return Single(grouping, input, Distribution.Single, rows);
        }

        if (grouping.Sets is null && grouping.Keys.Count > 0 && input.Distribution.Colocates(grouping.PlainKeys))
        {
            return Single(grouping, input, Aliased(grouping, input.Distribution), rows);
        }

        if (grouping.Calls.All(CanSplit))
        {
            return PartialAndFinal(grouping, input, rows, spread);
        }

        PlannedNode exchanged = grouping.Sets is null && grouping.Keys.Count > 0
            ? _planner.Exchanges.Hash(ColumnSelection.Trim(input, grouping.Columns), [.. grouping.Keys.Select(static key => key.Expression)])
            : _planner.Exchanges.Gather(ColumnSelection.Trim(input, grouping.Columns));
        return Single(grouping, exchanged, Aliased(grouping, exchanged.Distribution), rows);
    }

    private static PlannedNode Single(Grouping grouping, PlannedNode input, Distribution distribution, double rows)
    {
        var plan = new HashAggregateExec(
            AggregateMode.Single, grouping.BoundKeys(input), grouping.BoundCalls(input), grouping.Sets, [.. grouping.KeyColumns, .. grouping.ResultColumns], input.Plan);
        return new PlannedNode(plan, grouping.Layout(), distribution, rows);
    }

    /// <remarks><code>
    /// Aggregate [k] [sum(v)]            HashAggregateExec Final [k] [sum(v)]
    ///   input                      =>     ExchangeExec Hash [k]      (Gather for few groups)
    ///                                       HashAggregateExec Partial [k] [sum(v)]
    ///                                         input
    ///
    /// Aggregate [a, b] [sum(v)] sets (a, b), (a), ()      HashAggregateExec Final [a, b, set] [sum(v)]
    ///   input                                         =>     ExchangeExec Hash [a, b, set]
    ///                                                          HashAggregateExec Merge [a, b] [sum(v)] sets (a, b), (a), ()
    ///                                                            HashAggregateExec Partial [a, b] [sum(v)]
    ///                                                              input
    /// </code></remarks>
    private PlannedNode PartialAndFinal(Grouping grouping, PlannedNode input, double rows, NodeList<Column> spread)
    {
        NodeList<ExecColumn> keys = [.. grouping.KeyColumns];
        NodeList<AggregateCall> calls = grouping.BoundCalls(input);
        bool merges = grouping.HasSetOfAllKeys;
        PlannedNode below = merges ? Partial(grouping.WithoutSets(), input, rows) : input;
        var partial = new HashAggregateExec(
            merges ? AggregateMode.Merge : AggregateMode.Partial, merges ? [.. grouping.Keys.Select(key => below.Reference(key.Column))] : grouping.BoundKeys(input), calls, grouping.Sets,
            [.. keys, .. grouping.StateColumns], below.Plan);
        double partialRows = Math.Min(input.Rows, rows * _planner.Context.Topology.Slots);
        var states = new PlannedNode(partial, grouping.KeyLayout(), Distribution.Any, partialRows);
        PlannedNode exchanged = keys.Count == 0 || rows <= _planner.Context.Settings.GatheredGroups
            ? _planner.Exchanges.Gather(states)
            : _planner.Exchanges.Hash(states, [.. spread.Select(static column => new ColumnReference(column))]);
        var final = new HashAggregateExec(
            AggregateMode.Final, [.. grouping.KeyOutputs.Select(exchanged.Reference)], calls, null, [.. keys, .. grouping.ResultColumns], exchanged.Plan);
        return new PlannedNode(final, grouping.Layout(), exchanged.Distribution, rows);
    }

    /// <summary>Groups of each task by all keys, one row a group and more.</summary>
    private PlannedNode Partial(Grouping grouping, PlannedNode input, double rows)
    {
        var plan = new HashAggregateExec(
            AggregateMode.Partial, grouping.BoundKeys(input), grouping.BoundCalls(input), null, [.. grouping.KeyColumns, .. grouping.StateColumns], input.Plan);
        return new PlannedNode(plan, grouping.KeyLayout(), Distribution.Any, Math.Min(input.Rows, rows * _planner.Context.Topology.Slots));
    }

    /// <summary>The keys that rows are spread by: one of many values and few bytes, if there is one, because all rows of a group agree on it; else all.</summary>
    private NodeList<Column> ExchangeKeys(Grouping grouping, RelationEstimate output)
    {
        double enough = ValuesPerPartition * _planner.Context.Topology.ShufflePartitions;
        Column? best = grouping.Sets is not null ? null : grouping.Keys.Select(static key => key.Column)
            .Where(column => output.Of(column) is var estimate && estimate.DistinctCount >= enough && estimate.NullFraction < 0.01)
            .OrderBy(static column => TypeWidth.Of(column.Type)).ThenByDescending(column => output.Of(column).DistinctCount).FirstOrDefault();
        return best is not null ? [best] : [.. grouping.KeyOutputs];
    }

    private static Distribution Aliased(Grouping grouping, Distribution distribution) => distribution.WithAliases(
        [.. grouping.Keys.Where(static key => key.Expression is ColumnReference).Select(static key => (key.Column.Id, ((ColumnReference)key.Expression).Id))]);

    private static bool CanSplit(NamedExpression item) =>
        item.Expression is AggregateCall { IsDistinct: false, OrderBy.IsEmpty: true, Function.StateTypes: not null };
}

/// <summary>What is grouped by what: a logical aggregate without its input.</summary>
/// <param name="Keys">Group keys.</param>
/// <param name="Calls">Aggregates that are used above.</param>
/// <param name="Sets">Grouping sets, or null.</param>
/// <param name="SetId">The column that tells a row's grouping set; null without sets.</param>
internal sealed record Grouping(NodeList<NamedExpression> Keys, IReadOnlyList<NamedExpression> Calls, NodeList<NodeList<int>>? Sets, Column? SetId)
{
    /// <summary>Whether one of several sets has all keys, as ROLLUP and CUBE have: the others can be made of its groups.</summary>
    public bool HasSetOfAllKeys => Sets is { Count: > 1 } && Keys.Count > 0 && Sets.Any(set => set.Distinct().Count() == Keys.Count);

    public Grouping WithoutSets() => this with { Sets = null, SetId = null };

    /// <summary>Columns that a partial result is exchanged by.</summary>
    public IEnumerable<Column> KeyOutputs => SetId is null ? Keys.Select(static key => key.Column) : Keys.Select(static key => key.Column).Append(SetId);

    /// <summary>The same as physical columns: keys outside a row's grouping set are null.</summary>
    public IEnumerable<ExecColumn> KeyColumns => KeyOutputs.Select(column =>
        Sets is null || column == SetId ? PhysicalPlanner.ColumnOf(column) : PhysicalPlanner.ColumnOf(column) with { IsNullable = true });

    public IEnumerable<ExecColumn> ResultColumns => Calls.Select(static call => PhysicalPlanner.ColumnOf(call.Column));

    /// <summary>State columns of all calls, in order.</summary>
    public IEnumerable<ExecColumn> StateColumns
    {
        get
        {
            foreach (NamedExpression item in Calls)
            {
                var call = (AggregateCall)item.Expression;
                SqlType[] types = call.Function.StateTypes!([.. call.Arguments.Select(static argument => argument.Type)]);
                for (int i = 0; i < types.Length; i++)
                {
                    yield return new ExecColumn(types.Length == 1 ? item.Column.Name : $"{item.Column.Name}.{i}", types[i], true);
                }
            }
        }
    }

    /// <summary>Input columns that stand for a key as they are.</summary>
    public ColumnId[] PlainKeys => [.. Keys.Select(static key => key.Expression).OfType<ColumnReference>().Select(static reference => reference.Id)];

    /// <summary>All input columns used.</summary>
    public HashSet<ColumnId> Columns => ExpressionBinder.References(Keys.Concat(Calls).Select(static item => item.Expression));

    public NodeList<Expression> BoundKeys(PlannedNode input) => input.Bind(Keys.Select(static key => key.Expression));

    public NodeList<AggregateCall> BoundCalls(PlannedNode input) => [.. input.Bind(Calls.Select(static call => call.Expression)).Cast<AggregateCall>()];

    public Dictionary<ColumnId, int> KeyLayout() => PlannedNode.LayoutOf([.. KeyOutputs]);

    public Dictionary<ColumnId, int> Layout() => PlannedNode.LayoutOf([.. KeyOutputs, .. Calls.Select(static call => call.Column)]);
}
