namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Tries a LIKE pattern on single texts, for estimates; rows are matched by kernels.</summary>
/// <remarks>On a mismatch the last % takes one character more: time in proportion to pattern times text.</remarks>
internal sealed class LikeMatcher
{
    private readonly List<(char Character, bool IsWild)> _parts = [];
    private readonly bool _ignoresCase;

    public LikeMatcher(string pattern, char? escape, bool ignoresCase)
    {
        _ignoresCase = ignoresCase;
        for (int i = 0; i < pattern.Length; i++)
        {
            bool isEscaped = pattern[i] == escape && i + 1 < pattern.Length;
            i += isEscaped ? 1 : 0;
            _parts.Add((Folded(pattern[i]), !isEscaped && pattern[i] is '%' or '_'));
        }
    }

    /// <summary>The text that every match begins with.</summary>
    public string Prefix => string.Concat(_parts.TakeWhile(static part => !part.IsWild).Select(static part => part.Character));

    /// <summary>Whether a match is the prefix followed by anything.</summary>
    public bool IsPrefixOnly => _parts.Count > 0 && _parts[^1] is ('%', true) && _parts.SkipLast(1).All(static part => !part.IsWild);

    public bool Matches(string text)
    {
        int part = 0, at = 0, retryPart = -1, retryAt = 0;
        while (at < text.Length)
        {
            if (part < _parts.Count && _parts[part] is ('%', true))
            {
                (retryPart, retryAt) = (++part, at);
            }
            else if (part < _parts.Count && (_parts[part].IsWild || _parts[part].Character == Folded(text[at])))
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

        return _parts.Skip(part).All(static rest => rest is ('%', true));
    }

    private char Folded(char character) => _ignoresCase ? char.ToLowerInvariant(character) : character;
}
