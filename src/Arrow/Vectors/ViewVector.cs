using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Text or bytes as 16-byte <see cref="StringView"/>s.</summary>
/// <remarks>The views of long values point into <see cref="DataBuffers"/> (or into memory that lives at least as long as the batch's maker says).</remarks>
public sealed class ViewVector : Vector
{
    private readonly NativeBuffer _views;
    private readonly long _offsetBytes;

    public ViewVector(
        ArrowType type, int length, NativeBuffer views, long offsetBytes, NativeBuffer[] dataBuffers, NativeBuffer? validity = null, int nullCount = 0)
        : base(type, length, validity, nullCount)
    {
        _views = views;
        _offsetBytes = offsetBytes;
        DataBuffers = dataBuffers;
    }

    public override VectorEncoding Encoding => VectorEncoding.Flat;

    /// <summary>Where long values are. Shared between vectors: never written.</summary>
    public NativeBuffer[] DataBuffers { get; }

    public NativeBuffer ViewsBuffer => _views;

    /// <summary>Byte of the buffer where row 0's view is.</summary>
    public long OffsetBytes => _offsetBytes;

    public ReadOnlySpan<StringView> Views => _views.Span<StringView>(_offsetBytes, Length);

    /// <summary>Bytes of a row; empty for a null row.</summary>
    public ReadOnlySpan<byte> Bytes(int row) => StringView.Bytes(in Views[row]);

    /// <summary>Text of a row: for edges and tests, not for loops.</summary>
    public string Text(int row) => Utf8.GetString(Bytes(row));

    private static readonly UTF8Encoding Utf8 = new(false, false);

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit)
    {
        visit(_views);
        foreach (NativeBuffer buffer in DataBuffers)
        {
            visit(buffer);
        }
    }
}
