using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>Appends fixed-width values.</summary>
internal sealed class FixedAppender(ArrowType type, MemoryAccount account) : ColumnAppender(type, account)
{
    private readonly int _width = type.Width;
    private GrowingBuffer _values = new(account);

    public override long ReservedBytes => base.ReservedBytes + _values.ReservedBytes;

    public override void AppendRange(Vector source, int start, int count)
    {
        if (source is FixedVector { HasNulls: false } flat)
        {
            for (int rows = GrowingBuffer.StretchBytes / _width, end = start + count; start < end; start += rows)
            {
                int part = Math.Min(rows, end - start);
                flat.ValuesBuffer.Span<byte>(flat.OffsetBytes + ((long)start * _width), part * _width).CopyTo(Room(part));
                AddValidRows(part);
                Interruption.Ask();
            }
        }
        else
        {
            base.AppendRange(source, start, count);
        }
    }

    protected override void AppendValues(Vector source, ReadOnlySpan<int> rows)
    {
        Span<byte> target = Room(rows.Length);
        if (source is FixedVector flat)
        {
            GatherKernels.RunBytes(flat.ValueBytes, _width, rows, target);
            return;
        }

        var reader = new VectorReader(source);
        switch (_width)
        {
            case 4: Read<uint>(in reader, rows, target); break;
            case 8: Read<ulong>(in reader, rows, target); break;
            case 16: Read<UInt128>(in reader, rows, target); break;
            default:
                ReadOnlySpan<byte> values = ((FixedVector)reader.Flat).ValueBytes;
                for (int i = 0; i < rows.Length; i++)
                {
                    values.Slice(reader.Slot(Math.Max(rows[i], 0)) * _width, _width).CopyTo(target[(i * _width)..]);
                }

                break;
        }
    }

    protected override void AppendNullValues(int count) => Room(count).Clear();

    protected override Vector BuildVector(NativeBuffer? validity, int nullCount)
    {
        _values.Ensure(_width, 0);
        return new FixedVector(Type, Count, _values.Buffer, 0, validity, nullCount);
    }

    protected override void ResetValues() => _values.Reset();

    protected override void DisposeValues() => _values.Dispose();

    private static void Read<T>(in VectorReader reader, ReadOnlySpan<int> rows, Span<byte> target)
        where T : unmanaged
    {
        Span<T> values = MemoryMarshal.Cast<byte, T>(target);
        for (int i = 0; i < rows.Length; i++)
        {
            values[i] = reader.Value<T>(Math.Max(rows[i], 0));
        }
    }

    private Span<byte> Room(int rows) =>
        _values.Ensure((long)(Count + rows) * _width, (long)Count * _width).Span<byte>((long)Count * _width, rows * _width);
}

/// <summary>Appends decimals, in 64 bits until a value needs 128.</summary>
internal sealed class DecimalAppender(ArrowType type, MemoryAccount account) : ColumnAppender(type, account)
{
    private GrowingBuffer _values = new(account);
    private bool _isWide;

    public override long ReservedBytes => base.ReservedBytes + _values.ReservedBytes;

    private int Width => _isWide ? 16 : 8;

    public override void AppendRange(Vector source, int start, int count)
    {
        if (source is FixedVector { HasNulls: false, Type.Id: ArrowTypeId.Decimal64 } flat && !_isWide)
        {
            Span<long> target = Room(count).Span<long>(Count * 8L, count);
            flat.Values<long>().Slice(start, count).CopyTo(target);
            AddValidRows(count);
        }
        else
        {
            base.AppendRange(source, start, count);
        }
    }

    protected override void AppendValues(Vector source, ReadOnlySpan<int> rows)
    {
        var reader = new VectorReader(source);
        if (reader.Id == ArrowTypeId.Decimal128 && !_isWide)
        {
            Widen();
        }

        NativeBuffer buffer = Room(rows.Length);
        if (_isWide)
        {
            Span<Int128> target = buffer.Span<Int128>(Count * 16L, rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                target[i] = reader.Decimal(Math.Max(rows[i], 0));
            }
        }
        else
        {
            Span<long> target = buffer.Span<long>(Count * 8L, rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                target[i] = reader.Value<long>(Math.Max(rows[i], 0));
            }
        }
    }

    protected override void AppendNullValues(int count) => Room(count).Span<byte>((long)Count * Width, count * Width).Clear();

    protected override Vector BuildVector(NativeBuffer? validity, int nullCount)
    {
        _values.Ensure(Width, 0);
        ArrowType built = Type with { Id = _isWide ? ArrowTypeId.Decimal128 : ArrowTypeId.Decimal64 };
        return new FixedVector(built, Count, _values.Buffer, 0, validity, nullCount);
    }

    protected override void ResetValues()
    {
        _values.Reset();
        _isWide = false;
    }

    protected override void DisposeValues() => _values.Dispose();

    private void Widen()
    {
        var wide = new GrowingBuffer(Account);
        Span<Int128> target = wide.Ensure(Math.Max(Count, 1) * 16L, 0).Span<Int128>(0, Count);
        if (Count > 0)
        {
            ReadOnlySpan<long> source = _values.Buffer.Span<long>(0, Count);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = source[i];
            }
        }

        _values.Dispose();
        _values = wide;
        _isWide = true;
    }

    private NativeBuffer Room(int rows) => _values.Ensure((long)(Count + rows) * Width, (long)Count * Width);
}

/// <summary>Appends booleans.</summary>
internal sealed class BooleanAppender(MemoryAccount account) : ColumnAppender(ArrowType.Boolean, account)
{
    private GrowingBuffer _values = new(account);

    public override long ReservedBytes => base.ReservedBytes + _values.ReservedBytes;

    protected override void AppendValues(Vector source, ReadOnlySpan<int> rows)
    {
        var reader = new VectorReader(source);
        Span<byte> target = Room(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            if (reader.Boolean(Math.Max(rows[i], 0)))
            {
                Bits.Set(target, Count + i);
            }
            else
            {
                Bits.Clear(target, Count + i);
            }
        }
    }

    protected override void AppendNullValues(int count) => Room(count);

    protected override Vector BuildVector(NativeBuffer? validity, int nullCount)
    {
        _values.Ensure(8, 0);
        return new BooleanVector(Count, _values.Buffer, validity, nullCount);
    }

    protected override void ResetValues() => _values.Reset();

    protected override void DisposeValues() => _values.Dispose();

    private Span<byte> Room(int rows)
    {
        int bytes = Bits.WordCount(Count + rows) * 8;
        return _values.Ensure(bytes, Bits.WordCount(Count) * 8L).Span<byte>(0, bytes);
    }
}
