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
        ReadOnlySpan<T> source = Bits((FixedVector)flat);
        if (!IsCoded)
        {
            Span<T> target = AppendValues(rows.Length);
            for (int i = 0; i < rows.Length; i++)
                target[i] = source[rows[i]];
            return;
        }

        Span<int> codes = AppendCodes(rows.Length);
        for (int i = 0; i < rows.Length; i++)
            codes[i] = _dictionary.Intern(source[rows[i]]);
        Judge();
    }

    protected override int Intern(Vector flat, int row) => _dictionary.Intern(Bits((FixedVector)flat)[row]);

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
        switch (vector.Type.Id)
        {
            case ArrowTypeId.Int8:
                return Widen(vector.Values<sbyte>());
            case ArrowTypeId.UInt8:
                return Widen(vector.Values<byte>());
            case ArrowTypeId.Int16:
                return Widen(vector.Values<short>());
            case ArrowTypeId.UInt16:
                return Widen(vector.Values<ushort>());
            case ArrowTypeId.Decimal128:
                return Narrow(vector);
            default:
                return vector.Values<T>();
        }
    }

    private Span<T> Widen<TSource>(ReadOnlySpan<TSource> source)
        where TSource : unmanaged, IBinaryInteger<TSource>
    {
        Span<T> target = Widened(source.Length);
        for (int i = 0; i < source.Length; i++)
            target[i] = T.CreateTruncating(source[i]);
        return target;
    }

    private Span<T> Narrow(FixedVector decimals)
    {
        ReadOnlySpan<Int128> source = decimals.Values<Int128>();
        Span<T> target = Widened(source.Length);
        for (int i = 0; i < source.Length; i++)
        {
            long value = unchecked((long)source[i]);
            if (value != source[i] && !decimals.IsNull(i))
                throw DecimalOverflow();
            target[i] = T.CreateTruncating(value);
        }

        return target;
    }

    private Span<T> Widened(int count)
    {
        if (_widened.Length < count)
            _widened = new T[Math.Max(count, Batch.DefaultRows)];
        return _widened.AsSpan(0, count);
    }
}
