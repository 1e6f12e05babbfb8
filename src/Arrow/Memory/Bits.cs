using System.Numerics;
using System.Runtime.CompilerServices;

namespace SqlCluster.Arrow.Memory;

/// <summary>Bitmaps as Arrow keeps them: bit i is bit (i mod 8) of byte i / 8, least significant first.</summary>
public static class Bits
{
    /// <summary>Bytes of a bitmap of <paramref name="bits"/> bits.</summary>
    public static int ByteCount(int bits) => (bits + 7) >> 3;

    /// <summary>64-bit words of a bitmap of <paramref name="bits"/> bits; bitmaps in buffers may be read and written in whole words.</summary>
    public static int WordCount(int bits) => (bits + 63) >> 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Get(ReadOnlySpan<byte> bitmap, int index) => (bitmap[index >> 3] >> (index & 7) & 1) != 0;

    public static void Set(Span<byte> bitmap, int index) => bitmap[index >> 3] |= (byte)(1 << (index & 7));

    public static void Clear(Span<byte> bitmap, int index) => bitmap[index >> 3] &= (byte)~(1 << (index & 7));

    /// <summary>Set bits among the first <paramref name="length"/>.</summary>
    public static int CountSet(ReadOnlySpan<byte> bitmap, int length)
    {
        int count = 0, index = 0;
        for (; index + 64 <= length; index += 64)
        {
            count += BitOperations.PopCount(BitConverter.ToUInt64(bitmap[(index >> 3)..]));
        }

        for (; index < length; index++)
        {
            count += Get(bitmap, index) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Copies <paramref name="length"/> bits from bit <paramref name="sourceOffset"/> on to bit 0 of <paramref name="destination"/>; unused bits of its last byte are cleared.</summary>
    public static void CopyFrom(ReadOnlySpan<byte> source, int sourceOffset, Span<byte> destination, int length)
    {
        int shift = sourceOffset & 7, first = sourceOffset >> 3, bytes = ByteCount(length);
        if (shift == 0)
        {
            source.Slice(first, bytes).CopyTo(destination);
        }
        else
        {
            for (int i = 0; i < bytes; i++)
            {
                int low = source[first + i] >> shift;
                int high = first + i + 1 < source.Length ? source[first + i + 1] << (8 - shift) : 0;
                destination[i] = (byte)(low | high);
            }
        }

        if ((length & 7) != 0)
        {
            destination[bytes - 1] &= (byte)((1 << (length & 7)) - 1);
        }
    }

    /// <summary>Sets the first <paramref name="length"/> bits, clears the rest of the last byte.</summary>
    public static void Fill(Span<byte> bitmap, int length)
    {
        int bytes = ByteCount(length);
        bitmap[..bytes].Fill(0xFF);
        if ((length & 7) != 0)
        {
            bitmap[bytes - 1] = (byte)((1 << (length & 7)) - 1);
        }
    }
}
