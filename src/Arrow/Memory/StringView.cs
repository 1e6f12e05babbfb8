using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Memory;

/// <summary>One text or bytes value in 16 bytes: up to 12 bytes inline, longer ones as a 4-byte prefix and an address.</summary>
/// <remarks><code>
/// | length int32 | 12 bytes, zero-filled                  |   length &lt;= 12
/// | length int32 | prefix 4 bytes | address 8 bytes       |   length > 12
/// </code>
/// Arrow's Utf8View with an address in place of (buffer, offset), so that gathers copy views without re-indexing. Unused inline bytes are zero,
/// therefore two short views are equal exactly when their 16 bytes are. Whoever holds views also holds the buffers they point into.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public readonly unsafe struct StringView
{
    /// <summary>Longest value kept inside the view.</summary>
    public const int InlineBytes = 12;

    [FieldOffset(0)]
    private readonly int _length;
    [FieldOffset(4)]
    private readonly uint _prefix;
    [FieldOffset(8)]
    private readonly ulong _tail;

    private StringView(int length, uint prefix, ulong tail)
    {
        _length = length;
        _prefix = prefix;
        _tail = tail;
    }

    /// <summary>Bytes of the value.</summary>
    public int Length => _length;

    /// <summary>Length and first four bytes (little endian): unequal heads mean unequal values.</summary>
    public ulong Head
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)_length | ((ulong)_prefix << 32);
    }

    /// <summary>The first four bytes as a big-endian number, zero-filled: orders as the bytes do, ties undecided.</summary>
    public uint OrderedPrefix => BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(_prefix) : _prefix;

    /// <summary>The last eight bytes: inline data or the address.</summary>
    public ulong Tail => _tail;

    /// <summary>Makes a view of <paramref name="length"/> bytes at <paramref name="address"/>, which must stay valid for long values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StringView Create(byte* address, int length)
    {
        if (length > InlineBytes)
        {
            return new StringView(length, Unsafe.ReadUnaligned<uint>(address), (ulong)address);
        }

        uint prefix = 0;
        ulong tail = 0;
        Unsafe.CopyBlockUnaligned(&prefix, address, (uint)Math.Min(length, 4));
        if (length > 4)
        {
            Unsafe.CopyBlockUnaligned(&tail, address + 4, (uint)(length - 4));
        }

        return new StringView(length, prefix, tail);
    }

    /// <summary>As <see cref="Create"/> for short and long values alike, when 12 bytes from <paramref name="address"/> on may be read whatever the length: no branches on it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StringView CreatePadded(byte* address, int length)
    {
        uint prefix = Unsafe.ReadUnaligned<uint>(address);
        if (length > InlineBytes)
        {
            return new StringView(length, prefix, (ulong)address);
        }

        ulong tail = Unsafe.ReadUnaligned<ulong>(address + 4);
        int tailBytes = Math.Max(length - 4, 0), prefixBytes = Math.Min(length, 4);
        prefix = (uint)(prefix & ((1UL << (prefixBytes * 8)) - 1));
        tail = tailBytes == 8 ? tail : tail & ((1UL << (tailBytes * 8)) - 1);
        return new StringView(length, prefix, tail);
    }

    /// <summary>The bytes of the view at <paramref name="view"/>; valid as long as that variable and the buffer behind a long value are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Bytes(in StringView view)
    {
        int length = view._length;
        Debug.Assert(length >= 0, "negative view length");
        return length <= InlineBytes
            ? new ReadOnlySpan<byte>((byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in view)) + 4, length)
            : new ReadOnlySpan<byte>((byte*)view._tail, length);
    }

    /// <summary>Byte equality.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Equal(in StringView left, in StringView right)
    {
        if (left.Head != right.Head)
        {
            return false;
        }

        return left._tail == right._tail || (left._length > InlineBytes && Bytes(left).SequenceEqual(Bytes(right)));
    }

    /// <summary>Byte order, as PostgreSQL's "C" collation.</summary>
    public static int Compare(in StringView left, in StringView right)
    {
        uint leftPrefix = left.OrderedPrefix, rightPrefix = right.OrderedPrefix;
        return leftPrefix != rightPrefix ? (leftPrefix < rightPrefix ? -1 : 1) : Bytes(left).SequenceCompareTo(Bytes(right));
    }
}
