namespace SqlCluster.Execution.Parquet.Pruning;

/// <summary>A value that bounds a column, comparable with literals of its type.</summary>
/// <param name="Number">Integers, booleans (0 and 1), days, microseconds, and decimals without their point.</param>
/// <param name="Scale">Digits after the point of <paramref name="Number"/>.</param>
/// <param name="Real">Floating point; null for other types.</param>
/// <param name="Bytes">Text, bytes and uuids, ordered as bytes; null for other types.</param>
internal readonly record struct Bound(Int128 Number, int Scale = 0, double? Real = null, ReadOnlyMemory<byte>? Bytes = null)
{
    /// <summary>Compares two bounds of one type; null when their kinds differ or scaling overflows.</summary>
    public static int? Compare(in Bound left, in Bound right)
    {
        if (left.Bytes is { } leftBytes)
            return right.Bytes is { } rightBytes ? leftBytes.Span.SequenceCompareTo(rightBytes.Span) : null;
        if (right.Bytes is not null)
            return null;
        if (left.Real is not null || right.Real is not null)
            return left.ToReal().CompareTo(right.ToReal());
        return left.Scale == right.Scale
            ? left.Number.CompareTo(right.Number)
            : left.AtScale(right.Scale) is { } scaled && right.AtScale(left.Scale) is { } other ? scaled.CompareTo(other) : null;
    }

    // -0.0 and +0.0 are equal in SQL, while their order in statistics is not settled.
    private double ToReal() => (Real ?? ((double)Number / Math.Pow(10, Scale))) + 0.0;

    // The number at the larger of both scales.
    private Int128? AtScale(int scale)
    {
        Int128 number = Number;
        for (int i = Scale; i < scale; i++)
        {
            if (Int128.Abs(number) > Int128.MaxValue / 10)
                return null;
            number *= 10;
        }

        return number;
    }
}

/// <summary>Says what is known of the values of a column in a row group or page.</summary>
/// <param name="Min">No value is less; null when unknown.</param>
/// <param name="Max">No value but NaN is greater; null when unknown.</param>
/// <param name="MayHaveNulls">False when no value is null.</param>
/// <param name="IsAllNull">True when every value is null.</param>
/// <param name="MayHaveNan">False when no value is NaN, which SQL orders after all numbers.</param>
internal readonly record struct ColumnBounds(Bound? Min, Bound? Max, bool MayHaveNulls = true, bool IsAllNull = false, bool MayHaveNan = false)
{
    public static readonly ColumnBounds Unknown = new(null, null, MayHaveNan: true);
}
