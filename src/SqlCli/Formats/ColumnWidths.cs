namespace SqlCluster.SqlCli.Formats;

/// <summary>How wide the columns of a table are.</summary>
internal static class ColumnWidths
{
    /// <summary>A cut column keeps so much; where that is too wide still, a table makes no sense.</summary>
    private const int Least = 8;
    private const int Separator = 3;

    /// <summary>The width of each column's widest value or name.</summary>
    public static int[] Natural(string[] names, List<string?[]> rows)
    {
        int[] widths = [.. names.Select(static name => TextWidth.Of(TextWidth.Visible(name)))];
        foreach (string?[] row in rows)
        {
            for (int i = 0; i < widths.Length; i++)
            {
                widths[i] = Math.Max(widths[i], TextWidth.Of(TextWidth.Visible(row[i] ?? "")));
            }
        }

        return widths;
    }

    /// <summary>Takes from the widest columns until a line fits; null when they would get too narrow to read.</summary>
    public static int[]? Fit(int[] natural, int lineWidth)
    {
        int room = lineWidth - (natural.Length * Separator) + 1;
        if (natural.Sum() <= room)
        {
            return natural;
        }

        if (natural.Sum(static width => Math.Min(width, Least)) > room)
        {
            return null;
        }

        // The largest limit under which the sum fits: each column gets its own width or the limit.
        int low = Least, high = natural.Max();
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (natural.Sum(width => Math.Min(width, middle)) <= room)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return [.. natural.Select(width => Math.Min(width, low))];
    }
}
