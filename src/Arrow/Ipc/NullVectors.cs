using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Columns in which every row is null.</summary>
internal static class NullVectors
{
    /// <summary>A constant of one null, flat and of the type's own kind of vector.</summary>
    public static Vector Create(BodyReader body, ArrowType type, int length)
    {
        Vector value = VectorBuilder.Of(type, body.Account, [null]);
        value.VisitBuffers(body.Own);
        return new ConstantVector(value, length);
    }
}
