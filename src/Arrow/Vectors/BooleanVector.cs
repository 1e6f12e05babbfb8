using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Booleans, one bit each, from bit 0 of the buffer on.</summary>
public sealed class BooleanVector : Vector
{
    private readonly NativeBuffer _values;

    public BooleanVector(int length, NativeBuffer values, NativeBuffer? validity = null, int nullCount = 0)
        : base(ArrowType.Boolean, length, validity, nullCount) => _values = values;

    public override VectorEncoding Encoding => VectorEncoding.Flat;

    public NativeBuffer ValuesBuffer => _values;

    /// <summary>Bitmap of the values, readable in whole 64-bit words; bits of null rows are unspecified.</summary>
    public ReadOnlySpan<byte> Values => _values.Span<byte>(0, Bits.WordCount(Length) * 8);

    /// <summary>Value of a row that is not null.</summary>
    public bool Value(int row) => Bits.Get(Values, row);

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit) => visit(_values);
}
