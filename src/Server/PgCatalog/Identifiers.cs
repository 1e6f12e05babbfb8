using System.Collections.Frozen;
using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Writes and reads names as SQL does.</summary>
internal static class Identifiers
{
    private static readonly FrozenSet<string> Reserved =
        Keywords.All.Where(static keyword => keyword.Class != KeywordClass.Unreserved).Select(static keyword => keyword.Word).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A name as it must be written: quoted if it would otherwise be read differently.</summary>
    public static string Quote(string name)
    {
        bool isPlain = name.Length > 0 && (char.IsAsciiLetterLower(name[0]) || name[0] == '_') && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '$');
        return isPlain && !Reserved.Contains(name) ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    public static string Quote(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";

    /// <summary>The parts of a dotted name: folded to lower case unless quoted.</summary>
    /// <exception cref="QueryException">42602: not a name.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var parts = new List<string>();
        int position = 0;
        while (true)
        {
            Skip(text, ref position);
            parts.Add(ParsePart(text, ref position));
            Skip(text, ref position);
            if (position == text.Length)
            {
                return parts;
            }

            if (text[position++] != '.')
            {
                throw Invalid(text);
            }
        }
    }

    private static void Skip(string text, ref int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }
    }

    private static string ParsePart(string text, ref int position)
    {
        int start = position;
        if (position < text.Length && text[position] == '"')
        {
            for (position++; position < text.Length; position++)
            {
                if (text[position] == '"' && !(position + 1 < text.Length && text[position + 1] == '"' && position++ > 0))
                {
                    position++;
                    return text[(start + 1)..(position - 1)].Replace("\"\"", "\"", StringComparison.Ordinal);
                }
            }

            throw Invalid(text);
        }

        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] is '_' or '$'))
        {
            position++;
        }

        return position > start ? text[start..position].ToLowerInvariant() : throw Invalid(text);
    }

    private static QueryException Invalid(string text) => new("42602", ErrorKind.User, $"invalid name syntax: \"{text}\"");
}
