using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Plans UNION, INTERSECT and EXCEPT.</summary>
internal sealed class SetOperationPlanner
{
    private readonly PhysicalPlanner _planner;

    public SetOperationPlanner(PhysicalPlanner planner) => _planner = planner;

    public PlannedNode Plan(SetOperation operation)
    {
        PlannedNode[] inputs = [.. operation.Inputs.Select(input => _planner.PlanExactly(input, input.Output))];
        if (operation.Kind == SetOperationKind.Union)
        {
            PlannedNode union = Union(operation, inputs);
            return operation.IsAll ? union : new AggregatePlanner(_planner).DistinctRows(union, operation.Columns, _planner.RowsOf(operation));
        }

        PlannedNode result = inputs[0];
        LogicalPlan logical = operation.Inputs[0];
        for (int i = 1; i < inputs.Length; i++)
        {
            result = Counted(operation, result, i == 1 ? logical.Output : operation.Columns, inputs[i], operation.Inputs[i].Output);
        }

        return result;
    }

    private PlannedNode Union(SetOperation operation, PlannedNode[] inputs)
    {
        bool isSingle = inputs.All(static input => input.Distribution.IsSingle);
        if (!isSingle)
        {
            // The stage has several tasks: what must run once (a global aggregate makes a row from nothing) stays in a stage of its own.
            inputs = [.. inputs.Select(input => input.Distribution.IsSingle && input.Plan is not (ExchangeExec or ValuesExec) && !_planner.IsOneTask
                ? _planner.Exchanges.GatherAlways(input, NodeList<SortKey>.Empty)
                : input)];
        }

        double rows = inputs.Sum(static input => Math.Max(0, input.Rows));
        var plan = new UnionExec([.. inputs.Select(static input => input.Plan)], operation.Columns.Map(PhysicalPlanner.ColumnOf));
        return new PlannedNode(plan, PlannedNode.LayoutOf(operation.Columns), isSingle ? Distribution.Single : Distribution.Any, rows);
    }

    private PlannedNode Counted(SetOperation operation, PlannedNode left, NodeList<Column> leftColumns, PlannedNode right, NodeList<Column> rightColumns)
    {
        Distribution distribution = Distribution.Single;
        if (operation.Columns.IsEmpty)
        {
            left = _planner.Exchanges.Gather(left);
            right = _planner.Exchanges.Gather(right);
        }
        else if (!(left.Distribution.IsSingle && right.Distribution.IsSingle) && !_planner.IsOneTask)
        {
            left = _planner.Exchanges.Hash(left, [.. leftColumns.Select(static column => new ColumnReference(column))]);
            right = _planner.Exchanges.Hash(right, [.. rightColumns.Select(static column => new ColumnReference(column))]);
            distribution = Distribution.Hash([.. operation.Columns.Select(static column => new DistributionKey(new HashSet<ColumnId> { column.Id }, column.Type))]);
        }

        var plan = new SetOperationExec(operation.Kind, operation.IsAll, left.Plan, right.Plan, operation.Columns.Map(PhysicalPlanner.ColumnOf));
        return new PlannedNode(plan, PlannedNode.LayoutOf(operation.Columns), distribution, _planner.RowsOf(operation));
    }
}
