namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Which encodings the writer may choose from.</summary>
public enum ParquetEncodingChoice
{
    /// <summary>Dictionaries and PLAIN: what every reader knows, and the fastest to scan.</summary>
    Common,

    /// <summary>Also DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY and BYTE_STREAM_SPLIT where they make the file smaller.</summary>
    Compact,
}

/// <summary>Settings of a Parquet file to be written.</summary>
public sealed record ParquetWriteOptions
{
    public static readonly ParquetWriteOptions Default = new();

    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>Effort in the codec's own scale; null for its default.</summary>
    public int? CompressionLevel { get; init; }

    public ParquetEncodingChoice Encodings { get; init; } = ParquetEncodingChoice.Common;

    /// <summary>Whether columns with few distinct values are written as codes into a dictionary.</summary>
    public bool UseDictionaries { get; init; } = true;

    /// <summary>Rows of every row group but the last.</summary>
    public int RowGroupRows { get; init; } = 122_880;

    /// <summary>Bytes of values above which a row group ends early.</summary>
    public long RowGroupBytes { get; init; } = 256L << 20;

    /// <summary>Most rows of a page: the unit that the page index lets readers skip.</summary>
    public int PageRows { get; init; } = 20_480;

    /// <summary>About the most bytes of a page before compression.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>1 (every reader) or 2 (levels are not compressed).</summary>
    public int PageVersion { get; init; } = 1;

    /// <summary>Whether column chunks state minimum, maximum and number of nulls.</summary>
    public bool WriteStatistics { get; init; } = true;

    /// <summary>Whether the file has an index of pages: where they are and, with statistics, what they range over.</summary>
    public bool WritePageIndex { get; init; } = true;

    /// <summary>Bytes after which bounds of texts in statistics are cut.</summary>
    public int StatisticsBytes { get; init; } = 64;

    /// <summary>Whether pages carry a CRC-32.</summary>
    public bool WriteChecksums { get; init; }

    /// <summary>Top-level columns whose chunks get a Bloom filter.</summary>
    public IReadOnlyCollection<string> BloomFilterColumns { get; init; } = [];

    public double BloomFilterFalsePositives { get; init; } = 0.01;

    /// <summary>Free-form metadata of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> KeyValues { get; init; } = [];

    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RowGroupRows, 1, nameof(RowGroupRows));
        ArgumentOutOfRangeException.ThrowIfLessThan(RowGroupBytes, 1, nameof(RowGroupBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(PageRows, 1, nameof(PageRows));
        ArgumentOutOfRangeException.ThrowIfLessThan(PageBytes, 1, nameof(PageBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(StatisticsBytes, 1, nameof(StatisticsBytes));
        if (PageVersion is not (1 or 2))
            throw new ArgumentOutOfRangeException(nameof(PageVersion), PageVersion, "page version must be 1 or 2");
        if (BloomFilterFalsePositives is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(BloomFilterFalsePositives), BloomFilterFalsePositives, "must be between 0 and 1");
        (int lowest, int highest) = ParquetCompressions.Levels(Compression);
        if (CompressionLevel is { } level && (level < lowest || level > highest))
            throw new ArgumentOutOfRangeException(nameof(CompressionLevel), level, $"{Compression} has levels {lowest} to {highest}");
    }
}
