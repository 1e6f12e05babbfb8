using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Proves from a plan's shape that rows differ. False means: not proved.</summary>
internal static class Uniqueness
{
    /// <summary>Tells whether no two rows of the plan agree in all of the columns (nulls being equal).</summary>
    public static bool IsUniqueOn(this LogicalPlan plan, IReadOnlySet<ColumnId> columns)
    {
        if (plan.HasAtMostOneRow())
        {
            return true;
        }

        switch (plan)
        {
            case Aggregate { GroupingSets: null } aggregate:
                return aggregate.Keys.All(key => columns.Contains(key.Column.Id));
            case Distinct distinct:
                return distinct.On.IsEmpty
                    ? distinct.Output.All(column => columns.Contains(column.Id)) || distinct.Input.IsUniqueOn(columns)
                    : distinct.On.All(key => key is ColumnReference reference && columns.Contains(reference.Id));
            case Filter or Sort or Limit or Window:
                return plan.Children[0].IsUniqueOn(columns);
            case With with:
                return with.Body.IsUniqueOn(columns);
            case Project project:
                HashSet<ColumnId> passed = [.. project.Items.Where(item => columns.Contains(item.Column.Id)).Select(static item => item.Expression)
                    .OfType<ColumnReference>().Select(static reference => reference.Id)];
                return passed.Count > 0 && project.Input.IsUniqueOn(passed);
            case Join { Kind: JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftMark or JoinKind.LeftSingle or JoinKind.AsOf or JoinKind.AsOfLeft } join:
                return join.Left.IsUniqueOn(columns);
            case SetOperation { Kind: not SetOperationKind.Union, IsAll: false } operation:
                return operation.Columns.All(column => columns.Contains(column.Id));
            default:
                return false;
        }
    }

    /// <summary>Right columns that the condition equates with an expression over the left side.</summary>
    public static HashSet<ColumnId> EquatedRightColumns(this Join join, IReadOnlySet<ColumnId> left)
    {
        var equated = new HashSet<ColumnId>();
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            (Expression One, Expression Other)? sides = conjunct switch
            {
                Comparison { Operator: ComparisonOperator.Equal } equality => (equality.Left, equality.Right),
                IsDistinctFrom { Negated: true } equality => (equality.Left, equality.Right),
                _ => null,
            };
            if (sides is var (one, other))
            {
                AddIfEquated(one, other);
                AddIfEquated(other, one);
            }
        }

        return equated;

        void AddIfEquated(Expression column, Expression value)
        {
            if (column is ColumnReference reference && !left.Contains(reference.Id) && Trees.ColumnUse.ReferencesOnly(value, left))
            {
                equated.Add(reference.Id);
            }
        }
    }
}
