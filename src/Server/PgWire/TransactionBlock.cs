using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>A session's transaction block, as clients see it: its status and its rules. Tables change at once; nothing is rolled back.</summary>
/// <remarks><code>
///        BEGIN              error
///   I  ---------->  T  ------------->  E        in E all fails with 25P02 but COMMIT, ROLLBACK and ROLLBACK TO
///      &lt;----------     &lt;-------------
///   COMMIT, ROLLBACK      ROLLBACK TO           E goes to I by COMMIT (which answers ROLLBACK) and ROLLBACK
/// </code></remarks>
internal sealed class TransactionBlock
{
    private readonly List<string> _savepoints = [];

    /// <summary>I, T or E, as in ReadyForQuery.</summary>
    public char Status { get; private set; } = 'I';

    public bool IsOpen => Status != 'I';

    /// <summary>Refuses what may not run now.</summary>
    public void Check(Statement statement)
    {
        if (Status == 'E' && statement is not (Commit or Rollback or RollbackToSavepoint))
        {
            throw PgErrors.FailedTransaction();
        }

        if (Status == 'T' && statement is Discard { Kind: DiscardKind.All })
        {
            throw PgErrors.InTransaction("DISCARD ALL");
        }
    }

    /// <summary>Says that a statement failed.</summary>
    public void Fail() => Status = Status == 'I' ? 'I' : 'E';

    /// <summary>Runs a statement of transaction control.</summary>
    /// <param name="warning">SQLSTATE and text of a warning.</param>
    /// <returns>Its answer, or null when the statement is another one.</returns>
    public StatementResult.Command? Run(Statement statement, out (string SqlState, string Message)? warning)
    {
        warning = null;
        switch (statement)
        {
            case BeginTransaction begin:
                warning = Status == 'T' ? ("25001", "there is already a transaction in progress") : null;
                Status = 'T';
                return new StatementResult.Command(begin.Start ? "START TRANSACTION" : "BEGIN");
            case Commit or Rollback:
                warning = Status == 'I' ? ("25P01", "there is no transaction in progress") : null;
                string tag = statement is Rollback || Status == 'E' ? "ROLLBACK" : "COMMIT";
                Status = Status != 'I' && statement is Commit { Chain: true } or Rollback { Chain: true } ? 'T' : 'I';
                _savepoints.Clear();
                return new StatementResult.Command(tag);
            case Savepoint savepoint:
                NeedBlock("SAVEPOINT");
                _savepoints.Add(savepoint.Name.Value);
                return new StatementResult.Command("SAVEPOINT");
            case ReleaseSavepoint release:
                NeedBlock("RELEASE SAVEPOINT");
                int released = Find(release.Name.Value);
                _savepoints.RemoveRange(released, _savepoints.Count - released);
                return new StatementResult.Command("RELEASE");
            case RollbackToSavepoint rollback:
                NeedBlock("ROLLBACK TO SAVEPOINT");
                int kept = Find(rollback.Name.Value) + 1;
                _savepoints.RemoveRange(kept, _savepoints.Count - kept);
                Status = 'T';
                return new StatementResult.Command("ROLLBACK");
            default:
                return null;
        }
    }

    private void NeedBlock(string statement)
    {
        if (!IsOpen)
        {
            throw PgErrors.NotInTransaction(statement);
        }
    }

    private int Find(string name) => _savepoints.LastIndexOf(name) is var index and >= 0 ? index : throw PgErrors.NoSavepoint(name);
}
