using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>What comparisons with constants leave of a text column whose distribution is known.</summary>
/// <param name="Column">The column.</param>
/// <param name="Low">Least text, or null.</param>
/// <param name="IsLowOut">Whether that one itself is not meant.</param>
/// <param name="High">Greatest text, or null.</param>
/// <param name="IsHighOut">Whether that one itself is not meant.</param>
internal sealed record TextRange(ColumnReference Column, string? Low, bool IsLowOut, string? High, bool IsHighOut)
{
    /// <summary>The range of an order comparison; null when it is none, or the column's distribution is not known.</summary>
    public static TextRange? Of(Expression conjunct, RelationEstimate input)
    {
        if (conjunct is not Comparison { Operator: not (ComparisonOperator.Equal or ComparisonOperator.NotEqual) } comparison)
        {
            return null;
        }

        (Expression left, ComparisonOperator op, Expression right) = SelectivityEstimator.ConstantRight(comparison);
        if (SelectivityEstimator.Unwrap(left) is not ColumnReference { Type.IsText: true } column || right is not Literal { Value: string text } || input.Of(column.Column).Distribution is null)
        {
            return null;
        }

        return op switch
        {
            ComparisonOperator.Less => new TextRange(column, null, false, text, true),
            ComparisonOperator.LessOrEqual => new TextRange(column, null, false, text, false),
            ComparisonOperator.Greater => new TextRange(column, text, true, null, false),
            ComparisonOperator.GreaterOrEqual => new TextRange(column, text, false, null, false),
            ComparisonOperator.Equal or ComparisonOperator.NotEqual => null,
        };
    }

    /// <summary>Texts that begin with a LIKE pattern's prefix, where the pattern is nothing more and the column's distribution is known; else null.</summary>
    public static ColumnShare? OfPrefix(Like like, ColumnEstimate column)
    {
        if (column.Distribution is not { } distribution || like.IgnoreCase || like.Pattern is not Literal { Value: string pattern })
        {
            return null;
        }

        var matcher = new LikeMatcher(pattern, like.Escape, ignoresCase: false);
        string prefix = matcher.Prefix;
        return !matcher.IsPrefixOnly ? null : distribution.Between(prefix, false, prefix.Length == 0 || prefix[^1] == char.MaxValue ? null : $"{prefix[..^1]}{(char)(prefix[^1] + 1)}", true);
    }

    /// <summary>What both ranges leave.</summary>
    public TextRange And(TextRange other)
    {
        bool takesLow = other.Low is not null && (Low is null || string.CompareOrdinal(other.Low, Low) is var low && (low > 0 || (low == 0 && other.IsLowOut)));
        bool takesHigh = other.High is not null && (High is null || string.CompareOrdinal(other.High, High) is var high && (high < 0 || (high == 0 && other.IsHighOut)));
        return new TextRange(Column, takesLow ? other.Low : Low, takesLow ? other.IsLowOut : IsLowOut, takesHigh ? other.High : High, takesHigh ? other.IsHighOut : IsHighOut);
    }

    /// <summary>Its part of the column.</summary>
    public ColumnShare In(ColumnEstimate column) => column.Distribution?.Between(Low, IsLowOut, High, IsHighOut) ?? new ColumnShare(1 - column.NullFraction, 1);
}
