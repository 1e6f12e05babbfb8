namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Cuts long bounds of texts and bytes so that they still bound (parquet.thrift, Statistics).</summary>
internal static class BoundTruncation
{
    /// <summary>Cuts a minimum: a prefix is never greater.</summary>
    public static ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> min, int limit, bool isText) =>
        min.Length <= limit ? min : min[..(isText ? CharacterStart(min, limit) : limit)];

    /// <summary>Cuts a maximum and increments what is left, so that it stays greater. Returns it whole where that is not possible.</summary>
    public static ReadOnlySpan<byte> Upper(ReadOnlySpan<byte> max, int limit, bool isText)
    {
        if (max.Length <= limit)
            return max;
        byte[] cut = max[..(isText ? CharacterStart(max, limit) : limit)].ToArray();
        for (int i = cut.Length - 1; i >= 0; i--)
        {
            // In text only an ASCII character is incremented: the result stays valid UTF-8.
            if (cut[i] < (isText ? 0x7F : 0xFF))
            {
                cut[i]++;
                return cut.AsSpan(0, i + 1);
            }
        }

        return max;
    }

    private static int CharacterStart(ReadOnlySpan<byte> text, int position)
    {
        while (position > 0 && (text[position] & 0xC0) == 0x80)
            position--;
        return position;
    }
}
