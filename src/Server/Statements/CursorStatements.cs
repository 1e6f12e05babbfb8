using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>DECLARE, FETCH, MOVE and CLOSE.</summary>
internal static class CursorStatements
{
    public static async Task<StatementResult> DeclareAsync(DeclareCursor declare, Session session)
    {
        if (!declare.WithHold && !session.Transaction.IsOpen)
        {
            throw StatementErrors.OnlyInTransaction("DECLARE CURSOR");
        }

        if (declare.Query.With is { ChangesRows: true })
        {
            throw StatementErrors.ChangesInWith("DECLARE CURSOR");
        }

        if (session.Cursors.Find(declare.Name.Value) != null)
        {
            throw StatementErrors.CursorExists(declare.Name.Value);
        }

        // The query outlives the statement: it ends with the cursor.
        StatementResult.Rows rows = session.Pipeline.Run(declare.Query, "SELECT", CancellationToken.None);
        var cursor = new Cursor(declare, session.Running?.Text ?? SqlPrinter.Print(declare), rows, rows.Execution.Context.Account.LimitBytes);
        try
        {
            session.Cursors.Add(cursor, session.Transaction.IsOpen);
        }
        catch
        {
            await cursor.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new StatementResult.Command("DECLARE CURSOR");
    }

    public static Task<StatementResult> FetchAsync(FetchCursor fetch, Session session, CancellationToken cancellation) => Find(fetch.Name, session).FetchAsync(fetch, cancellation);

    public static async Task<StatementResult> CloseAsync(CloseCursor close, Session session)
    {
        if (close.Name == null)
        {
            await session.Cursors.CloseAllAsync().ConfigureAwait(false);
            return new StatementResult.Command("CLOSE CURSOR ALL");
        }

        return await session.Cursors.CloseAsync(close.Name.Value).ConfigureAwait(false)
            ? new StatementResult.Command("CLOSE CURSOR")
            : throw StatementErrors.NoCursor(close.Name.Value);
    }

    /// <summary>Columns that FETCH answers with; null for MOVE.</summary>
    public static NodeList<ResultColumn>? Columns(FetchCursor fetch, Session session) => fetch.Move ? null : Find(fetch.Name, session).Columns;

    private static Cursor Find(Identifier name, Session session) => session.Cursors.Find(name.Value) ?? throw StatementErrors.NoCursor(name.Value);
}
