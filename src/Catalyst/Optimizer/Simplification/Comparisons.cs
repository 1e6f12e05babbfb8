using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Facts about comparisons and their constants.</summary>
internal static class Comparisons
{
    /// <summary>The comparison that says the same with the sides exchanged.</summary>
    public static ComparisonOperator Mirror(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        ComparisonOperator.Equal or ComparisonOperator.NotEqual => comparison,
    };

    /// <summary>The comparison that is true where this one is false.</summary>
    public static ComparisonOperator Negate(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => ComparisonOperator.NotEqual,
        ComparisonOperator.NotEqual => ComparisonOperator.Equal,
        ComparisonOperator.Less => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.LessOrEqual => ComparisonOperator.Greater,
        ComparisonOperator.Greater => ComparisonOperator.LessOrEqual,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.Less,
    };

    /// <summary>Orders two literals of one type whose order is their value's: numbers (numeric of one scale), dates and times. Null where the order is not known here (texts: collation and padding).</summary>
    public static int? Order(Literal left, Literal right) => (left.Value, right.Value) switch
    {
        (long a, long b) when left.Type.Kind == right.Type.Kind => a.CompareTo(b),
        (Int128 a, Int128 b) when left.Type.Scale == right.Type.Scale => a.CompareTo(b),
        (double a, double b) when !double.IsNaN(a) && !double.IsNaN(b) => a.CompareTo(b),
        (bool a, bool b) => a.CompareTo(b),
        (string a, string b) when left.Type.Kind == TypeKind.Text && right.Type.Kind == TypeKind.Text && a == b => 0,
        _ => null,
    };

    /// <summary>Drops later items that equal earlier ones.</summary>
    public static NodeList<Expression> Deduplicate(NodeList<Expression> items)
    {
        var seen = new HashSet<Expression>();
        NodeList<Expression> distinct = [.. items.Where(item =>
        {
            Interruption.Ask();
            return item is not Literal || seen.Add(item);
        })];
        return distinct.Count == items.Count ? items : distinct;
    }
}
