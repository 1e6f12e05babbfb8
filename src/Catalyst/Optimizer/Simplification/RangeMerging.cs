using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Keeps of several bounds on one expression only the tightest, and finds contradictions. For conditions only.</summary>
/// <remarks><code>x >= 1 AND x > 5 AND x &lt; 9   =>   x > 5 AND x &lt; 9
/// x = 3 AND x > 1               =>   x = 3
/// x = 3 AND x > 7               =>   FALSE</code></remarks>
internal static class RangeMerging
{
    public static Expression Merge(And and)
    {
        var kept = new List<Expression>(and.Terms);
        bool changed = false;
        for (int i = 0; i < kept.Count; i++)
        {
            if (kept[i] is not Comparison { Right: Literal } first)
            {
                continue;
            }

            for (int j = i + 1; j < kept.Count; j++)
            {
                if (kept[j] is not Comparison { Right: Literal } second || !first.Left.Equals(second.Left) || Combine(first, second) is not { } combined)
                {
                    continue;
                }

                if (combined is Literal)
                {
                    return Literal.False;
                }

                changed = true;
                kept.RemoveAt(j--);
                kept[i] = first = (Comparison)combined;
            }
        }

        return changed ? Conjunctions.AndAll(kept) : and;
    }

    /// <summary>One comparison or FALSE for two on the same expression; null where both are needed.</summary>
    private static Expression? Combine(Comparison first, Comparison second)
    {
        if (Comparisons.Order((Literal)first.Right, (Literal)second.Right) is not { } order)
        {
            return null;
        }

        if (first.Operator == ComparisonOperator.Equal || second.Operator == ComparisonOperator.Equal)
        {
            (Comparison equality, Comparison other, int sign) = first.Operator == ComparisonOperator.Equal ? (first, second, order) : (second, first, -order);
            return Holds(other.Operator, sign) ? equality : Literal.False;
        }

        bool firstLower = IsLower(first.Operator), secondLower = IsLower(second.Operator), firstUpper = IsUpper(first.Operator), secondUpper = IsUpper(second.Operator);
        if (firstLower && secondLower)
        {
            return order > 0 || (order == 0 && first.Operator == ComparisonOperator.Greater) ? first : second;
        }

        if (firstUpper && secondUpper)
        {
            return order < 0 || (order == 0 && first.Operator == ComparisonOperator.Less) ? first : second;
        }

        if ((firstLower && secondUpper) || (firstUpper && secondLower))
        {
            int gap = firstLower ? order : -order;
            bool touches = first.Operator is ComparisonOperator.GreaterOrEqual or ComparisonOperator.LessOrEqual && second.Operator is ComparisonOperator.GreaterOrEqual or ComparisonOperator.LessOrEqual;
            return gap > 0 || (gap == 0 && !touches) ? Literal.False : null;
        }

        return null;
    }

    private static bool IsLower(ComparisonOperator comparison) => comparison is ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;

    private static bool IsUpper(ComparisonOperator comparison) => comparison is ComparisonOperator.Less or ComparisonOperator.LessOrEqual;

    private static bool Holds(ComparisonOperator comparison, int order) => comparison switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        ComparisonOperator.GreaterOrEqual => order >= 0,
    };
}
