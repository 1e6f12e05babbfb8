using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Compresses to Snappy's raw block format (google/snappy, format_description.txt).</summary>
/// <remarks>
/// Greedy: a hash of the next four bytes finds the last place where they stood within the same 64 KB; where nothing matches, steps grow, so
/// incompressible input costs little. Writes up to <see cref="SlackBytes"/> beyond what it returns, never beyond <see cref="MaxLength"/>.
/// </remarks>
internal static class SnappyEncoder
{
    private const int BlockBytes = 1 << 16;
    private const int TableBits = 14;
    private const int TailBytes = 15;                                           // the last bytes of a block are never looked up
    private const int SlackBytes = 32;

    [ThreadStatic]
    private static ushort[]? s_table;

    /// <summary>Gets the room that <see cref="Compress"/> needs for an input of a given length.</summary>
    public static int MaxLength(int inputLength) => checked(SlackBytes + 32 + inputLength + (inputLength / 6));

    /// <summary>Compresses and returns the length of the result.</summary>
    /// <param name="input">Any bytes.</param>
    /// <param name="output">At least <see cref="MaxLength"/> bytes.</param>
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (output.Length < MaxLength(input.Length))
            throw new ArgumentException("output is too short", nameof(output));
        ushort[] table = s_table ??= new ushort[1 << TableBits];
        ref byte start = ref MemoryMarshal.GetReference(output);
        ref byte target = ref start;
        uint length = (uint)input.Length;
        for (; length >= 0x80; length >>= 7)
            target = ref Put(ref target, (byte)(length | 0x80));
        target = ref Put(ref target, (byte)length);

        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> block = input[..Math.Min(input.Length, BlockBytes)];
            target = ref CompressBlock(block, table, ref target);
            input = input[block.Length..];
        }

        int written = (int)Unsafe.ByteOffset(ref start, ref target);
        Debug.Assert(written <= output.Length - SlackBytes, "the bound holds");
        return written;
    }

    private static ref byte CompressBlock(ReadOnlySpan<byte> block, ushort[] table, ref byte target)
    {
        ref byte source = ref MemoryMarshal.GetReference(block);
        int length = block.Length, emitted = 0;
        if (length > TailBytes)
        {
            int tableBits = Math.Clamp(BitOperations.Log2((uint)length) + 1, 8, TableBits);
            Array.Clear(table, 0, 1 << tableBits);
            int shift = 32 - tableBits, limit = length - TailBytes, position = 1;
            ref ushort slots = ref MemoryMarshal.GetArrayDataReference(table);
            uint nextHash = Hash(Load32(ref source, 1), shift);
            while (true)
            {
                // Look for four bytes that stood before; take longer steps the longer that fails.
                int candidate, next = position, misses = 32;
                do
                {
                    position = next;
                    uint hash = nextHash;
                    next = position + (misses++ >> 5);
                    if (next > limit)
                        return ref EmitLiteral(ref source, emitted, length, length, ref target);
                    nextHash = Hash(Load32(ref source, next), shift);
                    ref ushort slot = ref Unsafe.Add(ref slots, hash);
                    candidate = slot;
                    slot = (ushort)position;
                }
                while (Load32(ref source, position) != Load32(ref source, candidate));

                target = ref EmitLiteral(ref source, emitted, position, length, ref target);
                uint following;
                do
                {
                    int matched = 4 + MatchLength(ref source, candidate + 4, position + 4, length);
                    target = ref EmitCopy(position - candidate, matched, ref target);
                    position += matched;
                    emitted = position;
                    if (position >= limit)
                        return ref EmitLiteral(ref source, emitted, length, length, ref target);
                    Unsafe.Add(ref slots, Hash(Load32(ref source, position - 1), shift)) = (ushort)(position - 1);
                    following = Load32(ref source, position);
                    ref ushort slot = ref Unsafe.Add(ref slots, Hash(following, shift));
                    candidate = slot;
                    slot = (ushort)position;
                }
                while (following == Load32(ref source, candidate));
                position++;
                nextHash = Hash(Load32(ref source, position), shift);
            }
        }

        return ref EmitLiteral(ref source, emitted, length, length, ref target);
    }

    /// <summary>Emits source[from .. to). May read up to 16 bytes from there when the block has them.</summary>
    private static ref byte EmitLiteral(ref byte source, int from, int to, int blockLength, ref byte target)
    {
        int length = to - from;
        if (length == 0)
            return ref target;
        ref byte bytes = ref Unsafe.Add(ref source, from);
        int coded = length - 1;
        if (coded < 60)
        {
            target = ref Put(ref target, (byte)(coded << 2));
            if (length <= 16 && from + 16 <= blockLength)
            {
                Unsafe.WriteUnaligned(ref target, Unsafe.ReadUnaligned<UInt128>(ref bytes));
                return ref Unsafe.Add(ref target, length);
            }
        }
        else if (coded < 1 << 8)
        {
            target = ref Put(ref target, 60 << 2);
            target = ref Put(ref target, (byte)coded);
        }
        else
        {
            target = ref Put(ref target, 61 << 2);
            Unsafe.WriteUnaligned(ref target, (ushort)coded);
            target = ref Unsafe.Add(ref target, 2);
        }

        Unsafe.CopyBlockUnaligned(ref target, ref bytes, (uint)length);
        return ref Unsafe.Add(ref target, length);
    }

    private static ref byte EmitCopy(int offset, int length, ref byte target)
    {
        while (length >= 68)
        {
            target = ref PutCopy(offset, 64, ref target);
            length -= 64;
        }

        if (length > 64)
        {
            target = ref PutCopy(offset, 60, ref target);
            length -= 60;
        }

        if (length >= 12 || offset >= 2048)
            return ref PutCopy(offset, length, ref target);
        Unsafe.WriteUnaligned(ref target, (ushort)(1 | ((length - 4) << 2) | (offset >> 8 << 5) | ((offset & 255) << 8)));
        return ref Unsafe.Add(ref target, 2);
    }

    private static ref byte PutCopy(int offset, int length, ref byte target)
    {
        Unsafe.WriteUnaligned(ref target, (uint)(2 | ((length - 1) << 2) | (offset << 8)));
        return ref Unsafe.Add(ref target, 3);
    }

    private static int MatchLength(ref byte source, int left, int right, int end)
    {
        int start = right;
        while (right + 8 <= end)
        {
            ulong difference = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, left)) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, right));
            if (difference != 0)
                return right - start + (BitOperations.TrailingZeroCount(difference) >> 3);
            left += 8;
            right += 8;
        }

        while (right < end && Unsafe.Add(ref source, left) == Unsafe.Add(ref source, right))
        {
            left++;
            right++;
        }

        return right - start;
    }

    private static uint Load32(ref byte source, int position) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, position));

    private static uint Hash(uint value, int shift) => (value * 0x9E3779B1u) >> shift;

    private static ref byte Put(ref byte target, byte value)
    {
        target = value;
        return ref Unsafe.Add(ref target, 1);
    }
}
