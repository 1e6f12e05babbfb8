using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Turns the content of a leaf buffer into the pages of a column chunk.</summary>
/// <remarks>Where the first page hardly shrinks, the whole chunk is left uncompressed: readers then pay nothing for it. Not thread-safe.</remarks>
internal sealed class ChunkEncoder(ParquetWriteOptions options)
{
    private readonly CompressionCodec _codec = ParquetCompressions.Codec(options.Compression);
    private readonly int _level = options.CompressionLevel ?? ParquetCompressions.DefaultLevel(options.Compression);
    private readonly ByteBuilder _levels = new();
    private readonly ByteBuilder _values = new();
    private readonly ByteBuilder _compressed = new();

    public void Encode(LeafBuffer leaf, int rowCount, EncodedChunk chunk)
    {
        chunk.Clear();
        leaf.Complete(options.Encodings);
        chunk.PageEncoding = leaf.PageEncoding;
        chunk.DistinctCount = leaf.DictionaryCount;
        chunk.EntryCount = leaf.EntryCount;
        chunk.NullCount = leaf.EntryCount - leaf.ValueCount;
        List<PageSpan> pages = PageSpan.Split(leaf, rowCount, options);
        chunk.Codec = ChooseCodec(leaf, pages);
        if (leaf.DictionaryCount is { } count)
            AppendDictionaryPage(leaf, count, chunk);
        foreach (PageSpan page in pages)
            AppendPage(leaf, page, chunk);
        if (IsFiltered(leaf.Column))
        {
            chunk.BloomFilter = new BloomFilterBuilder(leaf.DistinctLimit, options.BloomFilterFalsePositives);
            leaf.AddTo(chunk.BloomFilter);
        }
    }

    private bool IsFiltered(WriteColumn column) =>
        column.Path.Length == 1 && column.Type.Physical != PhysicalType.Boolean && options.BloomFilterColumns.Contains(column.Path[0]);

    private CompressionCodec ChooseCodec(LeafBuffer leaf, List<PageSpan> pages)
    {
        if (_codec == CompressionCodec.Uncompressed || pages.Count == 0)
            return CompressionCodec.Uncompressed;
        _values.Clear();
        leaf.WriteValues(pages[0].FirstValue, pages[0].ValueCount, _values);
        _compressed.Clear();
        PageCompressor.Compress(_codec, _level, _values.Written, _compressed);
        return _compressed.Length < _values.Length / 8 * 7 ? _codec : CompressionCodec.Uncompressed;
    }

    private void AppendDictionaryPage(LeafBuffer leaf, int count, EncodedChunk chunk)
    {
        _values.Clear();
        leaf.WriteDictionary(_values);
        _compressed.Clear();
        PageCompressor.Compress(chunk.Codec, _level, _values.Written, _compressed);
        int header = chunk.Bytes.Length;
        PageHeaderWriter.WriteDictionary(_values.Length, _compressed.Written, count, options.WriteChecksums, chunk.Bytes);
        header = chunk.Bytes.Length - header;
        chunk.Bytes.Append(_compressed.Written);
        chunk.DictionaryPageBytes = chunk.Bytes.Length;
        chunk.UncompressedBytes += header + _values.Length;
    }

    private void AppendPage(LeafBuffer leaf, PageSpan page, EncodedChunk chunk)
    {
        ValueBounds bounds = options.WriteStatistics ? leaf.Bounds(page.FirstValue, page.ValueCount) : default;
        chunk.Bounds = ValueBounds.Merge(leaf.Column.Type.Order, chunk.Bounds, bounds);
        int start = chunk.Bytes.Length;
        int uncompressed = options.PageVersion == 1 ? AppendVersion1(leaf, page, chunk) : AppendVersion2(leaf, page, chunk);
        chunk.UncompressedBytes += uncompressed;
        int nullCount = page.EntryCount - page.ValueCount;
        chunk.Pages.Add(new EncodedPage(start, chunk.Bytes.Length - start, page.FirstRow, page.EntryCount, nullCount, bounds));
    }

    /// <summary>Levels and values are compressed together; each kind of levels has its length in front.</summary>
    private int AppendVersion1(LeafBuffer leaf, PageSpan page, EncodedChunk chunk)
    {
        _values.Clear();
        AppendLevelsWithLength(leaf.Repetitions, leaf.Column.MaxRepetitionLevel, page);
        AppendLevelsWithLength(leaf.Definitions, leaf.Column.MaxDefinitionLevel, page);
        leaf.WriteValues(page.FirstValue, page.ValueCount, _values);
        _compressed.Clear();
        PageCompressor.Compress(chunk.Codec, _level, _values.Written, _compressed);
        int start = chunk.Bytes.Length;
        PageHeaderWriter.WriteVersion1(_values.Length, _compressed.Written, page.EntryCount, chunk.PageEncoding, options.WriteChecksums, chunk.Bytes);
        int header = chunk.Bytes.Length - start;
        chunk.Bytes.Append(_compressed.Written);
        return header + _values.Length;
    }

    /// <summary>Levels come first and bare; the values are compressed unless that does not shrink them.</summary>
    private int AppendVersion2(LeafBuffer leaf, PageSpan page, EncodedChunk chunk)
    {
        _levels.Clear();
        AppendLevels(leaf.Repetitions, leaf.Column.MaxRepetitionLevel, page, _levels);
        int repetitionBytes = _levels.Length;
        AppendLevels(leaf.Definitions, leaf.Column.MaxDefinitionLevel, page, _levels);
        int levelBytes = _levels.Length;
        _values.Clear();
        leaf.WriteValues(page.FirstValue, page.ValueCount, _values);
        _compressed.Clear();
        _compressed.Append(_levels.Written);
        PageCompressor.Compress(chunk.Codec, _level, _values.Written, _compressed);
        bool isCompressed = chunk.Codec != CompressionCodec.Uncompressed && _compressed.Length - levelBytes < _values.Length;
        if (!isCompressed)
        {
            _compressed.Truncate(levelBytes);
            _compressed.Append(_values.Written);
        }

        int start = chunk.Bytes.Length;
        PageHeaderWriter.WriteVersion2(
            levelBytes + _values.Length, _compressed.Written, page, repetitionBytes, levelBytes - repetitionBytes, isCompressed,
            chunk.PageEncoding, options.WriteChecksums, chunk.Bytes);
        int header = chunk.Bytes.Length - start;
        chunk.Bytes.Append(_compressed.Written);
        return header + levelBytes + _values.Length;
    }

    private void AppendLevelsWithLength(ByteBuilder levels, int maxLevel, PageSpan page)
    {
        if (maxLevel == 0)
            return;
        int start = _values.Length;
        _values.AppendInt32(0);
        AppendLevels(levels, maxLevel, page, _values);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(_values.WrittenForUpdate[start..], _values.Length - start - 4);
    }

    private static void AppendLevels(ByteBuilder levels, int maxLevel, PageSpan page, ByteBuilder output)
    {
        if (maxLevel > 0)
            RleBitPackedEncoder.Encode(levels.Written.Slice(page.FirstEntry, page.EntryCount), RleBitPackedEncoder.BitWidth(maxLevel + 1), output);
    }
}
