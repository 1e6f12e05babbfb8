using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Carries tests of one join key against constants over to the other key.</summary>
/// <remarks><code>
/// Join Inner a = b                    Join Inner a = b
///   Scan t [a] where a > 5      =>      Scan t [a] where a > 5
///   Scan s [b]                          Filter b > 5
///                                         Scan s [b]
/// </code>
/// Only to a side whose unmatched rows vanish. Each test is inferred once for a column, so that the batch ends.
/// </remarks>
public sealed class InferPredicates : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.TransformUp(node => node is Join join ? Infer(join, context) : node);

    private static Join Infer(Join join, OptimizerContext context)
    {
        bool toRight = join.Kind is JoinKind.Inner or JoinKind.LeftSemi or JoinKind.LeftOuter or JoinKind.LeftAnti or JoinKind.LeftSingle;
        bool toLeft = join.Kind is JoinKind.Inner or JoinKind.LeftSemi or JoinKind.RightOuter;
        if (!toRight && !toLeft)
        {
            return join;
        }

        HashSet<ColumnId>? left = null;
        List<(Column Left, Column Right)> keys = [];
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            if (conjunct is Comparison { Operator: ComparisonOperator.Equal, Left: ColumnReference one, Right: ColumnReference other } && one.Type.Equals(other.Type)
                && (left ??= join.Left.OutputIds()).Contains(one.Id) != left.Contains(other.Id))
            {
                keys.Add(left.Contains(one.Id) ? (one.Column, other.Column) : (other.Column, one.Column));
            }
        }

        if (keys.Count == 0)
        {
            return join;
        }

        HashSet<Expression> knownLeft = KnownPredicates.Of(join.Left), knownRight = KnownPredicates.Of(join.Right);
        List<Expression> newLeft = [], newRight = [];
        foreach ((Column leftKey, Column rightKey) in keys)
        {
            if (toRight)
            {
                Carry(knownLeft, leftKey, rightKey, knownRight, newRight, context);
            }

            if (toLeft)
            {
                Carry(knownRight, rightKey, leftKey, knownLeft, newLeft, context);
            }
        }

        return newLeft.Count + newRight.Count == 0 ? join : join with
        {
            Left = Pushdown.FilterPushdown.Keep(join.Left, newLeft),
            Right = Pushdown.FilterPushdown.Keep(join.Right, newRight),
        };
    }

    private static void Carry(HashSet<Expression> known, Column from, Column to, HashSet<Expression> present, List<Expression> inferred, OptimizerContext context)
    {
        foreach (Expression predicate in known)
        {
            if (!IsTestOf(predicate, from.Id))
            {
                continue;
            }

            Expression carried = predicate.Substitute(new Dictionary<ColumnId, Expression> { [from.Id] = new ColumnReference(to) });
            if (!present.Contains(carried) && context.Inferred.Add(carried))
            {
                inferred.Add(carried);
            }
        }
    }

    /// <summary>A test of just this column, cheap and without failures.</summary>
    private static bool IsTestOf(Expression predicate, ColumnId column) =>
        predicate is Comparison or InList or Or or Like && predicate.References() is { Count: 1 } columns && columns.Contains(column)
        && !predicate.MayFail() && !predicate.IsVolatile();
}
