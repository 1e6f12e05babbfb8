using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Points at a byte string as Arrow's view layout does: up to 12 bytes inline, longer ones by prefix, buffer and offset.</summary>
/// <remarks>
/// <code>
/// length &lt;= 12:  [length: i32] [12 bytes, zero-padded]
/// length &gt; 12:   [length: i32] [first 4 bytes] [buffer index: i32] [offset: i32]
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
internal readonly record struct ByteView(ulong Low, ulong High)
{
    public const int SizeBytes = 16;

    public const int MaxInlineLength = 12;

    public int Length => (int)(uint)Low;

    public int BufferIndex => (int)(uint)High;

    public int Offset => (int)(High >> 32);

    /// <summary>Gets the bytes, from the view itself or from the buffer it points into.</summary>
    /// <remarks>The span is valid while both the view's memory and the buffer are.</remarks>
    public static ReadOnlySpan<byte> Bytes(ref readonly ByteView view, ReadOnlySpan<byte> buffer) => view.Length <= MaxInlineLength
        ? MemoryMarshal.AsBytes(new ReadOnlySpan<ByteView>(in view)).Slice(4, view.Length)
        : buffer.Slice(view.Offset, view.Length);
}
