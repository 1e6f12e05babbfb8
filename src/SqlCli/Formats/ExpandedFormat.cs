using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Formats;

/// <summary>A line a value, records apart: psql's \x.</summary>
internal sealed class ExpandedFormat(TextWriter writer) : IResultFormat
{
    public async Task WriteAsync(StatementResult result, CancellationToken cancellation)
    {
        if (result is not StatementResult.Rows rows)
        {
            return;
        }

        int width = rows.Columns.IsEmpty ? 0 : rows.Columns.Max(static column => TextWidth.Of(column.Name));
        long count = 0;
        await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
        {
            writer.WriteLine($"-[ RECORD {++count} ]{new string('-', Math.Max(0, width - 8))}");
            for (int i = 0; i < row.Length; i++)
            {
                writer.WriteLine($"{TextWidth.PadRight(rows.Columns[i].Name, width)} | {row[i]}");
            }
        }

        writer.WriteLine(count == 0 ? "(0 rows)" : "");
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
