using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Formats;

/// <summary>Columns in line, as psql shows them. Widths come from the first rows; longer values of later rows push their line out.</summary>
internal sealed class TableFormat(TextWriter writer) : IResultFormat
{
    private const int RowsForWidths = 1000;

    public async Task WriteAsync(StatementResult result, CancellationToken cancellation)
    {
        if (result is StatementResult.Command command)
        {
            foreach (string notice in command.Notices)
            {
                writer.WriteLine($"NOTICE:  {notice}");
            }

            writer.WriteLine(command.Tag);
            await writer.FlushAsync(cancellation).ConfigureAwait(false);
            return;
        }

        var rows = (StatementResult.Rows)result;
        string[] names = [.. rows.Columns.Select(static column => column.Name)];
        bool[] isRight = [.. rows.Columns.Select(static column => column.Type.IsNumber || column.Type.Kind == TypeKind.Oid)];
        var first = new List<string?[]>();
        int[]? widths = null;
        long count = 0;
        await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
        {
            count++;
            if (widths != null)
            {
                WriteRow(row, widths, isRight);
                continue;
            }

            first.Add(row);
            if (first.Count == RowsForWidths)
            {
                widths = WriteStart(names, first, isRight);
            }
        }

        if (widths == null)
        {
            WriteStart(names, first, isRight);
        }

        writer.WriteLine(count == 1 ? "(1 row)" : $"({count} rows)");
        writer.WriteLine();
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private int[] WriteStart(string[] names, List<string?[]> rows, bool[] isRight)
    {
        int[] widths = [.. names.Select((name, column) => rows.Select(row => TextWidth.Of(row[column] ?? "")).Append(TextWidth.Of(name)).Max())];
        writer.WriteLine(string.Join('|', names.Select((name, column) => $" {TextWidth.Center(name, widths[column])} ")).TrimEnd());
        writer.WriteLine(string.Join('+', widths.Select(static width => new string('-', width + 2))));
        foreach (string?[] row in rows)
        {
            WriteRow(row, widths, isRight);
        }

        return widths;
    }

    private void WriteRow(string?[] row, int[] widths, bool[] isRight)
    {
        for (int i = 0; i < row.Length; i++)
        {
            string value = (row[i] ?? "").Replace("\n", "\\n", StringComparison.Ordinal);
            writer.Write(i == 0 ? " " : "| ");
            writer.Write(isRight[i] ? TextWidth.PadLeft(value, widths[i]) : i == row.Length - 1 ? value : TextWidth.PadRight(value, widths[i]));
            writer.Write(i == row.Length - 1 ? "" : " ");
        }

        writer.WriteLine();
    }
}
