using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pages;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Settings of a read that come from the session.</summary>
/// <param name="VerifyChecksums">Whether pages that carry a CRC are compared with it.</param>
internal readonly record struct ReadOptions(bool VerifyChecksums);

/// <summary>Walks the data pages of one leaf column and keeps its dictionary in the engine's form.</summary>
internal sealed class LeafPages : IDisposable
{
    /// <summary>Chunks below this are walked header by header: their pages come with the first read anyway.</summary>
    private const int LeastBytesForIndex = 256 * 1024;

    private readonly MemoryAccount _account;
    private readonly PageDecoder _decoder;
    private readonly ChunkPages _pages;
    private readonly IRandomAccessFile _file;
    private NativeBuffer? _dictionaryValues;
    private ColumnChunk? _chunk;
    private OffsetIndex? _offsetIndex;
    private bool _offsetIndexTried;

    public LeafPages(IRandomAccessFile file, ColumnDescriptor column, LeafType type, MemoryAccount account, ReadOptions options)
    {
        _file = file;
        Column = column;
        Type = type;
        _account = account;
        _decoder = new PageDecoder(column, account);
        _pages = new ChunkPages(file, account, options.VerifyChecksums);
    }

    public ColumnDescriptor Column { get; }

    public LeafType Type { get; }

    /// <summary>Gets the chunk's dictionary, flat and converted, once it has been met; never empty.</summary>
    public Vector? Dictionary { get; private set; }

    /// <summary>Gets the dictionary's entries; -1 while there is none.</summary>
    public int DictionarySize { get; private set; } = -1;

    /// <summary>Gets the number of the current page, for messages.</summary>
    public int PageNumber => _pages.PageNumber;

    public long BytesRead => _pages.BytesRead;

    public PageHeader Header => _pages.Header;

    public void Open(ColumnChunk chunk)
    {
        Dictionary = null;
        DictionarySize = -1;
        _chunk = chunk;
        _offsetIndex = null;
        _offsetIndexTried = false;
        _pages.Open(chunk);
    }

    /// <summary>Moves to the next data page; a dictionary page before it is decoded on the way. False at the end.</summary>
    /// <exception cref="ParquetException">A header or the dictionary is damaged.</exception>
    public bool Next()
    {
        while (_pages.Next())
        {
            switch (_pages.Header.Type)
            {
                case PageType.DataV1 or PageType.DataV2:
                    return true;
                case PageType.Dictionary:
                    ReadDictionary();
                    break;
                default:
                    break;
            }
        }

        return false;
    }

    /// <summary>Jumps to the data page that holds a row, if the offset index knows it and it is not among the next ones. Only after a first <see cref="Next"/>.</summary>
    /// <param name="row">Row of the row group, beyond the current page.</param>
    /// <param name="after">First row behind the current page.</param>
    /// <param name="firstRow">Receives the first row of the page that <see cref="Next"/> will move to.</param>
    /// <exception cref="ParquetException">The index points outside the chunk.</exception>
    public bool TrySeek(long row, long after, out long firstRow)
    {
        firstRow = 0;
        if (!_offsetIndexTried)
        {
            _offsetIndexTried = true;
            _offsetIndex = _chunk!.CompressedSizeBytes >= LeastBytesForIndex ? OffsetIndexReader.TryRead(_file, _chunk) : null;
        }

        if (_offsetIndex is null)
            return false;
        int page = OffsetIndexReader.FindPage(_offsetIndex, row);
        PageLocation location = _offsetIndex.Pages[page];
        if (location.FirstRow <= after)
            return false;
        int dictionaryPages = Dictionary is null ? 0 : 1;
        _pages.Seek(location, page + dictionaryPages);
        firstRow = location.FirstRow;
        return true;
    }

    /// <inheritdoc cref="ChunkPages.ExpectSkipping"/>
    public void ExpectSkipping() => _pages.ExpectSkipping();

    public PageBody Load() => _pages.Load();

    /// <summary>Prepares the values of the current page.</summary>
    /// <exception cref="ParquetException">They are damaged.</exception>
    public PackedValues Decode(NativeBuffer buffer, int offset, int length, int count) =>
        _decoder.Decode(_pages.Header.Encoding, buffer, offset, length, count, DictionarySize);

    public void Dispose()
    {
        _pages.Dispose();
        _decoder.Dispose();
        _dictionaryValues?.Release();
        _dictionaryValues = null;
    }

    private void ReadDictionary()
    {
        if (Dictionary is not null)
            ParquetException.ThrowCorrupted("column chunk has two dictionaries");
        PageHeader header = _pages.Header;
        if (header.Encoding is not (Encoding.Plain or Encoding.PlainDictionary))
            ParquetException.ThrowUnsupported($"dictionary with encoding {header.Encoding}");
        if (Column.Type == PhysicalType.Boolean)
            ParquetException.ThrowUnsupported("dictionary of booleans");
        PageBody body = _pages.Load();
        int count = header.ValueCount;
        int leastBytes = Column.ValueSizeBytes == 0 ? sizeof(int) : Column.ValueSizeBytes;
        if ((long)count * leastBytes > body.ValueLength)
            ParquetException.ThrowCorrupted($"dictionary of {count} entries in {body.ValueLength} bytes");
        Dictionary = BuildDictionary(body, count);
        DictionarySize = count;
    }

    private Vector BuildDictionary(PageBody body, int count)
    {
        ArrowType arrow = Type.Arrow;
        int slots = Math.Max(count, 1);
        int width = arrow.Width;
        if (Type.Conversion == ValueConversion.None && count > 0)
            return new FixedVector(arrow, count, body.ValueBuffer, body.ValueOffset);
        NativeBuffer values = NativeBuffer.Reuse(ref _dictionaryValues, (long)slots * width, _account);
        Span<byte> target = values.Span<byte>(0, slots * width);
        if (count == 0)
            target.Clear();
        else
            LeafValues.Fill(Type, Column, Plain(body, count), count, target, _account);
        return arrow.IsView
            ? new ViewVector(arrow, slots, values, 0, [body.ValueBuffer])
            : new FixedVector(arrow, slots, values);
    }

    private PackedValues Plain(PageBody body, int count) =>
        _decoder.Decode(Encoding.Plain, body.ValueBuffer, body.ValueOffset, body.ValueLength, count, -1);
}
