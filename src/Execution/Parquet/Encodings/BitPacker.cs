using System.Buffers.Binary;
using System.Numerics;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Packs integers into a given number of bits each, least significant bit first.</summary>
internal static class BitPacker
{
    /// <summary>Fills <paramref name="target"/> with packed values and zeros behind them. Values must fit in <paramref name="bitWidth"/> bits (0 to 64).</summary>
    public static void Pack<T>(ReadOnlySpan<T> values, int bitWidth, Span<byte> target)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong pending = 0;
        int bits = 0, position = 0;
        foreach (T value in values)
        {
            ulong wide = ulong.CreateTruncating(value);
            pending |= wide << bits;
            bits += bitWidth;
            if (bits >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target[position..], pending);
                position += 8;
                bits -= 64;
                pending = bits == 0 ? 0 : wide >> (bitWidth - bits);               // the bits that found no room
            }
        }

        for (; bits > 0; bits -= 8)
        {
            target[position++] = (byte)pending;
            pending >>= 8;
        }

        target[position..].Clear();
    }
}
