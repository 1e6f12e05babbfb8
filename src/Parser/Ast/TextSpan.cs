namespace SqlCluster.Parser.Ast;

/// <summary>Names a stretch of the statement's text: offset of its first character and its length, in UTF-16 units.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>Stands for a node that was not read from text.</summary>
    public static TextSpan None => new(-1, 0);

    public int End => Start + Length;

    public bool IsKnown => Start >= 0;

    /// <summary>Covers everything from the first span's start to the second span's end.</summary>
    public static TextSpan Covering(TextSpan first, TextSpan last) =>
        !first.IsKnown ? last : !last.IsKnown ? first : new(first.Start, Math.Max(first.End, last.End) - first.Start);

    /// <summary>Tells the 1-based line and column of the span's start within the text it was read from.</summary>
    public (int Line, int Column) LineAndColumn(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> before = text[..Math.Clamp(Start, 0, text.Length)];
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    /// <summary>Tells the position PostgreSQL's protocol reports: characters (code points), counted from 1.</summary>
    public int CharacterPosition(ReadOnlySpan<char> text)
    {
        int position = 1;
        foreach (char unit in text[..Math.Clamp(Start, 0, text.Length)])
            position += char.IsLowSurrogate(unit) ? 0 : 1;
        return position;
    }
}
