using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>How a vector's values are laid out.</summary>
public enum VectorEncoding
{
    /// <summary>One slot a row.</summary>
    Flat,
    /// <summary>A code a row into a dictionary vector.</summary>
    Dictionary,
    /// <summary>One value for all rows.</summary>
    Constant,
}

/// <summary>Some rows of one column: immutable, cheap to make, a view of buffers that it does not own.</summary>
/// <remarks>
/// Ownership: whoever made a vector owns its buffers and may reuse them at its next batch. <see cref="Retain"/> adds a reference to every buffer (then
/// the maker takes new ones); each Retain needs one <see cref="Release"/>. Null slots of fixed-width vectors hold unspecified but readable values;
/// null slots of views hold an empty view; null slots of codes hold a code within the dictionary.
/// </remarks>
public abstract class Vector
{
    private protected Vector(ArrowType type, int length, NativeBuffer? validity, int nullCount)
    {
        Type = type;
        Length = length;
        ValidityBuffer = nullCount == 0 ? null : validity;
        NullCount = nullCount;
    }

    /// <summary>Arrow type of the values.</summary>
    public ArrowType Type { get; }

    /// <summary>Rows.</summary>
    public int Length { get; }

    /// <summary>Rows that are null; for dictionary vectors, by the codes' validity (dictionaries themselves have no nulls).</summary>
    public int NullCount { get; }

    public bool HasNulls => NullCount != 0;

    /// <summary>Bitmap from bit 0 on, set = value present; null when no row is null.</summary>
    public NativeBuffer? ValidityBuffer { get; }

    public abstract VectorEncoding Encoding { get; }

    /// <summary>The validity bitmap; empty when no row is null. Readable in whole 64-bit words.</summary>
    public ReadOnlySpan<byte> Validity => ValidityBuffer == null ? default : ValidityBuffer.Span<byte>(0, Bits.WordCount(Length) * 8);

    /// <summary>Whether the row is null; constants and dictionaries included.</summary>
    public virtual bool IsNull(int row) => ValidityBuffer != null && !Bits.Get(Validity, row);

    /// <summary>Adds a reference to every buffer.</summary>
    public void Retain() => VisitBuffers(static buffer => buffer.Retain());

    /// <summary>Drops the references that one <see cref="Retain"/> took.</summary>
    public void Release() => VisitBuffers(static buffer => buffer.Release());

    /// <summary>Calls <paramref name="visit"/> for each buffer of this vector, its dictionary and its children.</summary>
    public void VisitBuffers(Action<NativeBuffer> visit)
    {
        if (ValidityBuffer != null)
        {
            visit(ValidityBuffer);
        }

        VisitValueBuffers(visit);
    }

    private protected abstract void VisitValueBuffers(Action<NativeBuffer> visit);
}
