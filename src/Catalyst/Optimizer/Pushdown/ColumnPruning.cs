using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Pushdown;

/// <summary>Drops columns that nobody above needs, from the root down to the scans.</summary>
internal sealed class ColumnPruning
{
    /// <summary>Positions of each common table expression that its scans need.</summary>
    private readonly Dictionary<CteId, SortedSet<int>> _needed = [];

    /// <summary>A plan with exactly the same output.</summary>
    public LogicalPlan PruneExactly(LogicalPlan plan)
    {
        NodeList<Column> output = plan.Output;
        return Prune(plan, plan.OutputIds()).Narrow(output);
    }

    /// <summary>A plan whose output holds at least the required columns.</summary>
    private LogicalPlan Prune(LogicalPlan plan, HashSet<ColumnId> required) => plan switch
    {
        Scan scan => PruneScan(scan, required),
        Project project => PruneProject(project, required),
        Aggregate aggregate => PruneAggregate(aggregate, required),
        Window window => PruneWindow(window, required),
        Join join => PruneJoin(join, required),
        Apply apply => PruneApply(apply, required),
        SetOperation operation => PruneSetOperation(operation, required),
        With with => PruneWith(with, required),
        CteScan scan => Note(scan, required),
        Values values => PruneValues(values, required),
        RecursiveUnion => plan.MapChildren(PruneExactly),
        Distinct { On.IsEmpty: true } => plan.MapChildren(PruneExactly),
        _ => plan.MapChildren(child => Prune(child, Required(plan, required))),
    };

    private static HashSet<ColumnId> Required(LogicalPlan plan, HashSet<ColumnId> required)
    {
        var all = new HashSet<ColumnId>(required);
        foreach (Expression expression in plan.Expressions)
        {
            expression.AddReferences(all);
        }

        return all;
    }

    private static Scan PruneScan(Scan scan, HashSet<ColumnId> required)
    {
        var filtered = new HashSet<ColumnId>();
        foreach (Expression filter in scan.Filters)
        {
            filter.AddReferences(filtered);
        }

        NodeList<ScanColumn> columns = [.. scan.Columns.Where(column => required.Contains(column.Column.Id))];
        NodeList<ScanColumn> filterColumns =
            [.. scan.Columns.Concat(scan.FilterColumns).Where(column => !required.Contains(column.Column.Id) && filtered.Contains(column.Column.Id))];
        return columns.Count == scan.Columns.Count && filterColumns.Count == scan.FilterColumns.Count ? scan : scan with { Columns = columns, FilterColumns = filterColumns };
    }

    private LogicalPlan PruneProject(Project project, HashSet<ColumnId> required)
    {
        NodeList<NamedExpression> items = Kept(project.Items, required);
        Project kept = ReferenceEquals(items, project.Items) ? project : project with { Items = items };
        return kept.MapChildren(child => Prune(child, Required(kept, [])));
    }

    private static NodeList<NamedExpression> Kept(NodeList<NamedExpression> items, HashSet<ColumnId> required)
    {
        NodeList<NamedExpression> kept = [.. items.Where(item => required.Contains(item.Column.Id))];
        return kept.Count == items.Count ? items : kept;
    }

    private LogicalPlan PruneAggregate(Aggregate aggregate, HashSet<ColumnId> required)
    {
        NodeList<NamedExpression> calls = Kept(aggregate.Calls, required);
        Aggregate kept = ReferenceEquals(calls, aggregate.Calls) ? aggregate : aggregate with { Calls = calls };
        return kept.MapChildren(child => Prune(child, Required(kept, [])));
    }

    private LogicalPlan PruneWindow(Window window, HashSet<ColumnId> required)
    {
        NodeList<NamedExpression> calls = Kept(window.Calls, required);
        if (calls.IsEmpty)
        {
            return Prune(window.Input, required);
        }

        Window kept = ReferenceEquals(calls, window.Calls) ? window : window with { Calls = calls };
        return kept.MapChildren(child => Prune(child, Required(kept, required)));
    }

    private LogicalPlan PruneJoin(Join join, HashSet<ColumnId> required)
    {
        if (join.Mark is { } mark && !required.Contains(mark.Id))
        {
            return Prune(join.Left, required);
        }

        if (join.Kind == JoinKind.LeftOuter && !join.Right.Output.Any(column => required.Contains(column.Id)) && IsAtMostOnePartner(join))
        {
            return Prune(join.Left, required);
        }

        HashSet<ColumnId> needed = Required(join, required);
        return join.MapChildren(child => Prune(child, needed));
    }

    /// <summary>A left join that adds neither rows nor columns anybody reads.</summary>
    private static bool IsAtMostOnePartner(Join join) => join.Right.IsUniqueOn(join.EquatedRightColumns(join.Left.OutputIds()));

    private LogicalPlan PruneApply(Apply apply, HashSet<ColumnId> required)
    {
        if (apply.Mark is { } mark && !required.Contains(mark.Id))
        {
            return Prune(apply.Left, required);
        }

        HashSet<ColumnId> needed = Required(apply, required);
        LogicalPlan right = Prune(apply.Right, needed);
        needed.UnionWith(right.FreeColumns());
        LogicalPlan left = Prune(apply.Left, needed);
        return ReferenceEquals(left, apply.Left) && ReferenceEquals(right, apply.Right) ? apply : apply with { Left = left, Right = right };
    }

    /// <summary>UNION ALL loses positions nobody needs; the others compare whole rows.</summary>
    private LogicalPlan PruneSetOperation(SetOperation operation, HashSet<ColumnId> required)
    {
        if (operation is not { Kind: SetOperationKind.Union, IsAll: true } || operation.Columns.All(column => required.Contains(column.Id)))
        {
            return operation.MapChildren(PruneExactly);
        }

        int[] positions = [.. Enumerable.Range(0, operation.Columns.Count).Where(index => required.Contains(operation.Columns[index].Id))];
        return operation with
        {
            Inputs = operation.Inputs.Map(input => PruneTo(input, positions)),
            Columns = [.. positions.Select(index => operation.Columns[index])],
        };
    }

    /// <summary>A plan that puts out just these positions, in order.</summary>
    private LogicalPlan PruneTo(LogicalPlan plan, IEnumerable<int> positions)
    {
        NodeList<Column> all = plan.Output, kept = [.. positions.Select(index => all[index])];
        return Prune(plan, [.. kept.Select(static column => column.Id)]).Narrow(kept);
    }

    /// <summary>Prunes the body first, which tells what of the definition is read.</summary>
    private With PruneWith(With with, HashSet<ColumnId> required)
    {
        var needed = new SortedSet<int>();
        _needed[with.Id] = needed;
        LogicalPlan body = Prune(with.Body, required);
        if (needed.Count == with.Definition.Output.Count)
        {
            LogicalPlan definition = PruneExactly(with.Definition);
            return ReferenceEquals(definition, with.Definition) && ReferenceEquals(body, with.Body) ? with : with with { Definition = definition, Body = body };
        }

        body = body.TransformUp(node => node is CteScan scan && scan.Id == with.Id ? scan with { Columns = [.. needed.Select(index => scan.Columns[index])] } : node);
        return with with { Definition = PruneTo(with.Definition, needed), Body = body };
    }

    private CteScan Note(CteScan scan, HashSet<ColumnId> required)
    {
        if (!scan.IsWorkingTable && _needed.TryGetValue(scan.Id, out SortedSet<int>? needed))
        {
            for (int i = 0; i < scan.Columns.Count; i++)
            {
                if (required.Contains(scan.Columns[i].Id))
                {
                    needed.Add(i);
                }
            }
        }

        return scan;
    }

    private static Values PruneValues(Values values, HashSet<ColumnId> required)
    {
        int[] positions = [.. Enumerable.Range(0, values.Columns.Count).Where(index => required.Contains(values.Columns[index].Id))];
        return positions.Length == values.Columns.Count
            ? values
            : new Values(values.Rows.Map(row => (NodeList<Expression>)[.. positions.Select(index => row[index])]), [.. positions.Select(index => values.Columns[index])]);
    }
}
