using SqlCluster.Parser.Tokens;

namespace SqlCluster.SqlCli.Repl;

/// <summary>How text is shown.</summary>
internal enum TextStyle : byte
{
    Plain,
    Keyword,
    Function,
    String,
    Number,
    Comment,
    Command,
    Invalid,
}

/// <summary>Gives each character of an input its style.</summary>
internal static class Highlighter
{
    /// <param name="text">SQL, finished or not, or a backslash command.</param>
    /// <param name="isFunction">Whether there is a function of a name.</param>
    public static TextStyle[] Highlight(string text, Func<string, bool> isFunction)
    {
        var styles = new TextStyle[text.Length];
        if (text.StartsWith('\\'))
        {
            int end = text.IndexOfAny([' ', '\n']);
            styles.AsSpan(0, end < 0 ? text.Length : end).Fill(TextStyle.Command);
            return styles;
        }

        IReadOnlyList<SqlTextToken> tokens = SqlTokenizer.Tokenize(text);
        for (int i = 0; i < tokens.Count; i++)
        {
            (SqlTokenKind kind, var span, bool isComplete) = tokens[i];
            bool isCalled = i + 1 < tokens.Count && text[tokens[i + 1].Span.Start] == '(';
            styles.AsSpan(span.Start, span.Length).Fill(kind switch
            {
                SqlTokenKind.Keyword or SqlTokenKind.Identifier when isCalled && isFunction(text.Substring(span.Start, span.Length).ToLowerInvariant()) => TextStyle.Function,
                SqlTokenKind.Keyword => TextStyle.Keyword,
                SqlTokenKind.String or SqlTokenKind.QuotedIdentifier => TextStyle.String,
                SqlTokenKind.Number or SqlTokenKind.Parameter => TextStyle.Number,
                SqlTokenKind.Comment => TextStyle.Comment,
                SqlTokenKind.Invalid => isComplete ? TextStyle.Invalid : TextStyle.String,
                SqlTokenKind.Identifier or SqlTokenKind.Operator or SqlTokenKind.Punctuation => TextStyle.Plain,
            });
        }

        return styles;
    }

    /// <summary>The terminal's sequence that switches to a style.</summary>
    public static string Sequence(TextStyle style) => style switch
    {
        TextStyle.Plain => "\x1b[0m",
        TextStyle.Keyword => "\x1b[0;1;34m",
        TextStyle.Function => "\x1b[0;36m",
        TextStyle.String => "\x1b[0;32m",
        TextStyle.Number => "\x1b[0;35m",
        TextStyle.Comment => "\x1b[0;90m",
        TextStyle.Command => "\x1b[0;1;33m",
        TextStyle.Invalid => "\x1b[0;31m",
    };
}
