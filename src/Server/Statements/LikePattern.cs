namespace SqlCluster.Server.Statements;

/// <summary>LIKE over names in lists, where no vectors are involved.</summary>
internal static class LikePattern
{
    public static bool Matches(string pattern, string text) => Matches(pattern.AsSpan(), text.AsSpan());

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '%':
                    for (int start = 0; start <= text.Length - i; start++)
                    {
                        if (Matches(pattern[(i + 1)..], text[(i + start)..]))
                        {
                            return true;
                        }
                    }

                    return false;
                case '\\' when i + 1 < pattern.Length:
                    pattern = string.Concat(pattern[..i], pattern[(i + 1)..]);
                    goto default;
                default:
                    if (i >= text.Length || (pattern[i] != '_' && pattern[i] != text[i]))
                    {
                        return false;
                    }

                    break;
            }
        }

        return pattern.Length == text.Length;
    }
}
