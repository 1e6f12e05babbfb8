using System.Diagnostics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Fixed-width values, <see cref="ArrowType.Width"/> bytes each.</summary>
/// <remarks>Values may begin at any element of the buffer (pages are sliced without copying); 64 bytes behind the last one may be read.</remarks>
public sealed class FixedVector : Vector
{
    private readonly NativeBuffer _values;
    private readonly long _offsetBytes;

    /// <param name="type">A fixed-width type.</param>
    /// <param name="length">Rows.</param>
    /// <param name="values">Holds the values from byte <paramref name="offsetBytes"/> on.</param>
    /// <param name="offsetBytes">Where the first value is.</param>
    /// <param name="validity">Bitmap, or null when nothing is null.</param>
    /// <param name="nullCount">Clear bits of the bitmap.</param>
    public FixedVector(ArrowType type, int length, NativeBuffer values, long offsetBytes = 0, NativeBuffer? validity = null, int nullCount = 0)
        : base(type, length, validity, nullCount)
    {
        Debug.Assert(type.IsFixedWidth, "fixed-width type expected");
        _values = values;
        _offsetBytes = offsetBytes;
    }

    public override VectorEncoding Encoding => VectorEncoding.Flat;

    public NativeBuffer ValuesBuffer => _values;

    /// <summary>Byte of the buffer where row 0 is.</summary>
    public long OffsetBytes => _offsetBytes;

    /// <summary>The values as <typeparamref name="T"/>, whose size must be the type's width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        Debug.Assert(Unsafe.SizeOf<T>() == Type.Width, "element size differs from the type's width");
        return _values.Span<T>(_offsetBytes, Length);
    }

    /// <summary>The values as bytes.</summary>
    public ReadOnlySpan<byte> ValueBytes => _values.Span<byte>(_offsetBytes, checked(Length * Type.Width));

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit) => visit(_values);
}
