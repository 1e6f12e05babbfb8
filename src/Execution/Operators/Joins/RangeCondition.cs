using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>A limit that a left row sets to a key of the right rows.</summary>
/// <param name="Limit">Over the left columns.</param>
/// <param name="IsLower">The key is greater than the limit; else less.</param>
/// <param name="IsInclusive">Or equal.</param>
/// <param name="Scale">Fraction digits at which numerics are compared.</param>
internal sealed record RangeBound(Expression Limit, bool IsLower, bool IsInclusive, int Scale);

/// <summary>What a join condition says about the order of right rows: they lie between limits that each left row sets.</summary>
/// <remarks><code>
/// b.at BETWEEN a.start AND a.end          Key b.at       Bounds a.start, a.end                                     one range of the rows sorted by the key
/// b.start &lt;= a.at AND a.at &lt;= b.end      Key b.start    Bounds a.at       Second b.end, at least a.at             in which those are found that reach far enough
/// </code></remarks>
/// <param name="Key">Over the right columns alone.</param>
/// <param name="Bounds">At most one lower and one upper.</param>
/// <param name="SecondKey">Another expression over the right columns, or null.</param>
/// <param name="SecondBound">Its limit.</param>
/// <param name="Residual">The other conjuncts, over both sides; null for none.</param>
internal sealed record RangeCondition(Expression Key, IReadOnlyList<RangeBound> Bounds, Expression? SecondKey, RangeBound? SecondBound, Expression? Residual)
{
    /// <summary>Fraction digits at which the key is compared with all its limits.</summary>
    public int Scale => Bounds.Max(static bound => bound.Scale);

    /// <summary>Reads a condition over the left columns followed by the right ones; null when it sets no such limit.</summary>
    public static RangeCondition? Of(Expression? condition, int leftCount)
    {
        if (condition is null)
        {
            return null;
        }

        NodeList<Expression> conjuncts = condition.Conjuncts();
        List<(Expression Conjunct, Expression Key, RangeBound Bound)> bounds = [];
        foreach (Expression conjunct in conjuncts)
        {
            if (conjunct is Comparison comparison && BoundOf(comparison, leftCount) is var (key, bound))
            {
                bounds.Add((conjunct, key, bound));
            }
        }

        if (bounds.Count == 0)
        {
            return null;
        }

        // A key with limits on both sides is the one that leaves few rows.
        var lowerKeys = new HashSet<Expression>(bounds.Where(static one => one.Bound.IsLower).Select(static one => one.Key));
        var upperKeys = new HashSet<Expression>(bounds.Where(static one => !one.Bound.IsLower).Select(static one => one.Key));
        Expression first = bounds.Find(one => lowerKeys.Contains(one.Key) && upperKeys.Contains(one.Key)).Key ?? bounds[0].Key;
        int lower = bounds.FindIndex(one => one.Bound.IsLower && one.Key.Equals(first)), upper = bounds.FindIndex(one => !one.Bound.IsLower && one.Key.Equals(first));
        int second = bounds.FindIndex(one => !one.Key.Equals(first));
        int[] used = [.. new[] { lower, upper, second }.Where(static index => index >= 0)];
        Expression[] rest = [.. conjuncts.Where(conjunct => !Array.Exists(used, index => ReferenceEquals(bounds[index].Conjunct, conjunct)))];
        return new RangeCondition(
            OfRight(first, leftCount), [.. new[] { lower, upper }.Where(static index => index >= 0).Select(index => bounds[index].Bound)],
            second < 0 ? null : OfRight(bounds[second].Key, leftCount), second < 0 ? null : bounds[second].Bound, rest.Length == 0 ? null : Conjunctions.AndAll(rest));
    }

    private static (Expression Key, RangeBound Bound)? BoundOf(Comparison comparison, int leftCount)
    {
        if (comparison.Operator is ComparisonOperator.Equal or ComparisonOperator.NotEqual || !IsOrdered(comparison.Left.Type, comparison.Right.Type))
        {
            return null;
        }

        bool keyIsLeft = IsOver(comparison.Left, leftCount, right: true);
        Expression key = keyIsLeft ? comparison.Left : comparison.Right, limit = keyIsLeft ? comparison.Right : comparison.Left;
        if (!IsOver(key, leftCount, right: true) || !IsOver(limit, leftCount, right: false) || !ExpressionTraits.IsDeterministic(comparison))
        {
            return null;
        }

        bool isGreater = comparison.Operator is ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;
        return (key, new RangeBound(
            limit, isGreater == keyIsLeft, comparison.Operator is ComparisonOperator.GreaterOrEqual or ComparisonOperator.LessOrEqual, Math.Max(key.Type.Scale, limit.Type.Scale)));
    }

    /// <summary>Whether values become 128-bit integers of the same order.</summary>
    private static bool IsOrdered(SqlType left, SqlType right) => left.Kind == right.Kind && left.Kind switch
    {
        TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Real or TypeKind.DoublePrecision => true,
        // Half of the digits for each side of the point, so that limits of different scales come to one.
        TypeKind.Numeric => Math.Max(left.Precision - left.Scale, right.Precision - right.Scale) <= SqlType.MaxPrecision / 2 && Math.Max(left.Scale, right.Scale) <= SqlType.MaxPrecision / 2,
        _ => false,
    };

    private static bool IsOver(Expression expression, int leftCount, bool right)
    {
        int[] ordinals = [.. JoinCondition.Ordinals(expression)];
        return ordinals.Length > 0 && Array.TrueForAll(ordinals, ordinal => ordinal >= leftCount == right);
    }

    private static Expression OfRight(Expression expression, int leftCount) =>
        expression.TransformUp(node => node is InputReference reference ? reference with { Ordinal = reference.Ordinal - leftCount } : node);
}
