using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>RFC 4180 with a header; NULL is an empty unquoted field, an empty text a quoted one.</summary>
internal sealed class CsvFormat(TextWriter writer) : IResultFormat
{
    public async Task WriteAsync(Answer result, CancellationToken cancellation)
    {
        if (result is not Answer.Rows rows)
        {
            return;
        }

        WriteLine([.. rows.Columns.Select(static column => column.Name)]);
        await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
        {
            WriteLine(row);
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public Task AbandonAsync() => writer.FlushAsync();

    private void WriteLine(string?[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                writer.Write(',');
            }

            string? value = values[i];
            if (value == null)
            {
                continue;
            }

            if (value.Length == 0 || value.AsSpan().IndexOfAny(",\"\r\n") >= 0)
            {
                writer.Write('"');
                writer.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
                writer.Write('"');
            }
            else
            {
                writer.Write(value);
            }
        }

        writer.Write('\n');
    }
}
