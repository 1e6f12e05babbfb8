using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>Writes what a backslash command lists as a table.</summary>
internal static class Listing
{
    /// <param name="writer">Where to.</param>
    /// <param name="names">Columns.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns of the terminal, or null for as many as are needed.</param>
    public static void Write(TextWriter writer, string[] names, IEnumerable<string?[]> rows, int? width = null)
    {
        List<string?[]> all = [.. rows];
        int[] natural = ColumnWidths.Natural(names, all);
        var table = new TableWriter(writer, (width is { } limit ? ColumnWidths.Fit(natural, limit) : null) ?? natural, new bool[names.Length], natural, width != null);
        table.WriteHeader(names);
        all.ForEach(table.Write);
        writer.WriteLine(all.Count == 1 ? "(1 row)" : $"({all.Count} rows)");
        writer.WriteLine();
    }
}
