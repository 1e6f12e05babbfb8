using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>A page as it lies in its chunk.</summary>
/// <param name="Offset">From the start of the chunk.</param>
/// <param name="SizeBytes">Header included.</param>
/// <param name="FirstRow">Within the row group.</param>
/// <param name="EntryCount">Level entries.</param>
/// <param name="NullCount">Entries without a value.</param>
/// <param name="Bounds">Bounds of its values.</param>
internal readonly record struct EncodedPage(int Offset, int SizeBytes, int FirstRow, int EntryCount, int NullCount, ValueBounds Bounds);

/// <summary>One column of one row group, encoded and ready to be written anywhere. Kept and filled again for the next row group.</summary>
internal sealed class EncodedChunk(WriteColumn column)
{
    public WriteColumn Column => column;

    /// <summary>All pages, dictionary first.</summary>
    public ByteBuilder Bytes { get; } = new();

    public List<EncodedPage> Pages { get; } = [];

    public CompressionCodec Codec { get; set; }

    public Metadata.Encoding PageEncoding { get; set; }

    /// <summary>Bytes of the dictionary page, header included; 0 without one.</summary>
    public int DictionaryPageBytes { get; set; }

    /// <summary>Distinct values where a dictionary tells; null otherwise.</summary>
    public int? DistinctCount { get; set; }

    /// <summary>Bytes of all pages before compression, headers included.</summary>
    public long UncompressedBytes { get; set; }

    public long EntryCount { get; set; }

    public long NullCount { get; set; }

    public ValueBounds Bounds { get; set; }

    public BloomFilterBuilder? BloomFilter { get; set; }

    public void Clear()
    {
        Bytes.Clear();
        Pages.Clear();
        DictionaryPageBytes = 0;
        DistinctCount = null;
        UncompressedBytes = 0;
        EntryCount = 0;
        NullCount = 0;
        Bounds = default;
        BloomFilter = null;
    }
}
