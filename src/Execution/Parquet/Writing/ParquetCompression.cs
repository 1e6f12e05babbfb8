using System.Diagnostics.CodeAnalysis;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>How pages are compressed.</summary>
public enum ParquetCompression
{
    Uncompressed,
    Snappy,
    Gzip,
    Brotli,
    Zstd,

    /// <summary>LZ4 blocks (LZ4_RAW).</summary>
    Lz4,
}

/// <summary>Names the codecs for SQL options and maps them to the format's numbers.</summary>
public static class ParquetCompressions
{
    /// <summary>Finds a codec by the name that COPY's option COMPRESSION uses, in any case.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out ParquetCompression? compression)
    {
        ArgumentNullException.ThrowIfNull(name);
        compression = name.ToUpperInvariant() switch
        {
            "UNCOMPRESSED" or "NONE" => ParquetCompression.Uncompressed,
            "SNAPPY" => ParquetCompression.Snappy,
            "GZIP" => ParquetCompression.Gzip,
            "BROTLI" => ParquetCompression.Brotli,
            "ZSTD" => ParquetCompression.Zstd,
            "LZ4" or "LZ4_RAW" => ParquetCompression.Lz4,
            _ => null,
        };
        return compression is not null;
    }

    internal static CompressionCodec Codec(ParquetCompression compression) => compression switch
    {
        ParquetCompression.Uncompressed => CompressionCodec.Uncompressed,
        ParquetCompression.Snappy => CompressionCodec.Snappy,
        ParquetCompression.Gzip => CompressionCodec.Gzip,
        ParquetCompression.Brotli => CompressionCodec.Brotli,
        ParquetCompression.Zstd => CompressionCodec.Zstd,
        ParquetCompression.Lz4 => CompressionCodec.Lz4Raw,
    };

    /// <summary>Gets the effort used when none is asked for, in the codec's own scale.</summary>
    internal static int DefaultLevel(ParquetCompression compression) => compression switch
    {
        ParquetCompression.Gzip => 6,
        ParquetCompression.Brotli => 4,
        ParquetCompression.Zstd => 3,
        ParquetCompression.Uncompressed or ParquetCompression.Snappy or ParquetCompression.Lz4 => 0,
    };

    internal static (int Lowest, int Highest) Levels(ParquetCompression compression) => compression switch
    {
        ParquetCompression.Gzip => (0, 9),
        ParquetCompression.Brotli => (0, 11),
        ParquetCompression.Zstd => (1, 22),
        ParquetCompression.Uncompressed or ParquetCompression.Snappy or ParquetCompression.Lz4 => (0, 0),
    };
}
