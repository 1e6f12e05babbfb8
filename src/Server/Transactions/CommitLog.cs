using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Storage;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.Transactions;

/// <summary>Puts commits one after the other, and keeps for every open snapshot what it still sees. Thread-safe.</summary>
/// <remarks>
/// A snapshot costs nothing when it is taken: a commit that puts a new version of a table in place hands the old one to the snapshots that are open. Queries outside of transactions
/// have no snapshot; they hold the versions they read.
/// </remarks>
internal sealed class CommitLog
{
    private readonly Lock _lock = new();
    private readonly HashSet<Snapshot> _open = [];
    private long _lastId = FirstId - 1;

    /// <summary>Id of the first transaction; those below are PostgreSQL's own.</summary>
    private const long FirstId = 3;

    public LockTable Locks { get; } = new();

    /// <summary>The next transaction's id; grows, each is given once.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Does something while nobody commits.</summary>
    public void Run(Action action)
    {
        lock (_lock)
        {
            action();
        }
    }

    /// <summary>Takes a snapshot of databases and of all tables.</summary>
    public Snapshot Open(params ReadOnlySpan<Database> databases)
    {
        lock (_lock)
        {
            var snapshot = new Snapshot(this, databases);
            _open.Add(snapshot);
            return snapshot;
        }
    }

    /// <summary>Has a query read versions of several tables that were current at one moment.</summary>
    public void Show(IReadOnlyList<MemoryTable> tables, QueryContext query)
    {
        lock (_lock)
        {
            foreach (MemoryTable table in tables)
            {
                table.Show(query, table.Pin());
            }
        }
    }

    /// <summary>A table's version in a snapshot, to be released.</summary>
    internal TableVersion Pin(MemoryTable table, Snapshot snapshot)
    {
        lock (_lock)
        {
            return snapshot.Kept(table)?.Retain() ?? table.Pin();
        }
    }

    internal void Close(Snapshot snapshot)
    {
        lock (_lock)
        {
            _open.Remove(snapshot);
        }
    }

    /// <summary>Makes a version current, taking over the caller's hold. To be called within <see cref="Run"/>.</summary>
    internal void Publish(MemoryTable table, TableVersion version)
    {
        Keep(table);
        table.Publish(version);
    }

    /// <summary>Ends a table that no name stands for any more. To be called within <see cref="Run"/>.</summary>
    internal void Drop(MemoryTable table)
    {
        Keep(table);
        table.Drop();
    }

    private void Keep(MemoryTable table)
    {
        foreach (Snapshot snapshot in _open)
        {
            snapshot.Keep(table);
        }
    }
}
