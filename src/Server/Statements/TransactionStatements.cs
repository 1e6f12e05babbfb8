using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Transactions;

namespace SqlCluster.Server.Statements;

/// <summary>BEGIN, COMMIT, ROLLBACK and the savepoints.</summary>
internal static class TransactionStatements
{
    /// <summary>Whether a statement is one of them.</summary>
    public static bool Includes(Statement statement) => statement is BeginTransaction or Commit or Rollback or Savepoint or ReleaseSavepoint or RollbackToSavepoint;

    /// <exception cref="Parser.Errors.QueryException">25P01, 3B001; 40001: the transaction could not be committed and was rolled back.</exception>
    public static async ValueTask<StatementResult> RunAsync(Statement statement, Session session)
    {
        SessionTransaction transaction = session.Transaction;
        if (transaction.IsDetached && statement is (BeginTransaction or Commit or Rollback))
        {
            throw TransactionErrors.IsDetached(statement is BeginTransaction ? "BEGIN" : statement is Commit ? "COMMIT" : "ROLLBACK");
        }

        switch (statement)
        {
            case BeginTransaction begin:
                bool isOpen = transaction.IsBlock;
                transaction.BeginBlock(begin.Modes);
                return new StatementResult.Command(begin.Start ? "START TRANSACTION" : "BEGIN") { Warning = isOpen ? ("25001", "there is already a transaction in progress") : null };
            case Commit or Rollback:
                if (!transaction.IsBlock && statement is (Commit { Chain: true } or Rollback { Chain: true }))
                {
                    throw TransactionErrors.NotInTransaction(statement is Commit ? "COMMIT AND CHAIN" : "ROLLBACK AND CHAIN");
                }

                bool isBlock = transaction.IsBlock, isCommit = statement is Commit && !transaction.HasFailed;
                string isolation = session.Settings.Get("transaction_isolation"), isReadOnly = session.Settings.Get("transaction_read_only");
                await transaction.EndAsync(isCommit).ConfigureAwait(false);
                if (isBlock && statement is (Commit { Chain: true } or Rollback { Chain: true }))
                {
                    // The next one is of the same kind.
                    transaction.BeginBlock([]);
                    session.Settings.SetLocal("transaction_isolation", isolation);
                    session.Settings.SetLocal("transaction_read_only", isReadOnly);
                }

                return new StatementResult.Command(isCommit ? "COMMIT" : "ROLLBACK") { Warning = isBlock ? null : ("25P01", "there is no transaction in progress") };
            case Savepoint savepoint:
                NeedBlock(transaction, "SAVEPOINT");
                transaction.Save(savepoint.Name.Value);
                return new StatementResult.Command("SAVEPOINT");
            case ReleaseSavepoint release:
                NeedBlock(transaction, "RELEASE SAVEPOINT");
                Need(transaction.Release(release.Name.Value), release.Name.Value);
                return new StatementResult.Command("RELEASE");
            case RollbackToSavepoint rollback:
                NeedBlock(transaction, "ROLLBACK TO SAVEPOINT");
                long? cursors = transaction.CursorMark(rollback.Name.Value);
                Need(transaction.RollBackTo(rollback.Name.Value), rollback.Name.Value);
                await session.Cursors.RollBackToAsync(cursors!.Value).ConfigureAwait(false);
                return new StatementResult.Command("ROLLBACK");
            default:
                throw Execution.ExecutionErrors.Internal($"{statement.GetType().Name} is no statement of transactions");
        }
    }

    private static void NeedBlock(SessionTransaction transaction, string statement)
    {
        if (!transaction.IsBlock)
        {
            throw TransactionErrors.NotInTransaction(statement);
        }
    }

    private static void Need(bool isThere, string savepoint)
    {
        if (!isThere)
        {
            throw TransactionErrors.NoSavepoint(savepoint);
        }
    }
}
