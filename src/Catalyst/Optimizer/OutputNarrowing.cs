using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Gives plans an exact output.</summary>
internal static class OutputNarrowing
{
    /// <summary>Passes on exactly these columns in this order; the plan itself when it does so already.</summary>
    public static LogicalPlan Narrow(this LogicalPlan plan, NodeList<Column> output)
    {
        NodeList<Column> present = plan.Output;
        return present.Equals(output) ? plan : new Project(output.Map(column => NamedExpression.Pass(Find(present, column))), plan);
    }

    /// <summary>The input's own form of the column: nullability may differ between plan nodes.</summary>
    private static Column Find(NodeList<Column> columns, Column column)
    {
        foreach (Column candidate in columns)
        {
            if (candidate.Id == column.Id)
            {
                return candidate;
            }
        }

        return column;
    }
}
