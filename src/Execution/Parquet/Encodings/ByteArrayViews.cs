using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Makes views of byte strings that stay where the page holds them, so no byte is copied.</summary>
/// <remarks>
/// Sources need <see cref="BitUnpacker.PaddingBytes"/> readable bytes after their end. Offsets of views count from
/// <c>baseOffset</c>: the position of the source within the buffer that the vector will carry.
/// </remarks>
internal static class ByteArrayViews
{
    private const int LengthBytes = sizeof(int);

    /// <summary>Reads PLAIN byte arrays, each a 4-byte length and its bytes, and returns how many bytes they took.</summary>
    /// <remarks>A length followed by at most 12 bytes is the view itself, but for what lies behind the string: one load and one mask.</remarks>
    /// <exception cref="ParquetException">A string reaches beyond the source.</exception>
    public static int ReadPlain(ReadOnlySpan<byte> source, int baseOffset, int bufferIndex, Span<ByteView> target)
    {
        ref byte start = ref MemoryMarshal.GetReference(source);
        ref ByteView view = ref MemoryMarshal.GetReference(target);
        long position = 0, end = source.Length;
        for (nint i = 0; i < target.Length; i++)
        {
            ref byte at = ref Unsafe.Add(ref start, (nint)position);
            long next = position + LengthBytes;
            uint length = next <= end ? Unsafe.ReadUnaligned<uint>(ref at) : uint.MaxValue;
            next += length;
            if (next > end)
                Overrun((int)i);
            Unsafe.Add(ref view, i) = length <= ByteView.MaxInlineLength
                ? Inline(ref at, length)
                : new ByteView(Unsafe.ReadUnaligned<ulong>(ref at), Location(bufferIndex, baseOffset + position + LengthBytes));
            position = next;
        }

        return (int)position;
    }

    /// <summary>Makes views of strings that lie one behind the other.</summary>
    /// <returns>The bytes of all strings.</returns>
    /// <exception cref="ParquetException">A length is negative or reaches beyond the source.</exception>
    public static int FromLengths(ReadOnlySpan<byte> source, ReadOnlySpan<int> lengths, int baseOffset, int bufferIndex, Span<ByteView> target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, lengths.Length);
        ref byte start = ref MemoryMarshal.GetReference(source);
        long position = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            uint length = (uint)lengths[i];
            if (position + length > source.Length)
                Overrun(i);
            target[i] = Make(ref Unsafe.Add(ref start, (nint)position), length, bufferIndex, baseOffset + position);
            position += length;
        }

        return (int)position;
    }

    /// <summary>Makes views of strings of one length that lie one behind the other, as FIXED_LEN_BYTE_ARRAY has them.</summary>
    /// <exception cref="ParquetException">The strings reach beyond the source.</exception>
    public static void FromFixed(ReadOnlySpan<byte> source, int length, int baseOffset, int bufferIndex, Span<ByteView> target)
    {
        if ((long)length * target.Length > source.Length)
            Overrun(source.Length / length);
        ref byte start = ref MemoryMarshal.GetReference(source);
        for (int i = 0; i < target.Length; i++)
        {
            long position = (long)i * length;
            target[i] = Make(ref Unsafe.Add(ref start, (nint)position), (uint)length, bufferIndex, baseOffset + position);
        }
    }

    /// <summary>Makes the view of one string; 16 bytes from its start on must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ByteView Make(ref byte at, uint length, int bufferIndex, long offset)
    {
        if (length > ByteView.MaxInlineLength)
            return new ByteView(length | ((ulong)Unsafe.ReadUnaligned<uint>(ref at) << 32), Location(bufferIndex, offset));
        UInt128 bytes = Unsafe.ReadUnaligned<UInt128>(ref at) & ((UInt128.One << (int)(length * 8)) - UInt128.One);
        return new ByteView(length | ((ulong)bytes << 32), (ulong)(bytes >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ByteView Inline(ref byte at, uint length)
    {
        Vector128<byte> kept = Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)(length + LengthBytes)));
        Vector128<ulong> words = (Vector128.LoadUnsafe(ref at) & kept).AsUInt64();
        return new ByteView(words.GetElement(0), words.GetElement(1));
    }

    private static ulong Location(int bufferIndex, long offset) => (uint)bufferIndex | ((ulong)offset << 32);

    private static void Overrun(int index) => ParquetException.ThrowCorrupted($"byte array {index} reaches beyond its page");
}
