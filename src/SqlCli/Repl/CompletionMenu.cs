using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>Lays out candidates in columns below the input.</summary>
internal static class CompletionMenu
{
    public static IReadOnlyList<string> Lines(IReadOnlyList<string> candidates, int width, int maxLines)
    {
        int cell = Math.Min(width - 1, candidates.Max(TextWidth.Of) + 2), columns = Math.Max(1, (width - 1) / cell);
        int lines = (candidates.Count + columns - 1) / columns, shown = Math.Min(lines, maxLines);
        var result = new List<string>();
        for (int line = 0; line < shown; line++)
        {
            result.Add(string.Concat(candidates.Skip(line * columns).Take(columns).Select(candidate => TextWidth.PadRight(candidate, cell))).TrimEnd());
        }

        if (shown < lines)
        {
            result.Add($"... {candidates.Count - (shown * columns)} more");
        }

        return result;
    }
}
