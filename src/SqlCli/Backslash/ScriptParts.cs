using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>A stretch of SQL, and the backslash command behind it.</summary>
/// <param name="Sql">Any number of statements, also none.</param>
/// <param name="Open">The statement that ends with the command, not with a semicolon; empty: there is none.</param>
/// <param name="Command">To the end of its line; empty: the text is at its end.</param>
internal readonly record struct ScriptPart(TextSpan Sql, TextSpan Open, TextSpan Command);

/// <summary>Cuts a text of SQL and backslash commands. A command starts at a backslash outside of strings, names and comments, and takes the rest of its line.</summary>
internal static class ScriptParts
{
    public static IEnumerable<ScriptPart> Of(string text)
    {
        int start = 0;
        while (start < text.Length)
        {
            int backslash = SqlTokenizer.FindBackslash(text, start, out int open);
            if (backslash < 0)
            {
                yield return new ScriptPart(new TextSpan(start, text.Length - start), new TextSpan(text.Length, 0), new TextSpan(text.Length, 0));
                yield break;
            }

            int end = text.IndexOf('\n', backslash);
            end = end < 0 ? text.Length : end;
            open = open < 0 ? backslash : open;
            yield return new ScriptPart(new TextSpan(start, open - start), new TextSpan(open, backslash - open), new TextSpan(backslash, end - backslash));
            start = end;
        }
    }

    /// <summary>Whether a text can be run: it ends with a semicolon or with a command.</summary>
    public static bool IsComplete(string text)
    {
        ScriptPart last = default;
        foreach (ScriptPart part in Of(text))
        {
            last = part;
        }

        string rest = text.Substring(last.Sql.Start, last.Sql.Length);
        return last.Command.Length > 0 || string.IsNullOrWhiteSpace(rest) || SqlTokenizer.IsComplete(rest);
    }
}
