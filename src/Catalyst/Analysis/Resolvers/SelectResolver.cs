using SqlCluster.Catalyst.Analysis.Checks;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves one SELECT with its ORDER BY and LIMIT, and stacks its plan.</summary>
/// <remarks><code>
/// Project [items]                       (only when ORDER BY needs columns that are not selected)
///   Limit
///     Sort
///       Distinct                        (DISTINCT ON: above the Sort)
///         Project [items, sort columns]
///           TableFunctionScan           set-returning functions of the select list
///             Filter                    QUALIFY
///               Window
///                 Filter                HAVING
///                   Aggregate
///                     Filter            WHERE
///                       FROM
/// </code></remarks>
internal sealed class SelectResolver(AnalysisContext context, Ast.Select select, QueryScope? parent, CteScope? ctes)
{
    private readonly QueryScope _scope = new(parent, ctes);
    private List<SelectOutput> _items = [];
    private List<(Ast.SortItem Item, OutputKey Key)> _order = [];
    private List<OutputKey> _distinctOn = [];
    private Expression? _having;
    private Expression? _qualify;

    /// <param name="orderBy">ORDER BY of the query around.</param>
    /// <param name="limit">LIMIT of the query around.</param>
    /// <param name="keepUnknown">Leaves untyped literals of the select list alone, for a set operation to type them.</param>
    public LogicalPlan Resolve(NodeList<Ast.SortItem> orderBy, Ast.LimitClause? limit, bool keepUnknown)
    {
        LogicalPlan plan = context.From.Resolve(select.From, _scope);
        DefineWindows();
        _items = _scope.In(Clauses.Of(select.Place), () => new SelectListResolver(context, _scope).Resolve(select.Items));
        Expression? where = Condition(select.Where, Clause.Where, "WHERE");
        GroupingKeys? grouping = select.GroupBy is null ? null : new GroupByResolver(context, _items, _scope).Resolve(select.GroupBy);
        _having = Condition(select.Having, Clause.Having, "HAVING");
        _scope.Outputs = _items;
        _qualify = Condition(select.Qualify, Clause.Qualify, "QUALIFY");
        _scope.Outputs = null;
        ResolveKeys(orderBy);
        if (!keepUnknown || !orderBy.IsEmpty || limit is not null || select.Distinct is not null)
        {
            _items.ForEach(item => item.Value = context.Coercions.Settle(item.Value));
        }

        plan = where is null ? plan : new Filter(where, plan);
        plan = Group(AddGroupedSets(plan, grouping), grouping);
        plan = _having is null ? plan : new Filter(_having, plan);
        plan = _scope.WindowCalls.Count == 0
            ? plan
            : new Window([.. _scope.WindowCalls.Select(static call => new NamedExpression(call.Call, call.Column))], plan);
        plan = _qualify is null ? plan : new Filter(_qualify, plan);
        plan = AddSets(plan, _scope.SetCalls);
        return Output(plan, limit, !orderBy.IsEmpty);
    }

    private void DefineWindows()
    {
        var windows = new WindowResolver(context);
        foreach (Ast.WindowDefinition definition in select.Windows)
        {
            if (!_scope.Windows.TryAdd(definition.Name.Value, windows.Complete(definition.Specification, _scope)))
            {
                throw AnalyzerErrors.DuplicateWindow(definition.Name.Value, context.Position(definition.Specification));
            }
        }
    }

    private Expression? Condition(Ast.Expression? node, Clause clause, string name) =>
        node is null ? null : _scope.In(clause, () => context.Expressions.Boolean(node, _scope, name));

    private void ResolveKeys(NodeList<Ast.SortItem> orderBy)
    {
        var keys = new OrderByResolver(context, _items, _scope);
        _distinctOn = select.Distinct is null ? [] : [.. select.Distinct.On.Select(node => keys.Resolve(node, Clause.DistinctOn))];
        foreach (Ast.SortItem item in orderBy)
        {
            if (item.Expression is Ast.Star)
            {
                _order.AddRange(_items.Select((output, index) => (item, new OutputKey(index, output.Value))));
            }
            else
            {
                _order.Add((item, keys.Resolve(item.Expression, Clause.OrderBy)));
            }
        }

        if (select.Distinct is null)
        {
            return;
        }

        if (_distinctOn.Count == 0 && _order.FindIndex(static key => key.Key.ItemIndex < 0) is >= 0 and var hidden)
        {
            throw AnalyzerErrors.InvalidColumnReference("for SELECT DISTINCT, ORDER BY expressions must appear in select list", context.Position(_order[hidden].Item));
        }

        CheckDistinctOn();
    }

    /// <summary>The leading ORDER BY keys must be those of DISTINCT ON, in any order.</summary>
    private void CheckDistinctOn()
    {
        HashSet<Expression> missing = [.. _distinctOn.Select(static on => on.Value)];
        HashSet<Expression> all = [.. missing];
        Ast.SortItem? other = null;
        foreach ((Ast.SortItem item, OutputKey key) in _order)
        {
            bool isKey = all.Contains(key.Value);
            if (other is null)
            {
                missing.Remove(key.Value);
            }

            if (isKey && other is not null)
            {
                throw AnalyzerErrors.InvalidColumnReference("SELECT DISTINCT ON expressions must match initial ORDER BY expressions", context.Position(item));
            }

            other ??= isKey ? null : item;
        }

        if (missing.Count > 0 && other is not null)
        {
            int key = _distinctOn.FindIndex(on => missing.Contains(on.Value));
            throw AnalyzerErrors.InvalidColumnReference("SELECT DISTINCT ON expressions must match initial ORDER BY expressions", context.Position(select.Distinct!.On[key]));
        }
    }

    /// <summary>Set-returning functions that are grouped by come below the grouping, those whose results they take included.</summary>
    private LogicalPlan AddGroupedSets(LogicalPlan plan, GroupingKeys? grouping)
    {
        if (grouping is null || _scope.SetCalls.Count == 0)
        {
            return plan;
        }

        var grouped = new List<SetCall>();
        IReadOnlyList<Expression> users = grouping.Keys;
        while (_scope.SetCalls.FindAll(call => users.Any(user => user.ReferencesAny(new HashSet<ColumnId> { call.Column.Id }))) is { Count: > 0 } found)
        {
            grouped.AddRange(found);
            _scope.SetCalls.RemoveAll(found.Contains);
            users = [.. found.Select(static call => call.Call)];
        }

        return AddSets(plan, grouped);
    }

    private LogicalPlan Group(LogicalPlan plan, GroupingKeys? grouping)
    {
        if (grouping is null && _having is null && _scope.Aggregates.Count == 0 && _scope.GroupingCalls.Count == 0)
        {
            return plan;
        }

        List<Expression> keys = grouping?.Keys ?? [];
        HashSet<ColumnId> inputs = plan.OutputIds();
        var named = new NamedExpression[keys.Count];
        var names = new Dictionary<Expression, string>(keys.Count == 0 ? 0 : _items.Count);
        for (int i = _items.Count - 1; i >= 0 && keys.Count > 0; i--)
        {
            names[_items[i].Value] = _items[i].Name;
        }

        for (int i = 0; i < named.Length; i++)
        {
            named[i] = keys[i] is ColumnReference reference && grouping!.Sets is null && inputs.Contains(reference.Id)
                ? NamedExpression.Pass(reference.Column)
                : new NamedExpression(keys[i], context.Ids.Column(names.GetValueOrDefault(keys[i]) ?? (keys[i] is ColumnReference column ? column.Column.Name : "key"), keys[i].Type, keys[i].IsNullable || grouping!.Sets is not null));
        }

        Column? groupingId = grouping?.Sets is null ? null : context.Ids.Column("grouping_id", SqlType.BigInt, false);
        var aggregate = new Aggregate(
            NodeList.Create<NamedExpression>(named), [.. _scope.Aggregates.Select(static call => new NamedExpression(call.Call, call.Column))], grouping?.Sets, groupingId, plan);
        var rewrite = new GroupingRewrite(context, _scope, inputs, aggregate);
        _items.ForEach(item => item.Value = grouping?.Sets is not null && item.Value is Literal && keys.IndexOf(item.Value) is >= 0 and var constant
            ? new ColumnReference(named[constant].Column)
            : rewrite.Rewrite(item.Value));
        _having = _having is null ? null : rewrite.Rewrite(_having);
        _qualify = _qualify is null ? null : rewrite.Rewrite(_qualify);
        _order = [.. _order.Select(key => (key.Item, key.Key with { Value = rewrite.Rewrite(key.Key.Value) }))];
        _distinctOn = [.. _distinctOn.Select(key => key with { Value = rewrite.Rewrite(key.Value) })];
        for (int i = 0; i < _scope.WindowCalls.Count; i++)
        {
            _scope.WindowCalls[i] = _scope.WindowCalls[i] with { Call = (WindowCall)_scope.WindowCalls[i].Call.MapChildren(rewrite.Rewrite) };
        }

        for (int i = 0; i < _scope.SetCalls.Count; i++)
        {
            _scope.SetCalls[i] = _scope.SetCalls[i] with { Call = (Call)_scope.SetCalls[i].Call.MapChildren(rewrite.Rewrite) };
        }

        return aggregate;
    }

    /// <summary>Set-returning functions side by side; those over others' results one level above.</summary>
    private static LogicalPlan AddSets(LogicalPlan plan, List<SetCall> calls)
    {
        List<SetCall> waiting = [.. calls];
        while (waiting.Count > 0)
        {
            HashSet<ColumnId> missing = [.. waiting.Select(static call => call.Column.Id)];
            List<SetCall> ready = waiting.FindAll(call => !call.Call.ReferencesAny(missing));
            waiting.RemoveAll(ready.Contains);
            plan = new TableFunctionScan(plan, [.. ready.Select(static call => call.Call)], [.. ready.Select(static call => (NodeList<Column>)[call.Column])], null);
        }

        return plan;
    }

    private LogicalPlan Output(LogicalPlan plan, Ast.LimitClause? limit, bool isSorted)
    {
        var outputs = new List<NamedExpression>(_items.Count);
        HashSet<ColumnId> available = plan.OutputIds();
        var used = new HashSet<ColumnId>();
        foreach (SelectOutput item in _items)
        {
            bool passes = item.Value is ColumnReference reference && reference.Column.Name == item.Name && available.Contains(reference.Id) && used.Add(reference.Id);
            outputs.Add(passes ? NamedExpression.Pass(((ColumnReference)item.Value).Column) : new NamedExpression(item.Value, context.Ids.For(item.Value, item.Name)));
        }

        int visible = outputs.Count;
        var carriers = new Dictionary<Expression, Column>();
        for (int i = 0; i < visible && _order.Count + _distinctOn.Count > 0; i++)
        {
            carriers.TryAdd(outputs[i].Expression, outputs[i].Column);
        }

        // A key that stands before, in whatever direction, decides nothing.
        NodeList<SortKey> sortKeys = [.. _order.Select(key => SortKeys.Make(key.Item, Carry(key.Key, outputs, carriers, available), context)).DistinctBy(static key => key.Expression)];
        NodeList<Expression> on = [.. _distinctOn.Select(key => Carry(key, outputs, carriers, available)).Distinct()];
        if (sortKeys.Count > SortKeys.Most || on.Count > SortKeys.Most)
        {
            throw AnalyzerErrors.TooManyColumns(SortKeys.Most, context.Position(sortKeys.Count > SortKeys.Most ? _order[SortKeys.Most].Item.Expression : select.Distinct!.On[SortKeys.Most]));
        }

        bool isIdentity = outputs.Count == plan.Output.Count && outputs.Zip(plan.Output).All(static pair => pair.First.IsPass && pair.First.Column.Id == pair.Second.Id);
        plan = isIdentity ? plan : new Project(NodeList.From(outputs), plan);
        if (select.Distinct is not null && on.IsEmpty)
        {
            plan = new Distinct([], plan);
        }

        plan = sortKeys.IsEmpty ? plan : new Sort(sortKeys, plan);
        plan = on.IsEmpty ? plan : new Distinct(on, plan);
        plan = new LimitResolver(context).Apply(plan, limit, isSorted, parent, ctes, _scope.From);
        return outputs.Count == visible ? plan : new Project([.. outputs.Take(visible).Select(static output => NamedExpression.Pass(output.Column))], plan);
    }

    /// <summary>A reference to the output column that carries a key; a key that is not selected is added to the columns.</summary>
    private Expression Carry(OutputKey key, List<NamedExpression> outputs, Dictionary<Expression, Column> carriers, HashSet<ColumnId> available)
    {
        if (key.ItemIndex >= 0)
        {
            return new ColumnReference(outputs[key.ItemIndex].Column);
        }

        if (!carriers.TryGetValue(key.Value, out Column? carrier))
        {
            outputs.Add(key.Value is ColumnReference reference && available.Contains(reference.Id)
                ? NamedExpression.Pass(reference.Column)
                : new NamedExpression(key.Value, context.Ids.For(key.Value, "sort key")));
            carriers.Add(key.Value, carrier = outputs[^1].Column);
        }

        return new ColumnReference(carrier);
    }
}
