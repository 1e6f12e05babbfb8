using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>DELETE: a query for the numbers of the rows that go.</summary>
internal static class DeleteStatement
{
    public static async Task<StatementResult> RunAsync(Delete delete, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        var target = WrittenTable.Of(delete.Table, session);
        bool isReturning = !delete.Returning.IsEmpty;
        if (delete.Where == null && delete.Using.IsEmpty && !isReturning && !changes.IsShared && changes.Explained == null)
        {
            long before = session.Changes.RowCount(target.Table);
            DataStatements.Clear(target.Table, session);
            return new StatementResult.Command($"DELETE {before}");
        }

        OtherTables others = isReturning ? OtherTables.Of([delete.Table, .. delete.Using], delete.Using, delete.With, session) : OtherTables.None;
        TableChanges own = changes.Of(target);
        long taken = own.Taken.Count;
        StatementResult.Rows found = session.Pipeline.Run(RowsOf(delete, target, own.StandIn.As(delete.Table), others, isReturning), "DELETE", cancellation);
        if (!isReturning)
        {
            await TakeAsync(found, own.Taken, changes, cancellation).ConfigureAwait(false);
            return new StatementResult.Command($"DELETE {own.Taken.Count - taken}");
        }

        using var changed = new ChangedRows(target, others.Types, changes);
        await changed.FillAsync(found, own.Taken, [], cancellation).ConfigureAwait(false);
        return await Returning.RunAsync(
            delete.Returning, target, changed, others, delete.With, $"DELETE {own.Taken.Count - taken}", session, cancellation).ConfigureAwait(false);
    }

    /// <summary>The query that the rows come from.</summary>
    public static Query QueryOf(Delete delete, StatementChanges changes, Session session)
    {
        var target = WrittenTable.Of(delete.Table, session);
        return RowsOf(delete, target, changes.Of(target).StandIn.As(delete.Table), OtherTables.None, false);
    }

    private static Query RowsOf(Delete delete, WrittenTable target, NamedTable rows, OtherTables others, bool isReturning)
    {
        IEnumerable<SelectItem> kept = isReturning ? [new SelectItem(new Star(new QualifiedName([target.Name]))), .. others.Items] : [];
        return new Query(new Select([ChangeQuery.RowOf(target), .. kept]) { From = [rows, .. delete.Using], Where = delete.Where }) { With = delete.With };
    }

    private static async Task TakeAsync(StatementResult.Rows found, RowReplacement taken, StatementChanges changes, CancellationToken cancellation)
    {
        var picked = new List<int>();
        await using (found.ConfigureAwait(false))
        {
            while (await found.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                taken.Take(batch.Columns[0], batch, picked);
                batch.Release();
            }

            changes.Ended(found);
        }
    }
}
