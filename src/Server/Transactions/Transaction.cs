using System.Collections.Immutable;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.Transactions;

/// <summary>A transaction: what it sees, what it has changed, and how that becomes everybody's or nobody's. Thread-safe.</summary>
/// <remarks><code>
/// statement:  locks (StatementLocks)  ->  snapshot  ->  reads see snapshot + changes, writes are added to the changes
/// commit:     changes are made to what is committed by now, all at once
/// </code>
/// READ COMMITTED takes a snapshot for each statement, the other levels one at the first. SERIALIZABLE also demands at commit that no table it has read was
/// changed by others since, if it has changed anything itself. Locks decide who changes a thing first; who comes later waits, and sees what it waited for, or
/// fails with 40001 where its snapshot is older (Berenson et al., "A Critique of ANSI SQL Isolation Levels", 1995).
/// </remarks>
internal sealed class Transaction
{
    private readonly Lock _lock = new();
    private readonly CommitLog _commits;
    private readonly Database[] _databases;
    private readonly HashSet<MemoryTable> _met = [];
    private readonly HashSet<MemoryTable> _read = [];
    private readonly HashSet<(Database, CatalogKey)> _keys = [];
    private ImmutableDictionary<Database, CatalogChange> _catalogs = ImmutableDictionary<Database, CatalogChange>.Empty;
    private ImmutableDictionary<MemoryTable, TableChange> _tables = ImmutableDictionary<MemoryTable, TableChange>.Empty;
    private Snapshot? _snapshot;
    private long _id;
    private bool _ended;

    /// <param name="sessionId">Whose it is.</param>
    /// <param name="commits">Where it commits.</param>
    /// <param name="databases">All that it may read and change; the session's own one last.</param>
    public Transaction(int sessionId, CommitLog commits, params Database[] databases)
    {
        SessionId = sessionId;
        _commits = commits;
        _databases = databases;
    }

    public int SessionId { get; }

    /// <summary>When it began: now().</summary>
    public DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>May be set until the first statement.</summary>
    public IsolationLevel Isolation { get; set; } = IsolationLevel.ReadCommitted;

    /// <summary>Whether a statement has run in it.</summary>
    public bool HasSnapshot => _snapshot != null;

    /// <summary>Its number, given when it is first asked for.</summary>
    public long Id
    {
        get
        {
            lock (_lock)
            {
                return _id == 0 ? _id = _commits.NextId() : _id;
            }
        }
    }

    /// <summary>The number, if it has one: it was asked for, or something was changed.</summary>
    public long? AssignedId => Volatile.Read(ref _id) is var id and not 0 ? id : null;

    private bool HasOneSnapshot => Isolation is IsolationLevel.RepeatableRead or IsolationLevel.Serializable;

    /// <summary>Keeps others from writing a thing until the end of this transaction.</summary>
    /// <inheritdoc cref="LockTable.AcquireAsync"/>
    public ValueTask LockAsync(object key, LockMode mode, TimeSpan patience, CancellationToken cancellation) => _commits.Locks.AcquireAsync(this, key, mode, patience, cancellation);

    /// <summary>Begins a statement: what READ COMMITTED sees from now on is what is committed now.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001: others have changed what this transaction has changed, too.</exception>
    public void BeginStatement()
    {
        lock (_lock)
        {
            if (_ended || (_snapshot != null && HasOneSnapshot))
            {
                return;
            }

            _snapshot?.Dispose();
            _snapshot = _commits.Open(_databases);
            foreach ((Database database, CatalogChange change) in _catalogs)
            {
                _catalogs = _catalogs.SetItem(database, change.Rebase(_snapshot.StateOf(database)));
            }
        }
    }

    /// <summary>The catalog with this transaction's changes.</summary>
    public CatalogState StateOf(Database database)
    {
        lock (_lock)
        {
            return _catalogs.TryGetValue(database, out CatalogChange? change) ? change.Own : _snapshot?.StateOf(database) ?? database.State;
        }
    }

    /// <summary>Changes a catalog.</summary>
    /// <param name="database">Which.</param>
    /// <param name="state">What it is from now on: <see cref="StateOf"/> with changes.</param>
    /// <param name="keys">The names that were changed.</param>
    /// <exception cref="Parser.Errors.QueryException">40001: others have changed one of the names since the snapshot.</exception>
    public void Change(Database database, CatalogState state, ReadOnlySpan<CatalogKey> keys)
    {
        lock (_lock)
        {
            CheckOpen();
            CatalogState before = _snapshot?.StateOf(database) ?? database.State;
            CatalogChange change = _catalogs.GetValueOrDefault(database) ?? new CatalogChange(before, before, []);
            foreach (CatalogKey key in keys)
            {
                if (!database.State.Agrees(key, change.Base))
                {
                    throw TransactionErrors.ConcurrentUpdate();
                }

                _keys.Add((database, key));
                if (TableOf(state, key) is { } table)
                {
                    _met.Add(table);
                }
            }

            _catalogs = _catalogs.SetItem(database, change.With(state, keys));
            _ = Id;
        }
    }

    /// <summary>Has a query read its tables as this transaction sees them.</summary>
    public void Show(IReadOnlyList<MemoryTable> tables, QueryContext query)
    {
        lock (_lock)
        {
            CheckOpen();
            foreach (MemoryTable table in tables)
            {
                table.Show(query, See(table));
            }
        }
    }

    /// <summary>Rows of a table as this transaction sees it.</summary>
    public long RowCount(MemoryTable table)
    {
        lock (_lock)
        {
            CheckOpen();
            TableVersion version = See(table);
            version.Release();
            return version.RowCount;
        }
    }

    /// <summary>A table's rows as this transaction sees them, to be released.</summary>
    public TableVersion Seen(MemoryTable table)
    {
        lock (_lock)
        {
            CheckOpen();
            return See(table);
        }
    }

    /// <summary>A table's rows as they would be if the transaction were committed now, to be released.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001: others have changed what this transaction has changed, too.</exception>
    public TableVersion Current(MemoryTable table)
    {
        lock (_lock)
        {
            CheckOpen();
            TableVersion committed = table.Pin();
            if (!_tables.TryGetValue(table, out TableChange? change))
            {
                return committed;
            }

            try
            {
                return change.ApplyTo(committed);
            }
            finally
            {
                committed.Release();
            }
        }
    }

    /// <summary>Rows that others have added to a table since the statement's snapshot, to be released.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001: they have changed others, too.</exception>
    public TableVersion AddedSince(MemoryTable table)
    {
        lock (_lock)
        {
            CheckOpen();
            TableVersion seen = Pin(table), now = table.Pin(), none = TableVersion.Of();
            try
            {
                return now.Extends(seen) ? now.AddTo(none, seen) : throw TransactionErrors.ConcurrentUpdate();
            }
            finally
            {
                seen.Release();
                now.Release();
                none.Release();
            }
        }
    }

    /// <summary>Adds a writer's rows to its table.</summary>
    public void Add(MemoryTable.Writer rows) => Add(rows.Table, rows.Take());

    /// <summary>Adds rows to a table, taking over their references.</summary>
    public void Add(MemoryTable table, Batch[] rows)
    {
        lock (_lock)
        {
            CheckOpen();
            _ = Id;
            TableChange? change = _tables.GetValueOrDefault(table);
            Put(table, change == null
                ? new TableChange(null, TableVersion.Of(rows))
                : new TableChange(change.Replaced?.Retain(), change.Own.With(rows)));
        }
    }

    /// <summary>Puts a writer's rows in the place of all that the transaction sees of its table.</summary>
    public void Replace(MemoryTable.Writer rows)
    {
        lock (_lock)
        {
            CheckOpen();
            _ = Id;
            Put(rows.Table, new TableChange(Pin(rows.Table), TableVersion.Of(rows.Take())));
        }
    }

    /// <summary>Checks that a table was not changed, but for rows added, since this transaction's one snapshot.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001.</exception>
    public void CheckUnchanged(MemoryTable table)
    {
        lock (_lock)
        {
            if (_snapshot == null || _ended || !HasOneSnapshot)
            {
                return;
            }

            TableVersion seen = Pin(table);
            TableVersion? current = table.TryPin();
            bool isUnchanged = current != null && current.Extends(seen);
            current?.Release();
            seen.Release();
            if (!isUnchanged)
            {
                throw TransactionErrors.ConcurrentUpdate();
            }
        }
    }

    /// <summary>What was changed so far, to go back to; it holds versions until it is disposed.</summary>
    public SavedChanges Save()
    {
        lock (_lock)
        {
            return new SavedChanges(_catalogs, _tables);
        }
    }

    /// <summary>Forgets what was changed since.</summary>
    public void RollBackTo(SavedChanges saved)
    {
        lock (_lock)
        {
            CheckOpen();
            foreach (TableChange change in _tables.Values)
            {
                change.Release();
            }

            _tables = saved.Tables;
            foreach (TableChange change in _tables.Values)
            {
                change.Retain();
            }

            _catalogs = saved.Catalogs;
            if (_snapshot != null)
            {
                foreach ((Database database, CatalogChange change) in _catalogs)
                {
                    _catalogs = _catalogs.SetItem(database, change.Rebase(_snapshot.StateOf(database)));
                }
            }
        }
    }

    /// <summary>Makes all changes everybody's, at once, and ends the transaction; should that fail, it has ended without them.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001: what others have committed since does not allow it.</exception>
    public void Commit()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            try
            {
                ClearTemporary(_databases[^1]);
                if (_catalogs.Count > 0 || _tables.Count > 0)
                {
                    _commits.Run(Publish);
                }
            }
            finally
            {
                End();
            }
        }
    }

    /// <summary>Ends the transaction without its changes; does nothing when it has ended.</summary>
    public void RollBack()
    {
        lock (_lock)
        {
            if (!_ended)
            {
                End();
            }
        }
    }

    /// <summary>The committed version that the transaction's statement goes by, to be released.</summary>
    private TableVersion Pin(MemoryTable table) => _snapshot?.Pin(table) ?? table.Pin();

    private TableVersion See(MemoryTable table)
    {
        _read.Add(table);
        TableVersion committed = Pin(table);
        if (!_tables.TryGetValue(table, out TableChange? change))
        {
            return committed;
        }

        TableVersion seen = change.ApplyTo(committed);
        committed.Release();
        return seen;
    }

    private void Put(MemoryTable table, TableChange change)
    {
        _tables.GetValueOrDefault(table)?.Release();
        _tables = _tables.SetItem(table, change);
    }

    private void Publish()
    {
        if (Isolation == IsolationLevel.Serializable)
        {
            foreach (MemoryTable table in _read)
            {
                CheckUnread(table);
            }
        }

        // Whatever may fail comes first.
        (Database Database, CatalogChange Change)[] catalogs = [.. _catalogs.Select(static pair => (pair.Key, pair.Value.Rebase(pair.Key.State)))];
        var versions = new List<(MemoryTable Table, TableVersion Version)>();
        try
        {
            foreach ((MemoryTable table, TableChange change) in _tables)
            {
                if (table.TryPin() is { } committed)
                {
                    try
                    {
                        versions.Add((table, change.ApplyTo(committed)));
                    }
                    finally
                    {
                        committed.Release();
                    }
                }
            }
        }
        catch
        {
            versions.ForEach(static made => made.Version.Release());
            throw;
        }

        foreach ((MemoryTable table, TableVersion version) in versions)
        {
            _commits.Publish(table, version);
        }

        foreach ((Database database, CatalogChange change) in catalogs)
        {
            foreach (CatalogKey key in change.Keys)
            {
                if (TableOf(database.State, key) is { } table)
                {
                    _met.Add(table);
                }
            }

            database.Replace(change.Own);
        }
    }

    private void CheckUnread(MemoryTable table)
    {
        TableVersion seen = Pin(table);
        TableVersion? current = table.TryPin();
        seen.Release();
        current?.Release();
        if (current != seen)
        {
            throw TransactionErrors.ReadWriteDependency();
        }
    }

    /// <summary>ON COMMIT DELETE ROWS and ON COMMIT DROP of the session's temporary tables.</summary>
    private void ClearTemporary(Database temporary)
    {
        CatalogState state = StateOf(temporary);
        foreach (SchemaContents schema in state.Contents())
        {
            foreach (CatalogEntry entry in schema.Relations.Where(static entry => entry.Facts.OnCommit is OnCommit.DeleteRows or OnCommit.Drop))
            {
                if (entry.Facts.OnCommit == OnCommit.Drop)
                {
                    Change(temporary, StateOf(temporary).Without(schema.Name, entry.Name), [CatalogKey.OfRelation(schema.Name, entry.Name)]);
                }
                else if (entry.Relation is Relation.OfTable { Table: MemoryTable table })
                {
                    Put(table, new TableChange(Pin(table), TableVersion.Of()));
                }
            }
        }
    }

    private static MemoryTable? TableOf(CatalogState state, CatalogKey key) =>
        key.Kind == CatalogKind.Relation && state.FindEntry(key.Schema, key.Name)?.Relation is Relation.OfTable { Table: MemoryTable table } ? table : null;

    /// <summary>Lets go of everything; tables that this transaction made or took the names of, and that no name stands for now, end.</summary>
    private void End()
    {
        _ended = true;
        _snapshot?.Dispose();
        _snapshot = null;
        foreach (TableChange change in _tables.Values)
        {
            change.Release();
        }

        _commits.Run(() =>
        {
            foreach ((Database database, CatalogKey key) in _keys)
            {
                if (TableOf(database.State, key) is { } table)
                {
                    _met.Remove(table);
                }
            }

            foreach (MemoryTable table in _met)
            {
                _commits.Drop(table);
            }
        });
        _tables = _tables.Clear();
        _catalogs = _catalogs.Clear();
        _met.Clear();
        _commits.Locks.Release(this);
    }

    private void CheckOpen()
    {
        if (_ended)
        {
            throw TransactionErrors.Ended();
        }
    }
}
