using System.Data;
using System.Data.Common;

namespace SqlCluster.Client.Ado;

/// <summary>A transaction as far as the server has them: each statement commits by itself, so that committing does nothing and rolling back is refused once something was changed.</summary>
public sealed class SqlClusterTransaction : DbTransaction
{
    private readonly SqlClusterConnection _connection;

    internal SqlClusterTransaction(SqlClusterConnection connection, IsolationLevel isolationLevel)
    {
        _connection = connection;
        IsolationLevel = isolationLevel == IsolationLevel.Unspecified ? IsolationLevel.ReadCommitted : isolationLevel;
    }

    public override IsolationLevel IsolationLevel { get; }

    protected override DbConnection? DbConnection => IsActive ? _connection : null;

    internal bool IsActive { get; private set; } = true;

    /// <summary>Whether a statement in it was more than a query.</summary>
    internal bool HasChanges { get; set; }

    public override void Commit() => End();

    /// <exception cref="SqlClusterException">0A000: statements have changed something, and stay committed.</exception>
    public override void Rollback()
    {
        End();
        if (HasChanges)
        {
            throw ClientErrors.NotRolledBack();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && IsActive)
        {
            End();
        }

        base.Dispose(disposing);
    }

    private void End()
    {
        if (!IsActive)
        {
            throw new InvalidOperationException("the transaction has ended");
        }

        IsActive = false;
        _connection.Transaction = null;
    }
}
