namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Holds the statistics of a column chunk: bounds as PLAIN-encoded values and counts, each possibly missing.</summary>
/// <remarks>
/// Bounds are slices of the footer. A bound that is not exact is truncated: it still bounds the column but need not occur in it.
/// <see cref="DeprecatedMin"/> and <see cref="DeprecatedMax"/> come from writers that compared bytes as signed, so they hold for signed numbers only.
/// </remarks>
internal sealed class ColumnStatistics
{
    public ReadOnlyMemory<byte>? Min { get; init; }

    public ReadOnlyMemory<byte>? Max { get; init; }

    public ReadOnlyMemory<byte>? DeprecatedMin { get; init; }

    public ReadOnlyMemory<byte>? DeprecatedMax { get; init; }

    /// <summary>Gets whether <see cref="Min"/> occurs in the column; unknown when the writer did not say.</summary>
    public bool? IsMinExact { get; init; }

    public bool? IsMaxExact { get; init; }

    public long? NullCount { get; init; }

    public long? DistinctCount { get; init; }

    public long? NanCount { get; init; }

    public static ColumnStatistics Read(ref ThriftReader reader)
    {
        ReadOnlyMemory<byte>? min = null, max = null, deprecatedMin = null, deprecatedMax = null;
        long? nulls = null, distinct = null, nans = null;
        bool? minExact = null, maxExact = null;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: deprecatedMax = reader.Binary(); break;
                case 2: deprecatedMin = reader.Binary(); break;
                case 3: nulls = reader.Int64(); break;
                case 4: distinct = reader.Int64(); break;
                case 5: max = reader.Binary(); break;
                case 6: min = reader.Binary(); break;
                case 7: maxExact = reader.Bool(); break;
                case 8: minExact = reader.Bool(); break;
                case 9: nans = reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        return new ColumnStatistics
        {
            Min = min,
            Max = max,
            DeprecatedMin = deprecatedMin,
            DeprecatedMax = deprecatedMax,
            NullCount = nulls >= 0 ? nulls : null,
            DistinctCount = distinct >= 0 ? distinct : null,
            NanCount = nans >= 0 ? nans : null,
            IsMinExact = minExact,
            IsMaxExact = maxExact,
        };
    }
}
