using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Looks at and converts the output columns of plans.</summary>
internal static class OutputColumns
{
    /// <summary>What computes an output column: a projection's expression (so that literals are seen as literals), else a reference.</summary>
    public static Expression ExpressionAt(LogicalPlan plan, int index) => plan is Project project ? project.Items[index].Expression : new ColumnReference(plan.Output[index]);

    /// <summary>The plan with columns of the given types.</summary>
    public static LogicalPlan Convert(AnalysisContext context, LogicalPlan plan, IReadOnlyList<SqlType> types, int position)
    {
        NodeList<Column> output = plan.Output;
        var items = new NamedExpression[output.Count];
        bool changed = false;
        for (int i = 0; i < items.Length; i++)
        {
            Expression before = ExpressionAt(plan, i);
            Expression after = context.Coercions.To(before, types[i], CoercionContext.Assignment, position);
            bool isSame = ReferenceEquals(before, after) || output[i].Type.Equals(types[i]);
            changed |= !isSame;
            items[i] = isSame && plan is Project same ? same.Items[i]
                : isSame ? NamedExpression.Pass(output[i])
                : new NamedExpression(after, context.Ids.For(after, output[i].Name));
        }

        return !changed ? plan : new Project(NodeList.Create<NamedExpression>(items), plan is Project project ? project.Input : plan);
    }
}
