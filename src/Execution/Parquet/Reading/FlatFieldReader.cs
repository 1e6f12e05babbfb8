using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pages;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Reads a column that is neither repeated nor inside a group, without copying where the page allows it.</summary>
/// <remarks>
/// PLAIN values without nulls are read in place; dictionary codes are unpacked once per page and sliced; strings become views of the page.
/// Values move only where nulls leave gaps or the type needs a conversion, and then a batch at a time, so that they stay in the cache.
/// </remarks>
internal sealed class FlatFieldReader : FieldReader
{
    private readonly LeafPages _leaf;
    private readonly MemoryAccount _account;
    private readonly int _columnIndex;
    private ColumnChunk? _chunk;
    private PackedValues? _values;
    private NativeBuffer? _pageValidity;
    private NativeBuffer? _validity;
    private NativeBuffer? _packed;
    private NativeBuffer? _output;
    private long _rowCount;
    private long _rowsSeen;
    private int _pageRows;
    private int _row;
    private bool _pageHasNulls;

    public FlatFieldReader(IRandomAccessFile file, ColumnDescriptor column, LeafType type, MemoryAccount account, ReadOptions options)
    {
        _leaf = new LeafPages(file, column, type, account, options);
        _account = account;
        _columnIndex = column.Index;
    }

    public override long BytesRead => _leaf.BytesRead;

    public override (string Column, int Page) Place => (_leaf.Column.Path, _leaf.PageNumber);

    public override void Open(RowGroup rowGroup)
    {
        _chunk = rowGroup.Columns[_columnIndex];
        _leaf.Open(_chunk);
        _rowCount = rowGroup.RowCount;
        _rowsSeen = 0;
        _pageRows = _row = 0;
        _values = null;
    }

    public override int Available()
    {
        while (_row == _pageRows)
        {
            if (_rowsSeen == _rowCount)
                return 0;
            NextPage();
        }

        return _pageRows - _row;
    }

    public override Vector? WholeDictionary()
    {
        if (_chunk!.IsAllDictionary == false || Available() == 0 || _leaf.DictionarySize <= 0)
            return null;
        if (_chunk.IsAllDictionary == true || HasOnlyDictionaryEncodings(_chunk.EncodingBits))
            return _leaf.Dictionary;

        // Where the writer says neither, a first page that holds every row tells as much.
        bool isOnlyPage = _pageRows == _rowCount && _leaf.Header.Encoding is (Encoding.PlainDictionary or Encoding.RleDictionary);
        return isOnlyPage ? _leaf.Dictionary : null;
    }

    // PLAIN may stand for the dictionary page itself or for data pages, so its presence leaves the question open.
    private static bool HasOnlyDictionaryEncodings(uint encodings)
    {
        const uint Codes = (1u << (int)Encoding.PlainDictionary) | (1u << (int)Encoding.RleDictionary);
        const uint Levels = (1u << (int)Encoding.Rle) | (1u << (int)Encoding.BitPacked);
        return (encodings & Codes) != 0 && (encodings & ~(Codes | Levels)) == 0;
    }

    public override void Skip(long rowCount)
    {
        if (_rowsSeen == 0)
            _leaf.ExpectSkipping();
        while (rowCount > 0)
        {
            int available = Available();
            if (available == 0)
                ParquetException.ThrowCorrupted("column chunk ends before its row group");
            long target = _rowsSeen - available + rowCount;
            if (rowCount > available && _leaf.TrySeek(target, _rowsSeen, out long firstRow))
            {
                _values = null;
                _pageRows = _row = 0;
                _rowsSeen = firstRow;
                rowCount = target - firstRow;
                continue;
            }

            int count = (int)Math.Min(available, rowCount);
            if (count < _pageRows || _values is not null)
            {
                Load();
                _values!.Skip(count - CountNulls(count));
            }

            _row += count;
            rowCount -= count;
        }
    }

    public override Vector Read(int rowCount)
    {
        Load();
        int nullCount = CountNulls(rowCount);
        NativeBuffer? validity = nullCount == 0 ? null : SliceValidity(rowCount);
        Vector vector = _values!.Form switch
        {
            PackedForm.Bits => ReadBits(rowCount, validity, nullCount),
            PackedForm.Codes => ReadCodes(rowCount, validity, nullCount),
            _ => ReadValues(rowCount, validity, nullCount),
        };
        _row += rowCount;
        return vector;
    }

    public override void Dispose()
    {
        _leaf.Dispose();
        _pageValidity?.Release();
        _validity?.Release();
        _packed?.Release();
        _output?.Release();
        _pageValidity = _validity = _packed = _output = null;
    }

    private void NextPage()
    {
        _values = null;
        _pageRows = _row = 0;
        if (!_leaf.Next())
            ParquetException.ThrowCorrupted($"column chunk ends after {_rowsSeen} of {_rowCount} rows");
        PageHeader header = _leaf.Header;
        if (header.Type == PageType.DataV2 && header.RowCount != header.ValueCount)
            ParquetException.ThrowCorrupted($"page of a flat column states {header.RowCount} rows and {header.ValueCount} values");
        if (header.ValueCount > _rowCount - _rowsSeen)
            ParquetException.ThrowCorrupted($"column chunk has more than the row group's {_rowCount} rows");
        _pageRows = header.ValueCount;
        _rowsSeen += header.ValueCount;
    }

    private void Load()
    {
        if (_values is not null)
            return;
        PageHeader header = _leaf.Header;
        if (header.ValueCount > PageDecoder.MaxValuesInPage)
            ParquetException.ThrowCorrupted($"page states {header.ValueCount} values");
        PageLevels levels = PageLevels.Find(header, _leaf.Load(), _leaf.Column);
        int present = DecodeValidity(header, levels.Definition);
        if (header.Type == PageType.DataV2 && header.NullCount != header.ValueCount - present)
            ParquetException.ThrowCorrupted($"page states {header.NullCount} nulls, its levels {header.ValueCount - present}");
        _pageHasNulls = present != header.ValueCount;
        _values = _leaf.Decode(levels.ValueBuffer, levels.ValueOffset, levels.ValueLength, present);
    }

    private int DecodeValidity(in PageHeader header, ReadOnlySpan<byte> levels)
    {
        int count = header.ValueCount;
        if (_leaf.Column.MaxDefinitionLevel == 0)
            return count;
        bool isBitPacked = header.Type == PageType.DataV1 && header.DefinitionEncoding == Encoding.BitPacked;
        if (!isBitPacked && RleBitPacked.TryReadSingleRun(levels, 1, count, out uint value) && value == 1)
            return count;
        int bytes = (Bits.WordCount(count) + 1) * sizeof(ulong);
        Span<byte> bitmap = NativeBuffer.Reuse(ref _pageValidity, bytes, _account).Span<byte>(0, bytes);
        if (!isBitPacked)
            return ValidityDecoder.Decode(levels, count, bitmap);
        NativeBuffer unpacked = NativeBuffer.Allocate(count, _account);
        try
        {
            Span<byte> values = unpacked.Span<byte>(0, count);
            BitPackedLevels.Decode(levels, 1, values);
            bitmap.Clear();
            for (int i = 0; i < values.Length; i++)
                bitmap[i >> 3] |= (byte)(values[i] << (i & 7));
            return Bits.CountSet(bitmap, count);
        }
        finally
        {
            unpacked.Release();
        }
    }

    private int CountNulls(int rowCount)
    {
        if (!_pageHasNulls)
            return 0;
        return rowCount - Bits.CountSet(SliceValidity(rowCount).Span<byte>(0, Bits.WordCount(rowCount) * sizeof(ulong)), rowCount);
    }

    // The page's validity from the current row on, moved to bit 0; bits behind the rows are clear.
    private NativeBuffer SliceValidity(int rowCount)
    {
        int bytes = Bits.WordCount(rowCount) * sizeof(ulong);
        NativeBuffer slice = NativeBuffer.Reuse(ref _validity, bytes, _account);
        Span<byte> target = slice.Span<byte>(0, bytes);
        target[^sizeof(ulong)..].Clear();
        int pageBytes = (Bits.WordCount(_pageRows) + 1) * sizeof(ulong);
        Bits.CopyFrom(_pageValidity!.Span<byte>(0, pageBytes), _row, target, rowCount);
        return slice;
    }

    private BooleanVector ReadBits(int rowCount, NativeBuffer? validity, int nullCount)
    {
        int bytes = Bits.WordCount(rowCount) * sizeof(ulong);
        NativeBuffer output = NativeBuffer.Reuse(ref _output, bytes, _account);
        Span<byte> target = output.Span<byte>(0, bytes);
        PackedValues values = _values!;
        int first = values.TakeBits(rowCount - nullCount);
        int packedBytes = Bits.ByteCount(values.Count);
        if (validity is null)
        {
            target[^sizeof(ulong)..].Clear();
            Bits.CopyFrom(values.Buffer.Span<byte>(values.Offset, packedBytes), first, target, rowCount);
        }
        else
        {
            NullSpreader.SpreadBits(values.Buffer.Span<byte>(values.Offset, packedBytes), first, validity.Span<byte>(0, bytes), target);
        }

        return new BooleanVector(rowCount, output, validity, nullCount);
    }

    private DictionaryVector ReadCodes(int rowCount, NativeBuffer? validity, int nullCount)
    {
        PackedValues values = _values!;
        int width = values.Width;
        if (validity is null)
            return new DictionaryVector(rowCount, values.Buffer, values.TakeOffset(rowCount), width, _leaf.Dictionary!);
        NativeBuffer output = Spread(values.Take(rowCount - nullCount), width, rowCount, validity);
        return new DictionaryVector(rowCount, output, 0, width, _leaf.Dictionary!, validity, nullCount);
    }

    private Vector ReadValues(int rowCount, NativeBuffer? validity, int nullCount)
    {
        PackedValues values = _values!;
        LeafType type = _leaf.Type;
        int width = type.Arrow.Width, present = rowCount - nullCount;
        bool inPlace = values.Form == PackedForm.Fixed ? type.Conversion == ValueConversion.None
            : values.Form == PackedForm.Views && type.Conversion == ValueConversion.View;
        NativeBuffer[] data = type.Arrow.IsView ? [values.DataBuffer ?? values.Buffer] : [];
        if (inPlace && validity is null)
            return Make(rowCount, values.Buffer, values.TakeOffset(rowCount), data, null, 0);
        if (inPlace)
            return Make(rowCount, Spread(values.Take(present), width, rowCount, validity!), 0, data, validity, nullCount);
        ref NativeBuffer? slot = ref validity is null ? ref _output : ref _packed;
        NativeBuffer packed = NativeBuffer.Reuse(ref slot, (long)present * width, _account);
        LeafValues.Fill(type, _leaf.Column, values, present, packed.Span<byte>(0, present * width), _account);
        if (validity is null)
            return Make(rowCount, packed, 0, data, null, 0);
        return Make(rowCount, Spread(packed.Span<byte>(0, present * width), width, rowCount, validity), 0, data, validity, nullCount);
    }

    private NativeBuffer Spread(ReadOnlySpan<byte> packed, int width, int rowCount, NativeBuffer validity)
    {
        NativeBuffer output = NativeBuffer.Reuse(ref _output, (long)rowCount * width, _account);
        ReadOnlySpan<byte> bits = validity.Span<byte>(0, Bits.WordCount(rowCount) * sizeof(ulong));
        NullSpreader.Spread(width, packed, bits, output.Span<byte>(0, rowCount * width));
        return output;
    }

    private Vector Make(int rowCount, NativeBuffer values, long offset, NativeBuffer[] data, NativeBuffer? validity, int nullCount) =>
        _leaf.Type.Arrow.IsView
            ? new ViewVector(_leaf.Type.Arrow, rowCount, values, offset, data, validity, nullCount)
            : new FixedVector(_leaf.Type.Arrow, rowCount, values, offset, validity, nullCount);
}
