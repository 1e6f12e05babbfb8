using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Vectors;

/// <summary>One value for every row. A null constant has no validity bitmap: ask <see cref="IsNullConstant"/> or NullCount.</summary>
public sealed class ConstantVector : Vector
{
    /// <param name="value">A flat vector of one row, which may be null.</param>
    public ConstantVector(Vector value, int length)
        : base(value.Type, length, null, value.NullCount == 0 ? 0 : length) => Value = value;

    /// <summary>Flat, one row.</summary>
    public Vector Value { get; }

    public bool IsNullConstant => Value.NullCount != 0;

    public override VectorEncoding Encoding => VectorEncoding.Constant;

    public override bool IsNull(int row) => IsNullConstant;

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit) => Value.VisitBuffers(visit);
}
