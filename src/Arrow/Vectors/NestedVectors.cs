using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Lists, and maps as lists of (key, value) structs: row i is the child's elements from offset i to offset i + 1.</summary>
public sealed class ListVector : Vector
{
    private readonly NativeBuffer _offsets;

    /// <param name="offsets">length + 1 int32 from byte 0 on, never falling; they need not begin at 0.</param>
    /// <param name="child">Elements; a struct vector of key and value for maps.</param>
    public ListVector(ArrowType type, int length, NativeBuffer offsets, Vector child, NativeBuffer? validity = null, int nullCount = 0)
        : base(type, length, validity, nullCount)
    {
        _offsets = offsets;
        Child = child;
    }

    public override VectorEncoding Encoding => VectorEncoding.Flat;

    public Vector Child { get; }

    public NativeBuffer OffsetsBuffer => _offsets;

    public ReadOnlySpan<int> Offsets => _offsets.Span<int>(0, Length + 1);

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit)
    {
        visit(_offsets);
        Child.VisitBuffers(visit);
    }
}

/// <summary>Structs (SQL rows): one child vector a field, each as long as this vector.</summary>
public sealed class StructVector : Vector
{
    public StructVector(ArrowType type, int length, Vector[] children, NativeBuffer? validity = null, int nullCount = 0)
        : base(type, length, validity, nullCount) => Children = children;

    public override VectorEncoding Encoding => VectorEncoding.Flat;

    public Vector[] Children { get; }

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit)
    {
        foreach (Vector child in Children)
        {
            child.VisitBuffers(visit);
        }
    }
}
