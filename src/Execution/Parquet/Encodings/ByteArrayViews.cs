using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Makes views of byte strings that stay where the page holds them, so no byte is copied.</summary>
/// <remarks>
/// Sources must lie off the managed heap, because views of long strings hold addresses, and need
/// <see cref="BitUnpacker.PaddingBytes"/> readable bytes after their end.
/// </remarks>
internal static unsafe class ByteArrayViews
{
    private const int LengthBytes = sizeof(int);

    /// <summary>Reads PLAIN byte arrays, each a 4-byte length and its bytes, and returns how many bytes they took.</summary>
    /// <remarks>A length followed by at most 12 bytes is the view itself, but for what lies behind the string: one load and one mask.</remarks>
    /// <exception cref="ParquetException">A string reaches beyond the source.</exception>
    public static int ReadPlain(ReadOnlySpan<byte> source, Span<StringView> target)
    {
        ref byte start = ref MemoryMarshal.GetReference(source);
        ref byte view = ref Unsafe.As<StringView, byte>(ref MemoryMarshal.GetReference(target));
        long position = 0, end = source.Length;
        for (nint i = 0; i < target.Length; i++)
        {
            ref byte at = ref Unsafe.Add(ref start, (nint)position);
            long next = position + LengthBytes;
            uint length = next <= end ? Unsafe.ReadUnaligned<uint>(ref at) : uint.MaxValue;
            next += length;
            if (next > end)
                Overrun((int)i);
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref at);
            Vector128<byte> result = length <= StringView.InlineBytes
                ? bytes & Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)(length + LengthBytes)))
                : bytes.AsUInt64().WithElement(1, (ulong)Unsafe.AsPointer(ref Unsafe.Add(ref at, LengthBytes))).AsByte();
            result.StoreUnsafe(ref Unsafe.Add(ref view, i * sizeof(StringView)));
            position = next;
        }

        return (int)position;
    }

    /// <summary>Passes over PLAIN byte arrays and returns how many bytes they took.</summary>
    /// <exception cref="ParquetException">A string reaches beyond the source.</exception>
    public static int SkipPlain(ReadOnlySpan<byte> source, int count)
    {
        ref byte start = ref MemoryMarshal.GetReference(source);
        long position = 0, end = source.Length;
        for (int i = 0; i < count; i++)
        {
            uint length = position + LengthBytes <= end ? Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, (nint)position)) : uint.MaxValue;
            position += LengthBytes + (long)length;
            if (position > end)
                Overrun(i);
        }

        return (int)position;
    }

    /// <summary>Makes views of strings that lie one behind the other.</summary>
    /// <returns>The bytes of all strings.</returns>
    /// <exception cref="ParquetException">A length is negative or reaches beyond the source.</exception>
    public static int FromLengths(ReadOnlySpan<byte> source, ReadOnlySpan<int> lengths, Span<StringView> target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, lengths.Length);
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(source));
        long position = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            uint length = (uint)lengths[i];
            if (position + length > source.Length)
                Overrun(i);
            target[i] = StringView.CreatePadded(start + position, (int)length);
            position += length;
        }

        return (int)position;
    }

    /// <summary>Makes views of strings of one length that lie one behind the other, as FIXED_LEN_BYTE_ARRAY has them.</summary>
    /// <exception cref="ParquetException">The strings reach beyond the source.</exception>
    public static void FromFixed(ReadOnlySpan<byte> source, int length, Span<StringView> target)
    {
        if ((long)length * target.Length > source.Length)
            Overrun(source.Length / length);
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(source));
        for (int i = 0; i < target.Length; i++)
            target[i] = StringView.CreatePadded(start + ((long)i * length), length);
    }

    /// <summary>Makes the view of one string in a buffer; 12 bytes from its start on must be readable.</summary>
    internal static StringView Make(Span<byte> buffer, int position, int length)
    {
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
        return StringView.CreatePadded(start + position, length);
    }

    private static void Overrun(int index) => ParquetException.ThrowCorrupted($"byte array {index} reaches beyond its page");
}
