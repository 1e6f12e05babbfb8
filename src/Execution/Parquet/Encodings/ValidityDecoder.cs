using System.Buffers.Binary;
using System.Numerics;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Decodes one-bit run-length data straight into a bitmap: definition levels of flat columns, and RLE booleans.</summary>
/// <remarks>A bit-packed run of one-bit values already is a bitmap, so it is copied, shifted where a run of odd length came before it.</remarks>
internal static class ValidityDecoder
{
    /// <summary>Fills the first <paramref name="count"/> bits of the target, clears the rest of it, and returns how many bits are set.</summary>
    /// <param name="source">Run-length data of bit width 1, followed by 64 readable bytes.</param>
    /// <param name="count">Bits to decode.</param>
    /// <param name="target">At least ceil(count / 8) + 8 bytes.</param>
    /// <exception cref="ParquetException">The source ends early.</exception>
    public static int Decode(ReadOnlySpan<byte> source, int count, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, ((count + 7) >> 3) + sizeof(ulong));
        target.Clear();
        ReadOnlySpan<byte> rest = source;
        int done = 0;
        while (done < count)
        {
            uint header = Varint.Read32(ref rest);
            uint length = header >> 1;
            if ((header & 1) != 0)
            {
                int bits = (int)Math.Min((ulong)length * 8, (ulong)(count - done));
                if ((bits + 7) >> 3 > rest.Length)
                    RleBitPacked.Truncated();
                Append(target, done, rest, bits);
                rest = rest[(int)Math.Min(length, (uint)rest.Length)..];
                done += bits;
            }
            else
            {
                int bits = (int)Math.Min(length, (uint)(count - done));
                if (RleBitPacked.RunValue(ref rest, valueBytes: 1, bitWidth: 1) != 0)
                    Set(target, done, bits);
                done += bits;
            }

            if (length == 0 && rest.IsEmpty)
                RleBitPacked.Truncated();
        }

        return CountSet(target, count);
    }

    /// <summary>Counts the set bits among the first <paramref name="count"/>.</summary>
    public static int CountSet(ReadOnlySpan<byte> bitmap, int count)
    {
        int set = 0, position = 0;
        for (; count >= 64; count -= 64, position += 8)
            set += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(bitmap[position..]));
        for (; count > 0; count -= 8, position++)
            set += BitOperations.PopCount((uint)(bitmap[position] & (count >= 8 ? 0xFF : (1 << count) - 1)));
        return set;
    }

    /// <summary>Copies bits to a bit position of a bitmap that is clear from there on.</summary>
    public static void Append(Span<byte> target, int position, ReadOnlySpan<byte> source, int count)
    {
        Span<byte> at = target[(position >> 3)..];
        int shift = position & 7;
        if (shift == 0)
        {
            source[..(count >> 3)].CopyTo(at);
            if ((count & 7) != 0)
                at[count >> 3] = (byte)(source[count >> 3] & ((1 << (count & 7)) - 1));
            return;
        }

        int sourceByte = 0;
        for (; count >= 56 && source.Length - sourceByte >= 8; count -= 56, sourceByte += 7)
        {
            ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(source[sourceByte..]) & 0x00FF_FFFF_FFFF_FFFF;
            Or(at[sourceByte..], bits << shift);
        }

        for (; count > 0; count -= 8, sourceByte++)
        {
            uint bits = (uint)(source[sourceByte] & (count >= 8 ? 0xFF : (1 << count) - 1)) << shift;
            at[sourceByte] |= (byte)bits;
            if (bits > byte.MaxValue)
                at[sourceByte + 1] |= (byte)(bits >> 8);
        }
    }

    private static void Or(Span<byte> target, ulong bits) =>
        BinaryPrimitives.WriteUInt64LittleEndian(target, BinaryPrimitives.ReadUInt64LittleEndian(target) | bits);

    /// <summary>Sets a range of bits.</summary>
    public static void Set(Span<byte> target, int position, int count)
    {
        if (count == 0)
            return;
        int first = position >> 3, last = (position + count - 1) >> 3;
        byte head = (byte)(0xFF << (position & 7)), tail = (byte)(0xFF >> (7 - ((position + count - 1) & 7)));
        if (first == last)
        {
            target[first] |= (byte)(head & tail);
            return;
        }

        target[first] |= head;
        target[(first + 1)..last].Fill(0xFF);
        target[last] |= tail;
    }
}
