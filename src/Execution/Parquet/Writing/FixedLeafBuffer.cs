using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Collects values of four bytes (<typeparamref name="T"/> is uint) or eight (ulong), as bits. Narrower integers are widened.</summary>
internal sealed class FixedLeafBuffer<T>(WriteColumn column, bool useDictionary) : CodedLeafBuffer(column, useDictionary)
    where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
{
    private const int SampleSize = 4_096;

    private readonly FixedDictionary<T> _dictionary = new();
    private readonly ByteBuilder _sample = new();
    private T[] _values = new T[1024];
    private int _valueCount;
    private T[] _widened = [];
    private Metadata.Encoding _plainEncoding;

    public override int ValueCount => IsCoded ? CodeCount : _valueCount;

    public override long PlainBytes => (long)ValueCount * Unsafe.SizeOf<T>();

    protected override int DistinctCount => _dictionary.Count;

    protected override long DictionaryBytes => (long)_dictionary.Count * Unsafe.SizeOf<T>();

    protected override Metadata.Encoding PlainEncoding => _plainEncoding;

    private bool IsFloat => Column.Type.Physical is PhysicalType.Float or PhysicalType.Double;

    public override void Clear()
    {
        base.Clear();
        _dictionary.Clear();
        _valueCount = 0;
    }

    public override void Complete(ParquetEncodingChoice encodings)
    {
        base.Complete(encodings);
        _plainEncoding = encodings switch
        {
            ParquetEncodingChoice.Common => Metadata.Encoding.Plain,
            ParquetEncodingChoice.Compact when IsFloat => Metadata.Encoding.ByteStreamSplit,
            ParquetEncodingChoice.Compact => DeltasPay() ? Metadata.Encoding.DeltaBinaryPacked : Metadata.Encoding.Plain,
        };
    }

    public override void WriteDictionary(ByteBuilder output) => output.Append(MemoryMarshal.AsBytes(_dictionary.Values));

    public override ValueBounds Bounds(int first, int count)
    {
        if (!IsCoded)
            return ValueBounds.OfNumbers<T>(Column.Type.Order, _values.AsSpan(first, count));
        Span<T> values = Widened(count);
        ReadOnlySpan<int> codes = Codes(first, count);
        ReadOnlySpan<T> dictionary = _dictionary.Values;
        for (int i = 0; i < codes.Length; i++)
            values[i] = dictionary[codes[i]];
        return ValueBounds.OfNumbers<T>(Column.Type.Order, values);
    }

    public override void AddTo(BloomFilterBuilder filter)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(IsCoded ? _dictionary.Values : _values.AsSpan(0, _valueCount));
        for (int size = Unsafe.SizeOf<T>(); !bytes.IsEmpty; bytes = bytes[size..])
            filter.Add(bytes[..size]);
    }

    protected override void WritePlain(int first, int count, ByteBuilder output)
    {
        ReadOnlySpan<T> values = _values.AsSpan(first, count);
        switch (PlainEncoding)
        {
            case Metadata.Encoding.DeltaBinaryPacked:
                DeltaBinaryPackedEncoder.Encode(values, output);
                break;
            case Metadata.Encoding.ByteStreamSplit:
                ByteStreamSplitEncoder.Encode(MemoryMarshal.AsBytes(values), Unsafe.SizeOf<T>(), output);
                break;
            default:
                output.Append(MemoryMarshal.AsBytes(values));
                break;
        }
    }

    protected override void AppendAll(Vector flat)
    {
        ReadOnlySpan<T> source = Bits((FixedVector)flat);
        if (!IsCoded)
        {
            source.CopyTo(AppendValues(source.Length));
            return;
        }

        Span<int> codes = AppendCodes(source.Length);
        for (int i = 0; i < source.Length; i++)
            codes[i] = _dictionary.Intern(source[i]);
        Judge();
    }

    protected override void AppendSome(Vector flat, ReadOnlySpan<int> rows)
    {
        if (!IsCoded)
        {
            Gather((FixedVector)flat, rows, AppendValues(rows.Length));
            return;
        }

        Span<T> values = Widened(rows.Length);
        Gather((FixedVector)flat, rows, values);
        Span<int> codes = AppendCodes(rows.Length);
        for (int i = 0; i < codes.Length; i++)
            codes[i] = _dictionary.Intern(values[i]);
        Judge();
    }

    protected override int Intern(Vector flat, int row)
    {
        Span<T> value = stackalloc T[1];
        Gather((FixedVector)flat, [row], value);
        return _dictionary.Intern(value[0]);
    }

    protected override void Materialize(ReadOnlySpan<int> codes)
    {
        ReadOnlySpan<T> dictionary = _dictionary.Values;
        Span<T> target = AppendValues(codes.Length);
        for (int i = 0; i < codes.Length; i++)
            target[i] = dictionary[codes[i]];
        _dictionary.Clear();
    }

    /// <summary>Tries differences on the first values: they must save a quarter.</summary>
    private bool DeltasPay()
    {
        ReadOnlySpan<T> values = _values.AsSpan(0, Math.Min(_valueCount, SampleSize));
        _sample.Clear();
        DeltaBinaryPackedEncoder.Encode(values, _sample);
        return _sample.Length < values.Length * Unsafe.SizeOf<T>() / 4 * 3;
    }

    private Span<T> AppendValues(int count)
    {
        if (_valueCount + count > _values.Length)
            Array.Resize(ref _values, Math.Max(_valueCount + count, _values.Length * 2));
        _valueCount += count;
        return _values.AsSpan(_valueCount - count, count);
    }

    private ReadOnlySpan<T> Bits(FixedVector vector)
    {
        if (vector.Type.Width == Unsafe.SizeOf<T>())
            return vector.Values<T>();
        Span<T> target = Widened(vector.Length);
        switch (vector.Type.Id)
        {
            case ArrowTypeId.Int8:
                Convert(vector.Values<sbyte>(), target);
                break;
            case ArrowTypeId.UInt8:
                Convert(vector.Values<byte>(), target);
                break;
            case ArrowTypeId.Int16:
                Convert(vector.Values<short>(), target);
                break;
            case ArrowTypeId.UInt16:
                Convert(vector.Values<ushort>(), target);
                break;
            default:
                ReadOnlySpan<Int128> decimals = vector.Values<Int128>();
                for (int row = 0; row < target.Length; row++)
                    target[row] = Narrow(decimals[row]);
                break;
        }

        return target;
    }

    private void Gather(FixedVector vector, ReadOnlySpan<int> rows, Span<T> target)
    {
        if (vector.Type.Width == Unsafe.SizeOf<T>())
        {
            ReadOnlySpan<T> source = vector.Values<T>();
            for (int i = 0; i < rows.Length; i++)
                target[i] = source[rows[i]];
            return;
        }

        switch (vector.Type.Id)
        {
            case ArrowTypeId.Int8:
                Convert(vector.Values<sbyte>(), rows, target);
                break;
            case ArrowTypeId.UInt8:
                Convert(vector.Values<byte>(), rows, target);
                break;
            case ArrowTypeId.Int16:
                Convert(vector.Values<short>(), rows, target);
                break;
            case ArrowTypeId.UInt16:
                Convert(vector.Values<ushort>(), rows, target);
                break;
            default:
                ReadOnlySpan<Int128> decimals = vector.Values<Int128>();
                for (int i = 0; i < rows.Length; i++)
                    target[i] = Narrow(decimals[rows[i]]);
                break;
        }
    }

    private static void Convert<TSource>(ReadOnlySpan<TSource> source, Span<T> target)
        where TSource : unmanaged, IBinaryInteger<TSource>
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = T.CreateTruncating(source[i]);
    }

    private static void Convert<TSource>(ReadOnlySpan<TSource> source, ReadOnlySpan<int> rows, Span<T> target)
        where TSource : unmanaged, IBinaryInteger<TSource>
    {
        for (int i = 0; i < rows.Length; i++)
            target[i] = T.CreateTruncating(source[rows[i]]);
    }

    private T Narrow(Int128 value) => value >= long.MinValue && value <= long.MaxValue ? T.CreateTruncating(value) : throw DecimalOverflow();

    private Span<T> Widened(int count)
    {
        if (_widened.Length < count)
            _widened = new T[Math.Max(count, Batch.DefaultRows)];
        return _widened.AsSpan(0, count);
    }
}
