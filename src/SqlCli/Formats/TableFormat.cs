using SqlCluster.Catalyst.Types;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>Columns in line, as psql shows them. Widths come from the first rows; longer values of later rows push their line out.</summary>
/// <remarks>
/// With a width to keep, wide columns are cut until the line fits; where that would leave too little of them, each record is shown by itself instead.
/// </remarks>
internal sealed class TableFormat(TextWriter writer, int? width) : IResultFormat
{
    private const int RowsForWidths = 1000;

    public async Task WriteAsync(Answer result, CancellationToken cancellation)
    {
        if (result is Answer.Command command)
        {
            writer.WriteLine(command.Tag);
            await writer.FlushAsync(cancellation).ConfigureAwait(false);
            return;
        }

        var rows = (Answer.Rows)result;
        string[] names = [.. rows.Columns.Select(static column => column.Name)];
        bool[] isRight = [.. rows.Columns.Select(static column => column.Type.IsNumber || column.Type.Kind == TypeKind.Oid)];
        var first = new List<string?[]>();
        RecordWriter? records = null;
        TableWriter? table = null;
        long count = 0;
        await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
        {
            count++;
            if (table != null)
            {
                table.Write(row);
            }
            else if (records != null)
            {
                records.Write(row);
            }
            else
            {
                first.Add(row);
                if (first.Count == RowsForWidths)
                {
                    Start();
                }
            }
        }

        if (table == null && records == null)
        {
            Start();
        }

        if (records == null || count == 0)
        {
            writer.WriteLine(count == 1 ? "(1 row)" : $"({count} rows)");
        }

        if (table is { CutColumns: > 0 })
        {
            writer.WriteLine($"({table.CutColumns} {(table.CutColumns == 1 ? "column" : "columns")} cut to fit; \\x shows all of it)");
        }

        writer.WriteLine();
        await writer.FlushAsync(cancellation).ConfigureAwait(false);

        void Start()
        {
            int[] natural = ColumnWidths.Natural(names, first);
            int[]? widths = width is { } limit ? ColumnWidths.Fit(natural, limit) : natural;
            if (widths == null)
            {
                records = new RecordWriter(writer, names);
                first.ForEach(records.Write);
                return;
            }

            table = new TableWriter(writer, widths, isRight, natural, width != null);
            table.WriteHeader(names);
            first.ForEach(table.Write);
        }
    }

    public Task AbandonAsync() => writer.FlushAsync();
}

/// <summary>Writes the lines of a table.</summary>
internal sealed class TableWriter(TextWriter writer, int[] widths, bool[] isRight, int[] natural, bool isCutting)
{
    public int CutColumns { get; } = widths.Where((width, column) => width < natural[column]).Count();

    public void WriteHeader(string[] names)
    {
        writer.WriteLine(string.Join('|', names.Select((name, column) => $" {TextWidth.Center(TextWidth.Cut(TextWidth.Visible(name), widths[column]), widths[column])} ")).TrimEnd());
        writer.WriteLine(string.Join('+', widths.Select(static width => new string('-', width + 2))));
    }

    public void Write(string?[] row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            string value = TextWidth.Visible(row[i] ?? "");
            value = isCutting ? TextWidth.Cut(value, widths[i]) : value;
            bool isLast = i == row.Length - 1;
            writer.Write(i == 0 ? "" : "|");
            writer.Write(isLast && value.Length == 0 ? "" : " ");
            writer.Write(isRight[i] ? TextWidth.PadLeft(value, widths[i]) : isLast ? value : TextWidth.PadRight(value, widths[i]));
            writer.Write(isLast ? "" : " ");
        }

        writer.WriteLine();
    }
}
