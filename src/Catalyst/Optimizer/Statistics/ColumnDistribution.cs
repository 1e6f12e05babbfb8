using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>A part of a column.</summary>
/// <param name="Rows">Share of all rows, nulls included.</param>
/// <param name="Values">Share of the distinct values.</param>
public readonly record struct ColumnShare(double Rows, double Values);

/// <summary>How rows are spread over a column's values: common values each by itself, the others by a histogram whose buckets hold equally many rows.</summary>
/// <remarks>
/// As PostgreSQL's selfuncs.c: a common value has its share, any other one an even part of what is left; a range has the common values within it and the buckets, the
/// cut ones by interpolation. Rows that came after ANALYZE have the common values as often as the others, but may have any other one: their share of a range is <see cref="UnknownRange"/>.
/// </remarks>
public sealed class ColumnDistribution
{
    private const double UnknownRange = 1 / 3d;

    /// <summary>Buckets from which on a histogram stands for the values when a pattern is tried on it.</summary>
    private const int PatternSample = 10;

    private readonly AnalyzedColumn _column;
    private readonly bool _isText;
    private readonly double _distinct;
    private readonly double _unseen;
    private readonly double _otherShare;

    internal ColumnDistribution(AnalyzedColumn column, double distinct, double unseen)
    {
        _column = column;
        _distinct = distinct;
        _unseen = unseen;
        _isText = column.Type.IsText;
        _otherShare = Math.Max(0, 1 - column.NullShare - column.CommonValues.Sum(static common => common.Share));
    }

    public NodeList<CommonValue> CommonValues => _column.CommonValues;

    /// <summary>Share of rows with a value that is none of the common ones.</summary>
    public double OtherShare => _otherShare;

    /// <summary>Share of rows that have a value.</summary>
    public double Equal(Literal value)
    {
        foreach (CommonValue common in CommonValues)
        {
            if (IsSame(common.Value, value))
            {
                return common.Share;
            }
        }

        // No more than the least common of the common values.
        double other = _otherShare / Math.Max(1, _distinct - CommonValues.Count), even = (1 - _column.NullShare) / _distinct;
        return WithUnseen(CommonValues.IsEmpty ? other : Math.Min(other, CommonValues[^1].Share), even);
    }

    /// <summary>Rows whose position is in a closed interval; null where the column has no positions.</summary>
    /// <param name="low">On <see cref="LiteralScale"/>.</param>
    /// <param name="high">On <see cref="LiteralScale"/>.</param>
    /// <param name="step">Distance of neighbouring values, 0 for dense types.</param>
    public ColumnShare? Between(double low, double high, double step)
    {
        if (_isText || !HasPositions)
        {
            return null;
        }

        // Integers stand for the interval half a step around them.
        return Share(
            literal => LiteralScale.Position(literal) is var position && position >= low && position <= high,
            low > high ? 0 : Below(high + (step / 2)) - Below(low - (step / 2)));
    }

    /// <summary>Rows whose text is between two others; null where the column has no texts.</summary>
    /// <param name="low">Least text, or null.</param>
    /// <param name="isLowOut">Whether that one itself is not meant.</param>
    /// <param name="high">Greatest text, or null.</param>
    /// <param name="isHighOut">Whether that one itself is not meant.</param>
    public ColumnShare? Between(string? low, bool isLowOut, string? high, bool isHighOut) => !_isText ? null : Share(
        literal => literal.Value is string text && (low is null || string.CompareOrdinal(text, low) >= (isLowOut ? 1 : 0)) && (high is null || string.CompareOrdinal(text, high) <= (isHighOut ? -1 : 0)),
        low is not null && high is not null && string.CompareOrdinal(low, high) > 0 ? 0 : (high is null ? 1 : Below(high)) - (low is null ? 0 : Below(low)));

    /// <summary>Rows whose text matches a pattern, tried on the common values and on the histogram's; null where there are too few of both.</summary>
    /// <param name="like">LIKE with a constant pattern.</param>
    public double? Matching(Like like)
    {
        if (!_isText || like.Pattern is not Literal { Value: string pattern })
        {
            return null;
        }

        NodeList<Literal> bounds = _column.Histogram;
        bool isComplete = CommonValues.Count > 0 && CommonValues.Count >= _distinct;
        if (!isComplete && bounds.Count <= PatternSample)
        {
            return null;
        }

        var matcher = new LikeMatcher(pattern, like.Escape, like.IgnoreCase);
        double known = CommonValues.Sum(common => common.Value.Value is string text && matcher.Matches(text) ? common.Share : 0);
        if (!isComplete)
        {
            // Not one of a sample of n values means fewer than one in n.
            int matches = bounds.Count(bound => bound.Value is string text && matcher.Matches(text));
            known += _otherShare * Math.Clamp((double)matches / bounds.Count, 0.5 / bounds.Count, 1 - (0.5 / bounds.Count));
        }

        return known;
    }

    private bool HasPositions => (CommonValues.Count > 0 && !double.IsNaN(LiteralScale.Position(CommonValues[0].Value)))
        || (_column.Histogram.Count > 0 && !double.IsNaN(LiteralScale.Position(_column.Histogram[0])));

    private ColumnShare Share(Func<Literal, bool> contains, double histogramShare)
    {
        double common = 0;
        int count = 0;
        foreach (CommonValue value in CommonValues)
        {
            if (contains(value.Value))
            {
                common += value.Share;
                count++;
            }
        }

        double others = _column.Histogram.Count < 2 ? UnknownRange : Math.Clamp(histogramShare, 0, 1);
        double values = (count + (Math.Max(0, _distinct - CommonValues.Count) * others)) / _distinct;
        return new ColumnShare(WithUnseen(common + (_otherShare * others), UnknownRange), WithUnseen(Math.Clamp(values, 0, 1), UnknownRange));
    }

    private double WithUnseen(double known, double unseen) => (known * (1 - _unseen)) + (unseen * _unseen);

    /// <summary>Whether a constant is a common value: by position, so that a decimal meets an integer.</summary>
    private static bool IsSame(Literal common, Literal value) => (common.Value, value.Value) switch
    {
        (string left, string right) => left == right || (common.Type.Kind == TypeKind.Char && left.TrimEnd(' ') == right.TrimEnd(' ')),
        (null, _) or (_, null) => false,
        _ => LiteralScale.Position(common) is var position && !double.IsNaN(position) ? position == LiteralScale.Position(value, common.Type) : Equals(common.Value, value.Value),
    };

    /// <summary>Share of the histogram below a position.</summary>
    private double Below(double position)
    {
        NodeList<Literal> bounds = _column.Histogram;
        return Below(bounds.Count, i => LiteralScale.Position(bounds[i]).CompareTo(position), i =>
        {
            double from = LiteralScale.Position(bounds[i]), to = LiteralScale.Position(bounds[i + 1]);
            return to > from ? (position - from) / (to - from) : 0.5;
        });
    }

    /// <summary>Share of the histogram below a text.</summary>
    private double Below(string text)
    {
        NodeList<Literal> bounds = _column.Histogram;
        return Below(bounds.Count, i => string.CompareOrdinal((string)bounds[i].Value!, text), i => LiteralScale.Between((string)bounds[i].Value!, text, (string)bounds[i + 1].Value!));
    }

    /// <param name="count">Bounds.</param>
    /// <param name="compare">Compares a bound with what is looked for.</param>
    /// <param name="within">Where that is between a bound and the next one, 0 to 1.</param>
    private static double Below(int count, Func<int, int> compare, Func<int, double> within)
    {
        if (count < 2 || compare(0) >= 0)
        {
            return 0;
        }

        if (compare(count - 1) < 0)
        {
            return 1;
        }

        int low = 0, high = count - 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = compare(middle) < 0 ? (middle, high) : (low, middle);
        }

        return (low + Math.Clamp(within(low), 0, 1)) / (count - 1);
    }
}
