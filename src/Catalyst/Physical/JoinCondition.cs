using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical;

/// <summary>One equality between the two sides of a join, each side over its own columns and of one type.</summary>
internal sealed record JoinKey(Expression Left, Expression Right, bool NullsEqual)
{
    public JoinKey Swapped() => new(Right, Left, NullsEqual);

    public bool IsNullable => !NullsEqual && (Left.IsNullable || Right.IsNullable);
}

/// <summary>A join condition taken apart: equalities that hashing can use, and the rest.</summary>
internal sealed record JoinCondition(IReadOnlyList<JoinKey> Keys, IReadOnlyList<Expression> Residual)
{
    public static JoinCondition Of(Join join)
    {
        var rightIds = new HashSet<ColumnId>(join.Right.Output.Select(static column => column.Id));
        var keys = new List<JoinKey>();
        var known = new HashSet<JoinKey>();
        var residual = new List<Expression>();
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            (Expression First, Expression Second, bool NullsEqual)? equality = conjunct switch
            {
                Comparison { Operator: ComparisonOperator.Equal } comparison => (comparison.Left, comparison.Right, false),
                IsDistinctFrom { Negated: true } same => (same.Left, same.Right, true),
                _ => null,
            };
            if (equality is var (first, second, nullsEqual) && JoinEstimator.Sides(first, second, rightIds) is var (left, right)
                && !left.IsVolatile() && !right.IsVolatile() && CommonType(left.Type, right.Type) is { } type)
            {
                var key = new JoinKey(Converted(left, type), Converted(right, type), nullsEqual);
                if (known.Add(key))
                {
                    keys.Add(key);
                }
            }
            else
            {
                residual.Add(conjunct);
            }
        }

        return new JoinCondition(keys, residual);
    }

    /// <summary>The type both keys are hashed as; null when the sides do not compare by their bytes.</summary>
    private static SqlType? CommonType(SqlType left, SqlType right)
    {
        if (left.Kind != right.Kind)
        {
            return left.IsText && right.IsText ? left : null;
        }

        if (left.Kind != TypeKind.Numeric || left == right)
        {
            return left;
        }

        int scale = Math.Max(left.Scale, right.Scale);
        int digits = Math.Max(left.Precision - left.Scale, right.Precision - right.Scale);
        return digits + scale <= SqlType.MaxPrecision ? SqlType.Numeric(digits + scale, scale) : null;
    }

    private static Expression Converted(Expression expression, SqlType type) =>
        type.Kind == TypeKind.Numeric && expression.Type != type ? new Cast(expression, type) : expression;
}
