using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Turns states into a result or state column; owns its buffers.</summary>
internal sealed class StateOutput(SqlType type, MemoryAccount account) : IDisposable
{
    private readonly ArrowType _arrow = ArrowTypes.Of(type);
    private NativeBuffer? _values;
    private NativeBuffer? _validity;

    /// <summary>Integers, dates, times and narrow decimals from 64 bits.</summary>
    public Vector Longs(ReadOnlySpan<long> values, int start, SeenGroups? seen)
    {
        int count = values.Length;
        NativeBuffer? validity = Validity(start, count, seen, out int nulls);
        switch (_arrow.Width)
        {
            case 2:
                Span<short> shorts = Room(count * 2L).Span<short>(0, count);
                for (int i = 0; i < count; i++)
                {
                    shorts[i] = (short)values[i];
                }

                break;
            case 4:
                Span<int> ints = Room(count * 4L).Span<int>(0, count);
                for (int i = 0; i < count; i++)
                {
                    ints[i] = (int)values[i];
                }

                break;
            default:
                values.CopyTo(Room(count * 8L).Span<long>(0, count));
                break;
        }

        return new FixedVector(_arrow, count, _values!, 0, validity, nulls);
    }

    /// <summary>Integers or decimals from 128 bits; wide decimals come out in 64 bits when all of them fit.</summary>
    public Vector Wide(ReadOnlySpan<Int128> values, int start, SeenGroups? seen)
    {
        int count = values.Length;
        NativeBuffer? validity = Validity(start, count, seen, out int nulls);
        Span<long> narrow = Room(count * 16L).Span<long>(0, count);
        int fitting = 0;
        for (; fitting < count; fitting++)
        {
            long value = (long)values[fitting];
            if (value != values[fitting])
            {
                break;
            }

            narrow[fitting] = value;
        }

        if (fitting == count)
        {
            ArrowType built = _arrow.Id == ArrowTypeId.Decimal128 ? _arrow with { Id = ArrowTypeId.Decimal64 } : _arrow;
            return new FixedVector(built, count, _values!, 0, validity, nulls);
        }

        if (_arrow.Id != ArrowTypeId.Decimal128)
        {
            throw ExecutionErrors.OutOfRange(type.ToString());
        }

        foreach (Int128 value in values)
        {
            DecimalMath.CheckPrecision(value, type);
        }

        values.CopyTo(_values!.Span<Int128>(0, count));
        return new FixedVector(_arrow, count, _values!, 0, validity, nulls);
    }

    /// <summary>real or double precision.</summary>
    public Vector Doubles(ReadOnlySpan<double> values, int start, SeenGroups? seen)
    {
        int count = values.Length;
        NativeBuffer? validity = Validity(start, count, seen, out int nulls);
        if (_arrow.Width == 4)
        {
            Span<float> floats = Room(count * 4L).Span<float>(0, count);
            for (int i = 0; i < count; i++)
            {
                floats[i] = (float)values[i];
            }
        }
        else
        {
            values.CopyTo(Room(count * 8L).Span<double>(0, count));
        }

        return new FixedVector(_arrow, count, _values!, 0, validity, nulls);
    }

    /// <summary>Any fixed-width values of exactly the type's width.</summary>
    public Vector Fixed<T>(ReadOnlySpan<T> values, int start, SeenGroups? seen)
        where T : unmanaged
    {
        int count = values.Length;
        NativeBuffer? validity = Validity(start, count, seen, out int nulls);
        values.CopyTo(Room((long)count * _arrow.Width).Span<T>(0, count));
        return new FixedVector(_arrow, count, _values!, 0, validity, nulls);
    }

    /// <summary>Booleans from bytes, 0 = false.</summary>
    public Vector Booleans(ReadOnlySpan<byte> values, int start, SeenGroups? seen)
    {
        int count = values.Length;
        NativeBuffer? validity = Validity(start, count, seen, out int nulls);
        Span<byte> bits = Room(Bits.WordCount(count) * 8L).Span<byte>(0, Bits.WordCount(count) * 8);
        bits.Clear();
        for (int i = 0; i < count; i++)
        {
            if (values[i] != 0)
            {
                Bits.Set(bits, i);
            }
        }

        return new BooleanVector(count, _values!, validity, nulls);
    }

    public void Dispose()
    {
        _values?.Release();
        _validity?.Release();
        _values = _validity = null;
    }

    private NativeBuffer Room(long sizeBytes) => NativeBuffer.Reuse(ref _values, Math.Max(sizeBytes, 16), account);

    private NativeBuffer? Validity(int start, int count, SeenGroups? seen, out int nulls)
    {
        nulls = 0;
        if (seen is not { MayLack: true })
        {
            return null;
        }

        NativeBuffer validity = NativeBuffer.Reuse(ref _validity, Math.Max(Bits.WordCount(count), 1) * 8L, account);
        Span<byte> bits = validity.Span<byte>(0, Bits.WordCount(count) * 8);
        bits.Clear();
        for (int i = 0; i < count; i++)
        {
            if (seen.Has(start + i))
            {
                Bits.Set(bits, i);
            }
            else
            {
                nulls++;
            }
        }

        return validity;
    }
}
