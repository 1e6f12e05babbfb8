using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pages;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Collects levels and values of one leaf below a nested field, whole rows at a time, across pages.</summary>
/// <remarks>Values come out in the engine's form without gaps; dictionary codes are replaced by what they stand for, booleans take a byte each.</remarks>
internal sealed class NestedLeaf : IDisposable
{
    private readonly LeafPages _leaf;
    private readonly MemoryAccount _account;
    private readonly AppendBuffer _definition;
    private readonly AppendBuffer _repetition;
    private readonly AppendBuffer _values;
    private readonly List<NativeBuffer> _dataBuffers = [];
    private NativeBuffer? _pageDefinition;
    private NativeBuffer? _pageRepetition;
    private PackedValues? _pageValues;
    private int _pageEntries;
    private int _entry;
    private long _entriesLeft;

    public NestedLeaf(IRandomAccessFile file, ColumnDescriptor column, LeafType type, MemoryAccount account, ReadOptions options)
    {
        _leaf = new LeafPages(file, column, type, account, options);
        _account = account;
        _definition = new AppendBuffer(account);
        _repetition = new AppendBuffer(account);
        _values = new AppendBuffer(account);
    }

    public ColumnDescriptor Column => _leaf.Column;

    public LeafType Type => _leaf.Type;

    public int PageNumber => _leaf.PageNumber;

    public long BytesRead => _leaf.BytesRead;

    /// <summary>Gets a definition level per entry of the rows read.</summary>
    public ReadOnlySpan<byte> Definition => _definition.Bytes;

    /// <summary>Gets a repetition level per entry of the rows read.</summary>
    public ReadOnlySpan<byte> Repetition => _repetition.Bytes;

    /// <summary>Gets the values of the rows read.</summary>
    public NativeBuffer Values => _values.Buffer;

    public int ValueBytes => _values.LengthBytes;

    /// <summary>Gets where long strings among the values are.</summary>
    public NativeBuffer[] DataBuffers => [.. _dataBuffers];

    private int SlotBytes => Type.Conversion == ValueConversion.Boolean ? 1 : Type.Arrow.Width;

    public void Open(ColumnChunk chunk)
    {
        _leaf.Open(chunk);
        _entriesLeft = chunk.ValueCount;
        _pageEntries = _entry = 0;
        _pageValues = null;
        Clear();
    }

    /// <summary>Collects the next rows, or passes over them.</summary>
    /// <exception cref="ParquetException">A page is damaged or the chunk ends before so many rows.</exception>
    public void Read(long rowCount, bool discard)
    {
        Clear();
        long rows = 0;
        while (true)
        {
            if (_entry == _pageEntries && !NextPage())
            {
                if (rows < rowCount)
                    ParquetException.ThrowCorrupted($"column chunk ends {rowCount - rows} rows early");
                return;
            }

            int end = EndOfRows(rowCount, ref rows);
            if (rows == 0 && end > _entry)
                ParquetException.ThrowCorrupted("column chunk begins within a row");
            Take(end - _entry, discard);
            if (_entry < _pageEntries)
                return;
        }
    }

    public void Dispose()
    {
        Clear();
        _leaf.Dispose();
        _definition.Dispose();
        _repetition.Dispose();
        _values.Dispose();
        _pageDefinition?.Release();
        _pageRepetition?.Release();
        _pageDefinition = _pageRepetition = null;
    }

    private void Clear()
    {
        _definition.Clear();
        _repetition.Clear();
        _values.Clear();
        foreach (NativeBuffer buffer in _dataBuffers)
            buffer.Release();
        _dataBuffers.Clear();
    }

    // Finds the entry of the current page before which the wanted rows end: the start of the row after them.
    private int EndOfRows(long rowCount, ref long rows)
    {
        ReadOnlySpan<byte> repetition = _pageRepetition!.Span<byte>(0, _pageEntries);
        int entry = _entry;
        if (Column.MaxRepetitionLevel == 0)
        {
            int count = (int)Math.Min(rowCount - rows, _pageEntries - entry);
            rows += count;
            return entry + count;
        }

        for (; entry < repetition.Length; entry++)
        {
            if (repetition[entry] == 0 && rows++ == rowCount)
            {
                rows--;
                break;
            }
        }

        return entry;
    }

    private bool NextPage()
    {
        _pageValues = null;
        _pageEntries = _entry = 0;
        if (_entriesLeft <= 0 || !_leaf.Next())
            return false;
        PageHeader header = _leaf.Header;
        int count = header.ValueCount;
        _entriesLeft -= count;
        if (count > PageDecoder.MaxValuesInPage)
            ParquetException.ThrowCorrupted($"page states {count} values");
        PageLevels levels = PageLevels.Find(header, _leaf.Load(), Column);
        bool isV1 = header.Type == PageType.DataV1;
        Span<byte> repetition = NativeBuffer.Reuse(ref _pageRepetition, count, _account).Span<byte>(0, count);
        PageLevels.Decode(levels.Repetition, isV1 ? header.RepetitionEncoding : Encoding.Rle, Column.MaxRepetitionLevel, repetition);
        Span<byte> definition = NativeBuffer.Reuse(ref _pageDefinition, count, _account).Span<byte>(0, count);
        PageLevels.Decode(levels.Definition, isV1 ? header.DefinitionEncoding : Encoding.Rle, Column.MaxDefinitionLevel, definition);
        int present = definition.Count((byte)Column.MaxDefinitionLevel);
        _pageValues = _leaf.Decode(levels.ValueBuffer, levels.ValueOffset, levels.ValueLength, present);
        _pageEntries = count;
        return true;
    }

    private void Take(int entries, bool discard)
    {
        Span<byte> definition = _pageDefinition!.Span<byte>(_entry, entries);
        Span<byte> repetition = _pageRepetition!.Span<byte>(_entry, entries);
        int present = definition.Count((byte)Column.MaxDefinitionLevel);
        _entry += entries;
        if (discard)
        {
            _pageValues!.Skip(present);
            return;
        }

        definition.CopyTo(_definition.Append(entries));
        repetition.CopyTo(_repetition.Append(entries));
        if (present > 0)
            TakeValues(_pageValues!, present);
    }

    private void TakeValues(PackedValues values, int count)
    {
        Span<byte> target = _values.Append(checked(count * SlotBytes));
        switch (values.Form)
        {
            case PackedForm.Bits:
                int first = values.TakeBits(count);
                ReadOnlySpan<byte> bits = values.Buffer.Span<byte>(values.Offset, Bits.ByteCount(values.Count));
                for (int i = 0; i < count; i++)
                    target[i] = Bits.Get(bits, first + i) ? (byte)1 : (byte)0;
                break;
            case PackedForm.Codes:
                Vector dictionary = _leaf.Dictionary!;
                if (dictionary is ViewVector views)
                {
                    Gather(values, count, MemoryMarshal.AsBytes(views.Views), target);
                    Hold(views.DataBuffers);
                }
                else
                {
                    Gather(values, count, ((FixedVector)dictionary).ValueBytes, target);
                }

                break;
            default:
                LeafValues.Fill(Type, Column, values, count, target, _account);
                if (Type.Arrow.IsView)
                    Hold([values.DataBuffer ?? values.Buffer]);
                break;
        }
    }

    // Keeps a page that views point into while the batch lives.
    private void Hold(ReadOnlySpan<NativeBuffer> buffers)
    {
        foreach (NativeBuffer buffer in buffers)
        {
            if (!_dataBuffers.Contains(buffer))
                _dataBuffers.Add(buffer.Retain());
        }
    }

    private void Gather(PackedValues values, int count, ReadOnlySpan<byte> dictionary, Span<byte> target)
    {
        int width = SlotBytes;
        ReadOnlySpan<byte> codes = values.Take(count);
        for (int i = 0; i < count; i++)
        {
            int code = values.Width switch
            {
                1 => codes[i],
                2 => MemoryMarshal.Cast<byte, ushort>(codes)[i],
                _ => MemoryMarshal.Cast<byte, int>(codes)[i],
            };
            dictionary.Slice(code * width, width).CopyTo(target.Slice(i * width, width));
        }
    }
}
