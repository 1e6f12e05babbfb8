using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>A line a value, records apart: psql's \x.</summary>
internal sealed class ExpandedFormat(TextWriter writer) : IResultFormat
{
    public async Task WriteAsync(Answer result, CancellationToken cancellation)
    {
        if (result is Answer.Command command)
        {
            writer.WriteLine(command.Tag);
        }
        else if (result is Answer.Rows rows)
        {
            var records = new RecordWriter(writer, [.. rows.Columns.Select(static column => column.Name)]);
            await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
            {
                records.Write(row);
            }

            writer.WriteLine(records.Count == 0 ? "(0 rows)" : "");
        }

        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public Task AbandonAsync() => writer.FlushAsync();
}

/// <summary>Writes records one below the other. Lines of a value after its first are indented below it.</summary>
internal sealed class RecordWriter(TextWriter writer, string[] names)
{
    private readonly int _width = names.Length == 0 ? 0 : names.Max(TextWidth.Of);

    public long Count { get; private set; }

    public void Write(string?[] row)
    {
        writer.WriteLine($"-[ RECORD {++Count} ]".PadRight(_width + 3, '-'));
        for (int i = 0; i < row.Length; i++)
        {
            string[] lines = (row[i] ?? "").Split('\n');
            writer.WriteLine($"{TextWidth.PadRight(names[i], _width)} | {TextWidth.Visible(lines[0])}".TrimEnd(' '));
            for (int line = 1; line < lines.Length; line++)
            {
                writer.WriteLine($"{new string(' ', _width)} | {TextWidth.Visible(lines[line])}".TrimEnd(' '));
            }
        }
    }
}
