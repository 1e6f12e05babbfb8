using System.Data;
using System.Data.Common;
using Google.Protobuf;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Client.Ado;

/// <summary>A transaction on the server (Flight SQL's BeginTransaction), with savepoints. Disposing it without a commit rolls it back.</summary>
public sealed class SqlClusterTransaction : DbTransaction
{
    private readonly SqlClusterConnection _connection;
    private readonly List<(string Name, ByteString Handle)> _savepoints = [];

    private SqlClusterTransaction(SqlClusterConnection connection, ByteString handle, IsolationLevel isolationLevel)
    {
        _connection = connection;
        Handle = handle;
        IsolationLevel = isolationLevel;
    }

    public override IsolationLevel IsolationLevel { get; }

    public override bool SupportsSavepoints => true;

    protected override DbConnection? DbConnection => IsActive ? _connection : null;

    internal bool IsActive { get; private set; } = true;

    /// <summary>What the server knows it by.</summary>
    internal ByteString Handle { get; }

    public override void Commit() => Waiting.For(() => CommitAsync(CancellationToken.None));

    /// <exception cref="SqlClusterException">40001: others have changed the same, try again; 25P02: a statement had failed. The transaction is rolled back then.</exception>
    public override Task CommitAsync(CancellationToken cancellationToken = default) => EndAsync(true, cancellationToken);

    public override void Rollback() => Waiting.For(() => RollbackAsync(CancellationToken.None));

    public override Task RollbackAsync(CancellationToken cancellationToken = default) => EndAsync(false, cancellationToken);

    public override void Save(string savepointName) => Waiting.For(() => SaveAsync(savepointName, CancellationToken.None));

    public override async Task SaveAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        CheckActive();
        _savepoints.Add((savepointName, await GuardAsync(() => _connection.Session.Sql.BeginSavepointAsync(Handle, savepointName, cancellationToken)).ConfigureAwait(false)));
    }

    public override void Rollback(string savepointName) => Waiting.For(() => RollbackAsync(savepointName, CancellationToken.None));

    /// <exception cref="SqlClusterException">3B001: no such savepoint.</exception>
    public override async Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        int index = Find(savepointName);
        await GuardAsync(() => _connection.Session.Sql.EndSavepointAsync(_savepoints[index].Handle, false, cancellationToken)).ConfigureAwait(false);
        _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
    }

    public override void Release(string savepointName) => Waiting.For(() => ReleaseAsync(savepointName, CancellationToken.None));

    /// <exception cref="SqlClusterException">3B001: no such savepoint.</exception>
    public override async Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        int index = Find(savepointName);
        await GuardAsync(() => _connection.Session.Sql.EndSavepointAsync(_savepoints[index].Handle, true, cancellationToken)).ConfigureAwait(false);
        _savepoints.RemoveRange(index, _savepoints.Count - index);
    }

    public override async ValueTask DisposeAsync()
    {
        await AbandonAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <exception cref="NotSupportedException">Chaos.</exception>
    internal static async Task<SqlClusterTransaction> BeginAsync(SqlClusterConnection connection, IsolationLevel isolationLevel, CancellationToken cancellation)
    {
        string? level = isolationLevel switch
        {
            IsolationLevel.Unspecified => null,
            IsolationLevel.ReadUncommitted => "read uncommitted",
            IsolationLevel.ReadCommitted => "read committed",
            IsolationLevel.RepeatableRead or IsolationLevel.Snapshot => "repeatable read",
            IsolationLevel.Serializable => "serializable",
            _ => throw new NotSupportedException($"isolation level {isolationLevel}"),
        };
        ServerSession session = connection.Session;
        ByteString handle = await GuardAsync(async () =>
        {
            if (level != null)
            {
                // A transaction is of the level that is the session's when it begins.
                session.IsTouched = true;
                await session.Sql.ExecuteUpdateAsync($"SET default_transaction_isolation = '{level}'", cancellationToken: cancellation).ConfigureAwait(false);
            }

            ByteString begun = await session.Sql.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            if (level != null)
            {
                await session.Sql.ExecuteUpdateAsync("RESET default_transaction_isolation", cancellationToken: cancellation).ConfigureAwait(false);
            }

            return begun;
        }).ConfigureAwait(false);
        return new SqlClusterTransaction(connection, handle, isolationLevel == IsolationLevel.Unspecified ? IsolationLevel.ReadCommitted : isolationLevel);
    }

    /// <summary>Rolls back if nobody has ended it, also when the server cannot be told: it will find out.</summary>
    internal async Task AbandonAsync()
    {
        if (IsActive)
        {
            try
            {
                await RollbackAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (SqlClusterException)
            {
                // The server is gone, or has rolled it back already.
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Waiting.For(AbandonAsync);
        }

        base.Dispose(disposing);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (GrpcStatusException error)
        {
            throw ClientErrors.Of(error);
        }
    }

    private static Task GuardAsync(Func<Task> call) => GuardAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });

    private async Task EndAsync(bool isCommit, CancellationToken cancellation)
    {
        CheckActive();
        ServerSession session = _connection.Session;
        IsActive = false;
        _connection.Transaction = null;
        await GuardAsync(async () =>
        {
            await session.ForgetAsync(Handle).ConfigureAwait(false);
            await session.Sql.EndTransactionAsync(Handle, isCommit, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private void CheckActive()
    {
        if (!IsActive)
        {
            throw new InvalidOperationException("the transaction has ended");
        }
    }

    private int Find(string name)
    {
        CheckActive();
        int index = _savepoints.FindLastIndex(savepoint => savepoint.Name == name);
        return index >= 0 ? index : throw ClientErrors.NoSavepoint(name);
    }
}
