using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>What the footer and the page index say about a chunk that has been written: offsets are those of the file.</summary>
internal sealed class WrittenChunk
{
    private readonly ParquetWriteOptions _options;
    private readonly long _offset;
    private readonly EncodedPage[] _pages;
    private readonly CompressionCodec _codec;
    private readonly Metadata.Encoding _pageEncoding;
    private readonly int _dictionaryPageBytes;
    private readonly int? _distinctCount;
    private readonly long _nullCount;
    private readonly long _entryCount;
    private readonly ValueBounds _bounds;

    public WrittenChunk(EncodedChunk chunk, long offset, ParquetWriteOptions options)
    {
        _options = options;
        _offset = offset;
        Column = chunk.Column;
        _pages = [.. chunk.Pages];
        _codec = chunk.Codec;
        _pageEncoding = chunk.PageEncoding;
        _dictionaryPageBytes = chunk.DictionaryPageBytes;
        _distinctCount = chunk.DistinctCount;
        _nullCount = chunk.NullCount;
        _entryCount = chunk.EntryCount;
        _bounds = chunk.Bounds;
        UncompressedBytes = chunk.UncompressedBytes;
        CompressedBytes = chunk.Bytes.Length;
    }

    public WriteColumn Column { get; }

    public long UncompressedBytes { get; }

    public long CompressedBytes { get; }

    public long Offset => _offset;

    public (long Offset, int LengthBytes)? BloomFilter { get; set; }

    public (long Offset, int LengthBytes)? ColumnIndex { get; set; }

    public (long Offset, int LengthBytes)? OffsetIndex { get; set; }

    /// <summary>Gets whether every page that has values has bounds, too; NaN takes them away, because no bound says where it lies.</summary>
    public bool HasColumnIndex =>
        _options.WriteStatistics && Column.Type.Order != ValueOrder.None && _pages.Length > 0 && Array.TrueForAll(
            _pages, static page => page.Bounds.NanCount == 0 && (page.Bounds.Min is not null || page.NullCount == page.EntryCount));

    private bool IsText => Column.Type.Logical.Kind is LogicalKind.String or LogicalKind.Json;

    /// <summary>Writes parquet.thrift's ColumnChunk.</summary>
    public void WriteMetadata(ThriftWriter writer)
    {
        writer.BeginStruct();
        writer.Int64(2, 0);
        writer.BeginStruct(3);
        writer.Int32(1, (int)Column.Type.Physical);
        WriteEncodings(writer);
        writer.BeginList(3, ThriftType.Binary, Column.Path.Length);
        foreach (string name in Column.Path)
            writer.TextElement(name);
        writer.Int32(4, (int)_codec);
        writer.Int64(5, _entryCount);
        writer.Int64(6, UncompressedBytes);
        writer.Int64(7, CompressedBytes);
        writer.Int64(9, _offset + _dictionaryPageBytes);
        if (_dictionaryPageBytes > 0)
            writer.Int64(11, _offset);
        if (_options.WriteStatistics)
            WriteStatistics(writer);
        WriteEncodingStatistics(writer);
        if (BloomFilter is { } filter)
        {
            writer.Int64(14, filter.Offset);
            writer.Int32(15, filter.LengthBytes);
        }

        writer.EndStruct();
        WriteRange(writer, 4, OffsetIndex);
        WriteRange(writer, 6, ColumnIndex);
        writer.EndStruct();
    }

    /// <summary>Writes parquet.thrift's ColumnIndex.</summary>
    public void WriteColumnIndex(ThriftWriter writer)
    {
        writer.BeginStruct();
        writer.BeginList(1, ThriftType.True, _pages.Length);
        foreach (EncodedPage page in _pages)
            writer.BoolElement(page.Bounds.Min is null);
        writer.BeginList(2, ThriftType.Binary, _pages.Length);
        foreach (EncodedPage page in _pages)
            writer.BinaryElement(Lower(page.Bounds.Min));
        writer.BeginList(3, ThriftType.Binary, _pages.Length);
        foreach (EncodedPage page in _pages)
            writer.BinaryElement(Upper(page.Bounds.Max));
        writer.Int32(4, (int)Order());
        writer.BeginList(5, ThriftType.I64, _pages.Length);
        foreach (EncodedPage page in _pages)
            writer.IntElement(page.NullCount);
        writer.EndStruct();
    }

    /// <summary>Writes parquet.thrift's OffsetIndex.</summary>
    public void WriteOffsetIndex(ThriftWriter writer)
    {
        writer.BeginStruct();
        writer.BeginList(1, ThriftType.Struct, _pages.Length);
        foreach (EncodedPage page in _pages)
        {
            writer.BeginStruct();
            writer.Int64(1, _offset + page.Offset);
            writer.Int32(2, page.SizeBytes);
            writer.Int64(3, page.FirstRow);
            writer.EndStruct();
        }

        writer.EndStruct();
    }

    private static void WriteRange(ThriftWriter writer, int field, (long Offset, int LengthBytes)? range)
    {
        if (range is not { } known)
            return;
        writer.Int64(field, known.Offset);
        writer.Int32(field + 1, known.LengthBytes);
    }

    private void WriteEncodings(ThriftWriter writer)
    {
        bool hasDictionary = _dictionaryPageBytes > 0;
        bool hasLevels = Column.MaxDefinitionLevel > 0 || Column.MaxRepetitionLevel > 0;
        writer.BeginList(2, ThriftType.I32, 1 + (hasDictionary ? 1 : 0) + (hasLevels ? 1 : 0));
        if (hasLevels)
            writer.IntElement((int)Metadata.Encoding.Rle);
        if (hasDictionary)
            writer.IntElement((int)Metadata.Encoding.Plain);
        writer.IntElement((int)_pageEncoding);
    }

    private void WriteEncodingStatistics(ThriftWriter writer)
    {
        bool hasDictionary = _dictionaryPageBytes > 0;
        writer.BeginList(13, ThriftType.Struct, hasDictionary ? 2 : 1);
        if (hasDictionary)
            WriteEncodingStatistics(writer, PageType.Dictionary, Metadata.Encoding.Plain, 1);
        WriteEncodingStatistics(writer, _options.PageVersion == 1 ? PageType.DataV1 : PageType.DataV2, _pageEncoding, _pages.Length);
    }

    private static void WriteEncodingStatistics(ThriftWriter writer, PageType type, Metadata.Encoding encoding, int pageCount)
    {
        writer.BeginStruct();
        writer.Int32(1, (int)type);
        writer.Int32(2, (int)encoding);
        writer.Int32(3, pageCount);
        writer.EndStruct();
    }

    private void WriteStatistics(ThriftWriter writer)
    {
        writer.BeginStruct(12);
        writer.Int64(3, _nullCount);
        if (_distinctCount is { } distinct)
            writer.Int64(4, distinct);
        if (_bounds.Min is not null && _bounds.NanCount == 0)
        {
            ReadOnlySpan<byte> min = Lower(_bounds.Min), max = Upper(_bounds.Max);
            writer.Binary(5, max);
            writer.Binary(6, min);
            writer.Bool(7, max.Length == _bounds.Max!.Length && max.SequenceEqual(_bounds.Max));
            writer.Bool(8, min.Length == _bounds.Min.Length);
        }

        writer.EndStruct();
    }

    private ReadOnlySpan<byte> Lower(byte[]? min) =>
        Column.Type.Physical == PhysicalType.ByteArray ? BoundTruncation.Lower(min, _options.StatisticsBytes, IsText) : min;

    private ReadOnlySpan<byte> Upper(byte[]? max) =>
        Column.Type.Physical == PhysicalType.ByteArray ? BoundTruncation.Upper(max, _options.StatisticsBytes, IsText) : max;

    /// <summary>Finds whether the bounds of the pages ascend or descend; pages of nulls only do not count.</summary>
    private BoundaryOrder Order()
    {
        bool ascends = true, descends = true;
        EncodedPage[] bounded = Array.FindAll(_pages, static page => page.Bounds.Min is not null);
        for (int i = 1; i < bounded.Length; i++)
        {
            int min = ValueBounds.Compare(Column.Type.Order, bounded[i - 1].Bounds.Min, bounded[i].Bounds.Min);
            int max = ValueBounds.Compare(Column.Type.Order, bounded[i - 1].Bounds.Max, bounded[i].Bounds.Max);
            ascends &= min <= 0 && max <= 0;
            descends &= min >= 0 && max >= 0;
        }

        return ascends ? BoundaryOrder.Ascending : descends ? BoundaryOrder.Descending : BoundaryOrder.Unordered;
    }
}
