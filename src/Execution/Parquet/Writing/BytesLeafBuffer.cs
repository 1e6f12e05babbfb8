using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Collects texts and bytes, and values of one width other than four and eight bytes: wide decimals, intervals, uuids.</summary>
internal sealed class BytesLeafBuffer(WriteColumn column, bool useDictionary) : CodedLeafBuffer(column, useDictionary)
{
    private readonly BytesDictionary _dictionary = new();
    private readonly BytesList _values = new();
    private long _codedBytes;
    private ParquetEncodingChoice _encodings;

    public override int ValueCount => IsCoded ? CodeCount : _values.Count;

    public override long PlainBytes => (IsCoded ? _codedBytes : _values.SizeBytes) + ((long)ValueCount * LengthBytes);

    protected override int DistinctCount => _dictionary.Count;

    protected override long DictionaryBytes => _dictionary.Values.SizeBytes + ((long)_dictionary.Count * LengthBytes);

    protected override Metadata.Encoding PlainEncoding =>
        _encodings == ParquetEncodingChoice.Compact && HasLengths ? Metadata.Encoding.DeltaLengthByteArray : Metadata.Encoding.Plain;

    private bool HasLengths => Column.Type.Physical == PhysicalType.ByteArray;

    private int LengthBytes => HasLengths ? 4 : 0;

    public override void Clear()
    {
        base.Clear();
        _dictionary.Clear();
        _values.Clear();
        _codedBytes = 0;
    }

    public override void Complete(ParquetEncodingChoice encodings)
    {
        base.Complete(encodings);
        _encodings = encodings;
    }

    public override void WriteDictionary(ByteBuilder output) => _dictionary.Values.WritePlain(0, _dictionary.Count, HasLengths, output);

    public override ValueBounds Bounds(int first, int count)
    {
        ValueOrder order = Column.Type.Order;
        if (order == ValueOrder.None || count == 0)
            return default;
        if (!IsCoded)
            return Bounds(_values, first, count, [], order);

        // Every dictionary entry is compared once, however often its code comes.
        bool[] used = new bool[_dictionary.Count];
        foreach (int code in Codes(first, count))
            used[code] = true;
        return Bounds(_dictionary.Values, 0, _dictionary.Count, used, order);
    }

    public override void AddTo(BloomFilterBuilder filter)
    {
        BytesList values = IsCoded ? _dictionary.Values : _values;
        for (int i = 0; i < values.Count; i++)
            filter.Add(values[i]);
    }

    protected override void WritePlain(int first, int count, ByteBuilder output)
    {
        if (PlainEncoding == Metadata.Encoding.DeltaLengthByteArray)
        {
            uint[] lengths = new uint[count];
            for (int i = 0; i < count; i++)
                lengths[i] = (uint)_values.LengthOf(first + i);
            DeltaBinaryPackedEncoder.Encode<uint>(lengths, output);
            output.Append(_values.Slice(first, count));
            return;
        }

        _values.WritePlain(first, count, HasLengths, output);
    }

    protected override void AppendAll(Vector flat)
    {
        if (IsCoded)
        {
            Span<int> codes = AppendCodes(flat.Length);
            for (int row = 0; row < codes.Length; row++)
                codes[row] = Intern(flat, row);
            Count(codes);
            Judge();
            return;
        }

        for (int row = 0; row < flat.Length; row++)
            AppendPlain(flat, row);
    }

    protected override void AppendSome(Vector flat, ReadOnlySpan<int> rows)
    {
        if (IsCoded)
        {
            Span<int> codes = AppendCodes(rows.Length);
            for (int i = 0; i < rows.Length; i++)
                codes[i] = Intern(flat, rows[i]);
            Count(codes);
            Judge();
            return;
        }

        foreach (int row in rows)
            AppendPlain(flat, row);
    }

    protected override int Intern(Vector flat, int row)
    {
        if (flat is ViewVector views)
            return _dictionary.Intern(StringView.Bytes(in views.Views[row]));
        Span<byte> stored = stackalloc byte[Column.Type.Length];
        Store((FixedVector)flat, row, stored);
        return _dictionary.Intern(stored);
    }

    protected override void CountCodes(ReadOnlySpan<int> codes) => Count(codes);

    protected override void Materialize(ReadOnlySpan<int> codes)
    {
        foreach (int code in codes)
            _values.Append(_dictionary.Values[code]);
        _dictionary.Clear();
        _codedBytes = 0;
    }

    private void Count(ReadOnlySpan<int> codes)
    {
        foreach (int code in codes)
            _codedBytes += _dictionary.Values.LengthOf(code);
    }

    private void AppendPlain(Vector flat, int row)
    {
        if (flat is ViewVector views)
        {
            _values.Append(StringView.Bytes(in views.Views[row]));
            return;
        }

        Span<byte> stored = stackalloc byte[Column.Type.Length];
        Store((FixedVector)flat, row, stored);
        _values.Append(stored);
    }

    private void Store(FixedVector vector, int row, Span<byte> target)
    {
        switch (vector.Type.Id)
        {
            case ArrowTypeId.Decimal128:
                StoreDecimal(vector.Values<Int128>()[row], target);
                break;
            case ArrowTypeId.Decimal64:
                StoreDecimal(vector.Values<long>()[row], target);
                break;
            case ArrowTypeId.Interval:
                StoreInterval(vector.Values<Interval>()[row], target);
                break;
            default:
                vector.ValueBytes.Slice(row * target.Length, target.Length).CopyTo(target);
                break;
        }
    }

    private void StoreDecimal(Int128 value, Span<byte> target)
    {
        int unusedBits = 128 - (8 * target.Length);
        if (value << unusedBits >> unusedBits != value)
            throw DecimalOverflow();
        Span<byte> wide = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(wide, value);
        wide[(16 - target.Length)..].CopyTo(target);
    }

    // The format counts unsigned months, days and milliseconds.
    private void StoreInterval(Interval interval, Span<byte> target)
    {
        (long milliseconds, long rest) = Math.DivRem(interval.Microseconds, 1000);
        if (interval.Months < 0 || interval.Days < 0 || milliseconds is < 0 or > uint.MaxValue || rest != 0)
        {
            throw new ParquetException("interval is negative, too long or has parts of a millisecond, which Parquet cannot hold", ParquetException.OutOfRange)
                .At(column: Column.Name);
        }

        BinaryPrimitives.WriteInt32LittleEndian(target, interval.Months);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], interval.Days);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], (uint)milliseconds);
    }

    private static ValueBounds Bounds(BytesList values, int first, int count, ReadOnlySpan<bool> used, ValueOrder order)
    {
        int min = -1, max = -1;
        for (int i = first; i < first + count; i++)
        {
            if (!used.IsEmpty && !used[i])
                continue;
            if (min < 0)
                min = max = i;
            else if (ValueBounds.Compare(order, values[i], values[min]) < 0)
                min = i;
            else if (ValueBounds.Compare(order, values[i], values[max]) > 0)
                max = i;
        }

        return min < 0 ? default : new ValueBounds(values[min].ToArray(), values[max].ToArray());
    }
}
