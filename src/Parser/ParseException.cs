using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Parser;

/// <summary>Reports text that is not SQL, or SQL beyond the parser's limits. Raised through <see cref="ParserErrors"/> only.</summary>
public sealed class ParseException : QueryException
{
    internal ParseException(string sqlState, string message, string text, TextSpan span, IReadOnlyList<string> expected)
        : base(sqlState, ErrorKind.User, message, span.CharacterPosition(text))
    {
        Span = span;
        OffendingText = text.Substring(span.Start, span.Length);
        Expected = expected;
        (Line, Column) = span.LineAndColumn(text);
        string found = span.Length == 0 ? "the end of the text" : $"\"{Shorten(OffendingText)}\"";
        Detail = $"line {Line}, column {Column}: found {found}" + (expected.Count == 0 ? "" : $", expected {Enumerate(expected)}");
    }

    /// <summary>Is where the offending token stands.</summary>
    public TextSpan Span { get; }

    public int Line { get; }

    public int Column { get; }

    /// <summary>Is the token at which reading stopped; empty at the end of the text.</summary>
    public string OffendingText { get; }

    /// <summary>Lists what could stand there instead: keywords in upper case, punctuation, and kinds such as "expression" or "identifier".</summary>
    public IReadOnlyList<string> Expected { get; }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static string Enumerate(IReadOnlyList<string> items)
    {
        const int shown = 12;
        if (items.Count == 1)
            return items[0];
        return items.Count <= shown
            ? $"{string.Join(", ", items.Take(items.Count - 1))} or {items[^1]}"
            : $"{string.Join(", ", items.Take(shown))} or {items.Count - shown} others";
    }
}
