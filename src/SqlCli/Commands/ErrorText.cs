using System.Text;
using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Shows errors as psql does: severity, SQLSTATE, the line with a mark below it, detail and hint.</summary>
internal static class ErrorText
{
    /// <summary>Columns of a line that are shown; longer lines are cut around the mark.</summary>
    private const int LineWidth = 100;
    private const int RightContext = 30;
    private const string Cut = "...";

    /// <param name="error">The error.</param>
    /// <param name="text">What was run, or null.</param>
    /// <param name="offset">Where in the text the statement starts.</param>
    /// <param name="fileName">File the text is from, or null.</param>
    public static string Format(QueryException error, string? text, int offset = 0, string? fileName = null)
    {
        var result = new StringBuilder();
        int at = error.Position > 0 && text != null ? IndexOf(text, offset, error.Position - 1) : -1;
        bool hasPlace = text != null && at >= 0 && at <= text.Length;
        if (fileName != null)
        {
            result.Append(fileName).Append(':').Append(LineNumber(text!, hasPlace ? at : offset)).Append(": ");
        }

        result.Append("ERROR:  ").Append(error.SqlState).Append(": ").Append(error.Message).Append('\n');
        if (hasPlace)
        {
            AppendPlace(result, text!, at);
        }

        if (error.Detail != null)
        {
            result.Append("DETAIL:  ").Append(error.Detail).Append('\n');
        }

        if (error.Hint != null)
        {
            result.Append("HINT:  ").Append(error.Hint).Append('\n');
        }

        return result.ToString();
    }

    /// <summary>Where so many characters from the offset end; a character may take two units of the text.</summary>
    private static int IndexOf(string text, int offset, int characters)
    {
        int at = offset;
        for (; characters > 0 && at < text.Length; characters--)
        {
            at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        }

        return at + characters;
    }

    private static int LineNumber(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    private static void AppendPlace(StringBuilder result, string text, int at)
    {
        int start = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        int end = text.IndexOf('\n', at);
        end = end < 0 ? text.Length : end;
        string before = Visible(text[start..at]), after = Visible(text[at..end]).TrimEnd();
        string prefix = $"LINE {LineNumber(text, at)}: ";
        if (TextWidth.Of(before) + TextWidth.Of(after) > LineWidth)
        {
            int right = Math.Max(RightContext, LineWidth - TextWidth.Of(before)) - Cut.Length;
            after = TextWidth.Of(after) > right ? TextWidth.CutRight(after, right) + Cut : after;
            int left = LineWidth - TextWidth.Of(after);
            before = TextWidth.Of(before) > left ? Cut + TextWidth.CutLeft(before, left - Cut.Length) : before;
        }

        result.Append(prefix).Append(before).Append(after).Append('\n');
        result.Append(' ', prefix.Length + TextWidth.Of(before)).Append("^\n");
    }

    /// <summary>Tabs become single spaces, as psql shows them, so that the mark stands right.</summary>
    private static string Visible(string text) => text.Replace('\t', ' ').Replace('\r', ' ');
}
