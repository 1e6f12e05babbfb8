using System.Numerics;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Counts and finds characters (code points) in UTF-8 bytes.</summary>
internal static class Utf8Text
{
    /// <summary>Characters of the text.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int continuation = 0, i = 0;
        for (; i + Vector<byte>.Count <= text.Length && i + Vector<byte>.Count <= 128 * Vector<byte>.Count; i += Vector<byte>.Count)
        {
            // Continuation bytes are 10xxxxxx: as signed, below -64.
            Vector<sbyte> bytes = Vector.AsVectorSByte(new Vector<byte>(text[i..]));
            continuation += -Vector.Sum(Vector.WidenLower(Vector.LessThan(bytes, new Vector<sbyte>(-64)))) - Vector.Sum(Vector.WidenUpper(Vector.LessThan(bytes, new Vector<sbyte>(-64))));
        }

        for (; i < text.Length; i++)
        {
            continuation += (text[i] & 0xC0) == 0x80 ? 1 : 0;
        }

        return text.Length - continuation;
    }

    public static bool IsAscii(ReadOnlySpan<byte> text) => System.Text.Ascii.IsValid(text);

    /// <summary>Byte where character number <paramref name="characters"/> (from 0) begins; the length when there are fewer.</summary>
    public static int Offset(ReadOnlySpan<byte> text, int characters)
    {
        if (characters <= 0)
        {
            return 0;
        }

        if (text.Length <= characters)
        {
            return text.Length;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if ((text[i] & 0xC0) != 0x80 && characters-- == 0)
            {
                return i;
            }
        }

        return text.Length;
    }
}
