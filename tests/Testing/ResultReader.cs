using SqlCluster.Execution.Evaluation;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Testing;

/// <summary>Runs statements and reads their rows as text.</summary>
public static class ResultReader
{
    /// <summary>Runs the statements of a text and reads the rows of the last one that has any.</summary>
    public static async Task<(int Columns, List<string?[]> Rows)> ReadAsync(Session session, string sql, CancellationToken cancellation = default)
    {
        (int Columns, List<string?[]> Rows) last = (0, []);
        await foreach (StatementResult result in session.ExecuteAsync(sql, cancellation).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                if (result is StatementResult.Rows rows)
                {
                    last = (rows.Columns.Count, await ReadRowsAsync(rows, cancellation, session.Settings.Get("TimeZone")).ConfigureAwait(false));
                }
            }
        }

        return last;
    }

    /// <summary>Reads a result to its end.</summary>
    /// <param name="rows">The result.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <param name="timeZone">Where timestamptz is shown: the session's zone.</param>
    public static async Task<List<string?[]>> ReadRowsAsync(StatementResult.Rows rows, CancellationToken cancellation, string timeZone = "UTC")
    {
        var text = new RowText([.. rows.Columns.Select(static column => column.Type)], timeZone, names: rows.Execution.Context.Settings.Objects);
        var values = new List<string?[]>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            text.Open(batch);
            for (int i = 0; i < batch.RowCount; i++)
            {
                values.Add(text.GetRow(batch.Selection is { } selection ? selection.Rows[i] : i));
            }

            batch.Release();
        }

        return values;
    }
}
