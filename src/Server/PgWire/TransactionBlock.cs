using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>A session's transaction block, as clients see it: its status and its rules.</summary>
/// <remarks><code>
///        BEGIN              error
///   I  ---------->  T  ------------->  E        in E all fails with 25P02 but COMMIT, ROLLBACK and ROLLBACK TO
///      &lt;----------     &lt;-------------
///   COMMIT, ROLLBACK      ROLLBACK TO           E goes to I by COMMIT (which answers ROLLBACK) and ROLLBACK
/// </code></remarks>
internal sealed class TransactionBlock(Session session)
{
    /// <summary>I, T or E, as in ReadyForQuery.</summary>
    public char Status { get; private set; } = 'I';

    public bool IsOpen => Status != 'I';

    /// <summary>Refuses what may not run now.</summary>
    public void Check(Statement statement)
    {
        if (Status == 'I' && statement is QueryStatement)
        {
            return;
        }

        if (Status == 'E' && statement is not (Commit or Rollback or RollbackToSavepoint))
        {
            throw PgErrors.FailedTransaction();
        }

        if (WriteName(statement) is { } write && session.Settings.Get(Status == 'I' ? "default_transaction_read_only" : "transaction_read_only") == "on")
        {
            throw PgErrors.ReadOnlyTransaction(write);
        }

        if (Status == 'T' && statement is Discard { Kind: DiscardKind.All })
        {
            throw PgErrors.InTransaction("DISCARD ALL");
        }
    }

    /// <summary>Makes the statements of one text a transaction, unless a block is open.</summary>
    public void BeginImplicit()
    {
        if (!session.Transaction.IsOpen)
        {
            session.Transaction.Begin([]);
        }
    }

    /// <summary>Ends the transaction of a text's statements; a block that they have opened stays open.</summary>
    public ValueTask EndImplicitAsync() => Status == 'I' ? session.Transaction.EndAsync(true) : ValueTask.CompletedTask;

    /// <summary>Says that a statement failed.</summary>
    public ValueTask FailAsync()
    {
        Status = Status == 'I' ? 'I' : 'E';
        return Status == 'I' ? session.Transaction.EndAsync(false) : ValueTask.CompletedTask;
    }

    /// <summary>Runs a statement of transaction control.</summary>
    /// <returns>Its answer, or null when the statement is another one; and SQLSTATE and text of a warning.</returns>
    public async ValueTask<(StatementResult.Command? Command, (string SqlState, string Message)? Warning)> RunAsync(Statement statement)
    {
        switch (statement)
        {
            case QueryStatement:
                return default;
            case BeginTransaction begin:
                (string, string)? already = Status == 'T' ? ("25001", "there is already a transaction in progress") : null;
                session.Transaction.Begin(begin.Modes);
                Status = 'T';
                return (new StatementResult.Command(begin.Start ? "START TRANSACTION" : "BEGIN"), already);
            case Commit or Rollback:
                (string, string)? none = Status == 'I' ? ("25P01", "there is no transaction in progress") : null;
                bool isCommit = statement is Commit && Status != 'E';
                bool isChained = Status != 'I' && statement is Commit { Chain: true } or Rollback { Chain: true };
                Status = 'I';
                await session.Transaction.EndAsync(isCommit).ConfigureAwait(false);
                if (isChained)
                {
                    session.Transaction.Begin([]);
                    Status = 'T';
                }

                return (new StatementResult.Command(isCommit ? "COMMIT" : "ROLLBACK"), none);
            case Savepoint savepoint:
                NeedBlock("SAVEPOINT");
                session.Transaction.Save(savepoint.Name.Value);
                return (new StatementResult.Command("SAVEPOINT"), null);
            case ReleaseSavepoint release:
                NeedBlock("RELEASE SAVEPOINT");
                Need(session.Transaction.Release(release.Name.Value), release.Name.Value);
                return (new StatementResult.Command("RELEASE"), null);
            case RollbackToSavepoint rollback:
                NeedBlock("ROLLBACK TO SAVEPOINT");
                Need(session.Transaction.RollBackTo(rollback.Name.Value), rollback.Name.Value);
                Status = 'T';
                return (new StatementResult.Command("ROLLBACK"), null);
            default:
                return default;
        }
    }

    /// <summary>How PostgreSQL names a statement that writes; null for those that do not.</summary>
    private static string? WriteName(Statement statement) => statement switch
    {
        Insert => "INSERT",
        Update => "UPDATE",
        Delete => "DELETE",
        Truncate => "TRUNCATE TABLE",
        Parser.Ast.Copy { Direction: CopyDirection.From } => "COPY FROM",
        CreateTable or CreateExternalTable => "CREATE TABLE",
        CreateTableAs => "CREATE TABLE AS",
        CreateView => "CREATE VIEW",
        CreateSchema => "CREATE SCHEMA",
        CreateIndex => "CREATE INDEX",
        Drop drop => $"DROP {drop.Kind.ToString().ToUpperInvariant()}",
        Alter alter => $"ALTER {alter.Kind.ToString().ToUpperInvariant()}",
        _ => null,
    };

    private void NeedBlock(string statement)
    {
        if (!IsOpen)
        {
            throw PgErrors.NotInTransaction(statement);
        }
    }

    private static void Need(bool isThere, string savepoint)
    {
        if (!isThere)
        {
            throw PgErrors.NoSavepoint(savepoint);
        }
    }
}
