using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>A Markdown table.</summary>
internal sealed class MarkdownFormat(TextWriter writer) : IResultFormat
{
    public async Task WriteAsync(Answer result, CancellationToken cancellation)
    {
        if (result is not Answer.Rows rows)
        {
            return;
        }

        WriteLine(rows.Columns.Select(static column => column.Name));
        WriteLine(rows.Columns.Select(static column => column.Type.IsNumber ? "---:" : "---"));
        await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
        {
            WriteLine(row.Select(static value => value ?? ""));
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public Task AbandonAsync() => writer.FlushAsync();

    private void WriteLine(IEnumerable<string> values) =>
        writer.Write($"| {string.Join(" | ", values.Select(static value => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", "<br>", StringComparison.Ordinal)))} |\n");
}
