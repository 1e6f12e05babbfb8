using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Replaces LIKE where the pattern needs no matching.</summary>
internal static class PatternSimplifier
{
    /// <summary>x LIKE 'abc' is x = 'abc'. Not for character(n), where = ignores trailing blanks and LIKE does not.</summary>
    public static Expression Simplify(Like like)
    {
        if (like.Input is Literal { IsNull: true } || like.Pattern is Literal { IsNull: true })
        {
            return Literal.NullBoolean;
        }

        return !like.IgnoreCase && like.Input.Type.Kind is TypeKind.Text or TypeKind.Varchar && like is { Pattern: Literal { Value: string pattern } }
            && !pattern.Contains('%', StringComparison.Ordinal) && !pattern.Contains('_', StringComparison.Ordinal)
            && (like.Escape is not { } escape || !pattern.Contains(escape, StringComparison.Ordinal))
            ? new Comparison(like.Negated ? ComparisonOperator.NotEqual : ComparisonOperator.Equal, like.Input, like.Pattern)
            : like;
    }
}
