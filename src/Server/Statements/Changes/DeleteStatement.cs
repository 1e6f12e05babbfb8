using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>DELETE: a query for the numbers of the rows that go.</summary>
internal static class DeleteStatement
{
    public static async Task<StatementResult> RunAsync(Delete delete, Session session, CancellationToken cancellation)
    {
        var target = WrittenTable.Of(delete.Table, session);
        bool isReturning = !delete.Returning.IsEmpty;
        if (delete.Where == null && delete.Using.IsEmpty && !isReturning)
        {
            long before = session.Changes.RowCount(target.Table);
            DataStatements.Clear(target.Table, session);
            return new StatementResult.Command($"DELETE {before}");
        }

        OtherTables others = isReturning ? OtherTables.Of([delete.Table, .. delete.Using], delete.Using, delete.With, session) : OtherTables.None;
        using var rows = new TableRows(target.Table, session.Changes.Seen(target.Table), true);
        using StandIns.StandIn standIn = session.Catalog.StandIns.Add(rows);
        Query query = RowsOf(delete, target, standIn.As(delete.Table), others, isReturning);
        var taken = new RowReplacement(rows.Version);
        using var changed = new ChangedRows(target, others.Types);
        StatementResult.Rows found = session.Pipeline.Run(query, "DELETE", cancellation);
        if (!isReturning)
        {
            await TakeAsync(found, taken, cancellation).ConfigureAwait(false);
            changed.Replace(taken, false, session);
            return new StatementResult.Command($"DELETE {taken.Count}");
        }

        await changed.FillAsync(found, taken, [], cancellation).ConfigureAwait(false);
        StatementResult result = await Returning.RunAsync(
            delete.Returning, target, changed, others, delete.With, $"DELETE {taken.Count}", session, cancellation).ConfigureAwait(false);
        changed.Replace(taken, false, session);
        return result;
    }

    private static Query RowsOf(Delete delete, WrittenTable target, NamedTable rows, OtherTables others, bool isReturning)
    {
        IEnumerable<SelectItem> kept = isReturning ? [new SelectItem(new Star(new QualifiedName([target.Name]))), .. others.Items] : [];
        return new Query(new Select([ChangeQuery.RowOf(target), .. kept]) { From = [rows, .. delete.Using], Where = delete.Where }) { With = delete.With };
    }

    private static async Task TakeAsync(StatementResult.Rows found, RowReplacement taken, CancellationToken cancellation)
    {
        var picked = new List<int>();
        await using (found.ConfigureAwait(false))
        {
            while (await found.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                taken.Take(batch.Columns[0], batch, picked);
                batch.Release();
            }
        }
    }
}
