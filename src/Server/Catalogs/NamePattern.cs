namespace SqlCluster.Server.Catalogs;

/// <summary>A pattern that names in lists are filtered with: % is any text, _ any character, \ takes the next one as it is.</summary>
/// <remarks>Matching takes time in proportion to pattern times name, whatever the pattern: it comes from clients.</remarks>
internal sealed class NamePattern
{
    private readonly (char Character, bool IsWild)[] _parts;

    /// <param name="pattern">The pattern; a \ at its end stands for itself.</param>
    public NamePattern(string pattern)
    {
        var parts = new List<(char, bool)>(pattern.Length);
        for (int i = 0; i < pattern.Length; i++)
        {
            bool isEscaped = pattern[i] == '\\' && i + 1 < pattern.Length;
            i += isEscaped ? 1 : 0;
            parts.Add((pattern[i], !isEscaped && pattern[i] is '%' or '_'));
        }

        _parts = [.. parts];
    }

    /// <summary>Whether a name matches; every name matches an absent pattern.</summary>
    public static bool Matches(NamePattern? pattern, string name) => pattern?.Matches(name) ?? true;

    public bool Matches(string name)
    {
        // On a mismatch the last % takes one character more: earlier ones need no second try.
        int part = 0, at = 0, retryPart = -1, retryAt = 0;
        while (at < name.Length)
        {
            if (part < _parts.Length && _parts[part] is ('%', true))
            {
                (retryPart, retryAt) = (++part, at);
            }
            else if (part < _parts.Length && (_parts[part].IsWild || _parts[part].Character == name[at]))
            {
                part++;
                at++;
            }
            else if (retryPart >= 0)
            {
                (part, at) = (retryPart, ++retryAt);
            }
            else
            {
                return false;
            }
        }

        while (part < _parts.Length && _parts[part] is ('%', true))
        {
            part++;
        }

        return part == _parts.Length;
    }
}
