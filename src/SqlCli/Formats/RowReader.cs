using System.Runtime.CompilerServices;
using SqlCluster.Execution.Evaluation;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>Reads a result row by row as text.</summary>
internal static class RowReader
{
    public static async IAsyncEnumerable<string?[]> ReadAsync(Answer.Rows rows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var text = new RowText([.. rows.Columns.Select(static column => column.Type)], rows.TimeZone, rows.Objects) { Cancellation = cancellation };
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            text.Open(batch);
            for (int i = 0; i < batch.RowCount; i++)
            {
                yield return text.GetRow(batch.Selection is { } selection ? selection.Rows[i] : i);
            }

            batch.Release();
        }
    }
}
