using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Replaces reads of a common table expression by its plan.</summary>
internal static class CteInlining
{
    /// <summary>The body with a copy of the definition, under the scan's columns, in place of every scan.</summary>
    public static LogicalPlan Inline(With with, OptimizerContext context) => with.Body.TransformUp(node =>
        node is CteScan { IsWorkingTable: false } scan && scan.Id == with.Id ? Copy(with.Definition, scan, context) : node);

    private static LogicalPlan Copy(LogicalPlan definition, CteScan scan, OptimizerContext context)
    {
        var wanted = new Dictionary<ColumnId, Column>();
        NodeList<Column> output = definition.Output;
        for (int i = 0; i < output.Count; i++)
        {
            wanted.TryAdd(output[i].Id, scan.Columns[i]);
        }

        LogicalPlan copy = definition.CopyWithNewColumns(context.Ids, [], wanted);
        NodeList<Column> columns = copy.Output;
        return columns.Equals(scan.Columns)
            ? copy
            : new Project([.. scan.Columns.Select((column, index) => new NamedExpression(new ColumnReference(columns[index]), column))], copy);
    }
}
