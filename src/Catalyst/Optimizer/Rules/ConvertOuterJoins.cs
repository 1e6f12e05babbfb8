using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Makes outer joins inner where a condition above drops the rows that were filled with nulls.</summary>
/// <remarks><code>
/// Filter s.x > 1                          Filter s.x > 1
///   Join LeftOuter t.a = s.b      =>        Join Inner t.a = s.b
///     Scan t                                  Scan t
///     Scan s                                  Scan s
/// </code>
/// Conditions of filters and of joins above count, through projections and group keys.
/// </remarks>
public sealed class ConvertOuterJoins : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.Any(static node => node is Join { Kind: JoinKind.LeftOuter or JoinKind.RightOuter or JoinKind.FullOuter }) ? Convert(plan, []) : plan;

    /// <param name="plan">What is rewritten.</param>
    /// <param name="required">Rows of the plan matter only if all of these are true.</param>
    private static LogicalPlan Convert(LogicalPlan plan, List<Expression> required)
    {
        switch (plan)
        {
            case Filter filter:
                return filter.MapChildren(child => Convert(child, [.. required, .. filter.Predicate.Conjuncts()]));
            case Project project:
                return project.MapChildren(child => Convert(child, Substitute(required, project.Items, [])));
            case Aggregate { GroupingSets: null } aggregate:
                return aggregate.MapChildren(child => Convert(child, Substitute(required, aggregate.Keys, [.. aggregate.Calls.Select(static call => call.Column.Id)])));
            case Sort or Distinct { On.IsEmpty: true }:
                return plan.MapChildren(child => Convert(child, required));
            case Join join:
                return ConvertJoin(join, required);
            case Logical.Apply apply:
                LogicalPlan left = Convert(apply.Left, required), right = Convert(apply.Right, []);
                return ReferenceEquals(left, apply.Left) && ReferenceEquals(right, apply.Right) ? apply : apply with { Left = left, Right = right };
            case With with:
                LogicalPlan definition = Convert(with.Definition, []), body = Convert(with.Body, required);
                return ReferenceEquals(definition, with.Definition) && ReferenceEquals(body, with.Body) ? with : with with { Definition = definition, Body = body };
            default:
                return plan.MapChildren(static child => Convert(child, []));
        }
    }

    /// <summary>The conditions over a node's input; those over columns that are not computed from its rows one by one are dropped.</summary>
    private static List<Expression> Substitute(List<Expression> required, NodeList<NamedExpression> items, HashSet<ColumnId> opaque)
    {
        if (required.Count == 0)
        {
            return required;
        }

        var replacements = new Dictionary<ColumnId, Expression>();
        foreach (NamedExpression item in items)
        {
            if (item.Expression.IsVolatile())
            {
                opaque.Add(item.Column.Id);
            }
            else if (!item.IsPass)
            {
                replacements[item.Column.Id] = item.Expression;
            }
        }

        return [.. required.Where(condition => !condition.ReferencesAny(opaque)).Select(condition => condition.Substitute(replacements))];
    }

    private static LogicalPlan ConvertJoin(Join join, List<Expression> required)
    {
        bool Rejects(LogicalPlan side)
        {
            HashSet<ColumnId> columns = side.OutputIds();
            return required.Exists(condition => condition.RejectsNulls(columns));
        }

        JoinKind kind = join.Kind switch
        {
            JoinKind.LeftOuter when Rejects(join.Right) => JoinKind.Inner,
            JoinKind.RightOuter when Rejects(join.Left) => JoinKind.Inner,
            JoinKind.FullOuter => (Rejects(join.Left), Rejects(join.Right)) switch
            {
                (true, true) => JoinKind.Inner,
                (true, false) => JoinKind.LeftOuter,
                (false, true) => JoinKind.RightOuter,
                (false, false) => JoinKind.FullOuter,
            },
            _ => join.Kind,
        };
        List<Expression> condition = [.. join.Condition.Conjuncts()], both = [.. required, .. condition];
        (List<Expression> left, List<Expression> right) = kind switch
        {
            JoinKind.Inner => (both, both),
            JoinKind.LeftSemi => (both, condition),
            JoinKind.LeftOuter => (required, condition),
            JoinKind.RightOuter => (condition, required),
            JoinKind.LeftAnti or JoinKind.LeftSingle => (required, condition),
            JoinKind.FullOuter or JoinKind.AsOf => ([], []),
            JoinKind.LeftMark or JoinKind.AsOfLeft => (required, []),
        };
        LogicalPlan newLeft = Convert(join.Left, left), newRight = Convert(join.Right, right);
        return kind == join.Kind && ReferenceEquals(newLeft, join.Left) && ReferenceEquals(newRight, join.Right) ? join : join with { Kind = kind, Left = newLeft, Right = newRight };
    }
}
