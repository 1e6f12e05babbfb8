using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Values of several types: row i is row Offsets[i] of child Children[Selectors[i]]. Only GetSqlInfo's answer and foreign data have them.</summary>
public sealed class DenseUnionVector : Vector
{
    private readonly NativeBuffer _selectors;
    private readonly NativeBuffer _offsets;

    /// <param name="type">A DenseUnion type.</param>
    /// <param name="length">Rows.</param>
    /// <param name="selectors">A byte a row: which child.</param>
    /// <param name="offsets">An int32 a row: which row of that child.</param>
    /// <param name="children">One for each of the type's children.</param>
    public DenseUnionVector(ArrowType type, int length, NativeBuffer selectors, NativeBuffer offsets, Vector[] children)
        : base(type, length, null, 0)
    {
        _selectors = selectors;
        _offsets = offsets;
        Children = children;
    }

    public override VectorEncoding Encoding => VectorEncoding.Flat;

    public Vector[] Children { get; }

    public NativeBuffer SelectorsBuffer => _selectors;

    public NativeBuffer OffsetsBuffer => _offsets;

    public ReadOnlySpan<byte> Selectors => _selectors.Span<byte>(0, Length);

    public ReadOnlySpan<int> Offsets => _offsets.Span<int>(0, Length);

    public override bool IsNull(int row) => Children[Selectors[row]].IsNull(Offsets[row]);

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit)
    {
        visit(_selectors);
        visit(_offsets);
        foreach (Vector child in Children)
        {
            child.VisitBuffers(visit);
        }
    }
}
