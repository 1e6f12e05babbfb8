namespace SqlCluster.Parser.Building;

/// <summary>Gives equal names and operators one string, most of the time: a long statement says the same few again and again.</summary>
/// <remarks>A table of fixed size without locks: a lost or overwritten entry costs a copy. Safe for use by many threads.</remarks>
internal static class SharedWords
{
    private const int Longest = 32;

    /// <summary>A power of two.</summary>
    private const int Entries = 512;

    private static readonly string?[] Words = new string?[Entries];

    public static string Of(ReadOnlySpan<char> word)
    {
        if (word.Length > Longest)
            return word.ToString();
        ref string? entry = ref Words[string.GetHashCode(word) & (Entries - 1)];
        string? known = entry;
        if (known is null || !word.SequenceEqual(known))
            entry = known = word.ToString();
        return known;
    }
}
