namespace SqlCluster.Flight.Http2;

/// <summary>HPACK's Huffman code (RFC 7541, appendix B). It is canonical: codes of one length are consecutive in the order of their symbols, so lengths say all.</summary>
internal static class HuffmanCode
{
    private const int LongestCode = 30;
    private const int EndOfString = 256;

    private static readonly int[] FirstCode = new int[LongestCode + 1];      // of each length
    private static readonly int[] FirstIndex = new int[LongestCode + 2];     // of each length, into Symbols
    private static readonly short[] Symbols = new short[257];                // by length, then value

    static HuffmanCode()
    {
        int index = 0, code = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            FirstIndex[length] = index;
            FirstCode[length] = code;
            for (int symbol = 0; symbol < Lengths.Length; symbol++)
            {
                if (Lengths[symbol] == length)
                {
                    Symbols[index++] = (short)symbol;
                    code++;
                }
            }

            code <<= 1;
        }

        FirstIndex[LongestCode + 1] = index;
    }

    /// <summary>Bits of each symbol's code; symbol 256 is the end of a string, which never appears in one.</summary>
    internal static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>Decodes a string.</summary>
    /// <exception cref="Http2ProtocolException">The end-of-string symbol inside, or padding other than up to seven one bits.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded)
    {
        var decoded = new List<byte>(encoded.Length * 2);
        int code = 0, length = 0;
        foreach (byte octet in encoded)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | ((octet >> bit) & 1);
                length++;
                int offset = code - FirstCode[length];
                if (offset >= 0 && offset < FirstIndex[length + 1] - FirstIndex[length])
                {
                    short symbol = Symbols[FirstIndex[length] + offset];
                    if (symbol == EndOfString)
                    {
                        throw Http2Errors.BadHeaderBlock("end-of-string symbol in a Huffman-coded string");
                    }

                    decoded.Add((byte)symbol);
                    code = 0;
                    length = 0;
                }
            }
        }

        bool padded = length < 8 && code == (1 << length) - 1;
        return padded ? [.. decoded] : throw Http2Errors.BadHeaderBlock("bad padding of a Huffman-coded string");
    }
}
