using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>The result buffers of a function that fills whole vectors; kept from batch to batch unless a result was retained.</summary>
internal sealed class ResultBuffers(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _values;
    private NativeBuffer? _validity;
    private int _nullCount;
    private NativeBuffer? _resultValidity;

    /// <summary>Room for <paramref name="length"/> values; content undefined.</summary>
    public Span<T> Values<T>(int length)
        where T : unmanaged =>
        NativeBuffer.Reuse(ref _values, Math.Max((long)length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), 8), account).Span<T>(0, length);

    /// <summary>Room for a bitmap of <paramref name="length"/> values; content undefined.</summary>
    public Span<ulong> ValueBits(int length) => Values<ulong>(Bits.WordCount(length));

    /// <summary>Room for a validity bitmap of its own; content undefined. Follow with <see cref="SetNullCount"/>.</summary>
    public Span<ulong> Validity(int length)
    {
        _resultValidity = NativeBuffer.Reuse(ref _validity, Math.Max(Bits.WordCount(length), 1) * 8L, account);
        return Bitmaps.Words(_resultValidity, length);
    }

    public void SetNullCount(int nullCount) => _nullCount = nullCount;

    /// <summary>Counts the clear bits of the bitmap from <see cref="Validity"/>.</summary>
    public void CountNulls(int length) => _nullCount = length - Bitmaps.Count(Bitmaps.Words(_resultValidity!, length), length);

    /// <summary>No nulls.</summary>
    public void AllValid()
    {
        _resultValidity = null;
        _nullCount = 0;
    }

    /// <summary>The result is null where either argument is.</summary>
    public void CombineValidity(Vector left, Vector right, int length)
    {
        if (right.NullCount == 0)
        {
            ShareValidity(left);
        }
        else if (left.NullCount == 0)
        {
            ShareValidity(right);
        }
        else
        {
            Bitmaps.And(Bitmaps.ValidityWords(left), Bitmaps.ValidityWords(right), Validity(length));
            CountNulls(length);
        }
    }

    /// <summary>The result is null where the argument is.</summary>
    public void ShareValidity(Vector argument)
    {
        _resultValidity = argument.ValidityBuffer;
        _nullCount = argument.ValidityBuffer == null ? 0 : argument.NullCount;
    }

    public Vector BuildFixed(ArrowType type, int length) => new FixedVector(type, length, _values!, 0, _nullCount == 0 ? null : _resultValidity, _nullCount);

    /// <param name="buffers">What long views point into.</param>
    public ViewVector BuildViews(ArrowType type, int length, NativeBuffer[] buffers) =>
        new(type, length, _values!, 0, buffers, _nullCount == 0 ? null : _resultValidity, _nullCount);

    public Vector BuildBoolean(int length) => new BooleanVector(length, _values!, _nullCount == 0 ? null : _resultValidity, _nullCount);

    public void Dispose()
    {
        _values?.Release();
        _validity?.Release();
        _values = _validity = null;
    }
}
