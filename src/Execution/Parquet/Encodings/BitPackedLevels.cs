namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Decodes the deprecated BIT_PACKED encoding of levels, packed from the most significant bit on.</summary>
internal static class BitPackedLevels
{
    /// <summary>Fills the target and returns how many bytes the levels took.</summary>
    /// <param name="source">The packed levels; nothing after its end is read.</param>
    /// <param name="bitWidth">0 to 8.</param>
    /// <param name="target">One byte per level.</param>
    /// <exception cref="ParquetException">The source ends early.</exception>
    public static int Decode(ReadOnlySpan<byte> source, int bitWidth, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bitWidth, 8u);
        long bytes = RleBitPacked.PackedBytes(target.Length, bitWidth);
        if (bytes > source.Length)
            RleBitPacked.Truncated();
        int mask = (1 << bitWidth) - 1;
        long bit = 0;
        for (int i = 0; i < target.Length; i++, bit += bitWidth)
        {
            int position = (int)(bit >> 3);
            int word = bitWidth == 0 ? 0 : source[position] << 8;
            if ((bit & 7) + bitWidth > 8)
                word |= source[position + 1];
            target[i] = (byte)((word >> (16 - bitWidth - (int)(bit & 7))) & mask);
        }

        return (int)bytes;
    }
}
