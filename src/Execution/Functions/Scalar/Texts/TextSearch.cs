using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Finds a part in a text of any length, and hears cancellations.</summary>
/// <remarks>The framework's search is fast and takes no cancellation: it gets the text window by window. Where text and part repeat themselves it compares nearly all of the part at each place, so
/// parts of many kilobytes are found by a rolling hash instead (Karp and Rabin, "Efficient randomized pattern-matching algorithms", 1987), in time linear in the text.</remarks>
internal static class TextSearch
{
    private const int LongestCompared = 4 << 10;
    private const ulong Base = 0x1F3D5B79;

    /// <summary>Where the part begins, or -1. An empty part begins at 0.</summary>
    public static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, ref Pulse pulse)
    {
        if (part.Length > LongestCompared)
        {
            return FindLong(text, part, ref pulse);
        }

        for (int start = 0; start <= text.Length - part.Length; start += Pulse.StretchBytes)
        {
            ReadOnlySpan<byte> window = text.Slice(start, Math.Min(text.Length - start, Pulse.StretchBytes + part.Length - 1));
            int found = window.IndexOf(part);
            if (found >= 0)
            {
                pulse.Spend(found + part.Length);
                return start + found;
            }

            pulse.Spend(window.Length);
        }

        return -1;
    }

    /// <summary>Occurrences of a part, which is not empty; they do not overlap.</summary>
    public static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, ref Pulse pulse)
    {
        int count = 0;
        for (int at; (at = Find(text, part, ref pulse)) >= 0; text = text[(at + part.Length)..])
        {
            count++;
        }

        return count;
    }

    private static int FindLong(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, ref Pulse pulse)
    {
        if (part.Length > text.Length)
        {
            return -1;
        }

        // Hashes modulo 2^64; the byte that leaves the window was multiplied once for each byte behind it.
        ulong wanted = 0, hash = 0, leaving = 1;
        for (int i = 0; i < part.Length; i++)
        {
            wanted = (wanted * Base) + part[i] + 1;
            hash = (hash * Base) + text[i] + 1;
            leaving = i == 0 ? 1 : leaving * Base;
            pulse.Spend(1);
        }

        for (int end = part.Length; ; end++)
        {
            if (hash == wanted)
            {
                pulse.Spend(part.Length);
                if (text.Slice(end - part.Length, part.Length).SequenceEqual(part))
                {
                    return end - part.Length;
                }
            }

            if (end == text.Length)
            {
                return -1;
            }

            hash = ((hash - ((text[end - part.Length] + 1UL) * leaving)) * Base) + text[end] + 1;
            pulse.Spend(1);
        }
    }
}
