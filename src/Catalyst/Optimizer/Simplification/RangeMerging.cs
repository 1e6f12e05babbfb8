using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Keeps of several bounds on one expression only the tightest, and finds contradictions. For conditions only.</summary>
/// <remarks><code>x >= 1 AND x > 5 AND x &lt; 9   =>   x > 5 AND x &lt; 9
/// x = 3 AND x > 1               =>   x = 3
/// x = 3 AND x > 7               =>   FALSE</code>
/// One pass: of each expression, at most an equality, a lower and an upper bound wait for the next term, so a million terms take time linear in them.
/// </remarks>
internal static class RangeMerging
{
    public static Expression Merge(And and)
    {
        var kept = new Expression?[and.Terms.Count];
        Dictionary<(Expression Left, object Values), Bounds>? bounds = null;
        bool changed = false;
        for (int i = 0; i < kept.Length; i++)
        {
            Interruption.Ask();
            kept[i] = and.Terms[i];
            if (kept[i] is not Comparison { Right: Literal literal } comparison || ValuesOf(literal) is not { } values)
            {
                continue;
            }

            bounds ??= [];
            if (!bounds.TryGetValue((comparison.Left, values), out Bounds? known))
            {
                bounds.Add((comparison.Left, values), known = new Bounds());
            }

            if (!known.Add(kept, i, ref changed))
            {
                return Literal.False;
            }
        }

        return changed ? Conjunctions.AndAll([.. kept.OfType<Expression>()]) : and;
    }

    /// <summary>What literals that can be ordered among each other have in common; null for those that nothing is known of.</summary>
    private static object? ValuesOf(Literal literal) => literal.Value switch
    {
        long => literal.Type.Kind,
        Int128 => literal.Type.Scale,
        double number when !double.IsNaN(number) => typeof(double),
        bool => typeof(bool),
        string text when literal.Type.Kind == TypeKind.Text => text,
        _ => null,
    };

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

    /// <summary>Where the comparisons of one expression stand that are needed so far.</summary>
    private sealed class Bounds
    {
        private const int None = -1;
        private readonly List<int> _unequals = [];
        private int _equality = None;
        private int _lower = None;
        private int _upper = None;

        /// <summary>Combines a term with those before it, which it may replace; false when they contradict each other.</summary>
        /// <param name="terms">All terms; those that others imply become null.</param>
        /// <param name="index">The new term's place.</param>
        /// <param name="changed">Set when a term became null.</param>
        public bool Add(Expression?[] terms, int index, ref bool changed)
        {
            bool isEquality = ((Comparison)terms[index]!).Operator == ComparisonOperator.Equal;
            if (!Combine(terms, ref _equality, ref index, ref changed) || !Combine(terms, ref _lower, ref index, ref changed) || !Combine(terms, ref _upper, ref index, ref changed))
            {
                return false;
            }

            for (int i = 0; isEquality && i < _unequals.Count; i++)
            {
                int unequal = _unequals[i];
                if (!Combine(terms, ref unequal, ref index, ref changed))
                {
                    return false;
                }
            }

            switch (((Comparison)terms[index]!).Operator)
            {
                case ComparisonOperator.Equal:
                    _equality = index;
                    _unequals.Clear();
                    break;
                case ComparisonOperator.NotEqual: _unequals.Add(index); break;
                case ComparisonOperator.Less or ComparisonOperator.LessOrEqual: _upper = index; break;
                case ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual: _lower = index; break;
            }

            return true;
        }

        /// <summary>Puts what two terms say together into the earlier one's place.</summary>
        private static bool Combine(Expression?[] terms, ref int known, ref int index, ref bool changed)
        {
            if (known == None || RangeMerging.Combine((Comparison)terms[known]!, (Comparison)terms[index]!) is not { } combined)
            {
                return true;
            }

            if (combined is Literal)
            {
                return false;
            }

            (int first, int second) = known < index ? (known, index) : (index, known);
            terms[first] = combined;
            terms[second] = null;
            (known, index, changed) = (None, first, true);
            return true;
        }
    }
}
