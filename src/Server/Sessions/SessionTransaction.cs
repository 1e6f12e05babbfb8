using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Statements.Changes;
using SqlCluster.Server.Transactions;

namespace SqlCluster.Server.Sessions;

/// <summary>A session's open transaction, if it has one: its rules, its savepoints, and what it undoes of the session itself (settings, cursors).</summary>
/// <remarks><code>
///        BEGIN              error
///   I  ---------->  T  ------------->  E        in E all fails with 25P02 but COMMIT, ROLLBACK and ROLLBACK TO
///      &lt;----------     &lt;-------------
///   COMMIT, ROLLBACK      ROLLBACK TO           E goes to I by COMMIT (which answers ROLLBACK) and ROLLBACK
/// </code>
/// Outside of a block a statement that changes something has a transaction of its own, and the statements of one text or one pipeline have one together.
/// </remarks>
internal sealed class SessionTransaction(Session session)
{
    private readonly List<SetSavepoint> _savepoints = [];
    private SettingState? _atStart;
    private volatile Transaction? _current;
    private PendingNotifications? _notifications;
    private bool _isDetached;
    private bool _isReadOnly;

    /// <summary>What statements read and write through; null: there is none, and queries read what is committed.</summary>
    public Transaction? Current => _current;

    /// <summary>Whether a transaction block is open, or the statements of one text are run as one.</summary>
    public bool IsOpen => _atStart != null;

    /// <summary>Whether it is one of several of its session, ended by handle and not by COMMIT; settings are not part of it.</summary>
    public bool IsDetached => _isDetached;

    /// <summary>Whether it refuses to write.</summary>
    private bool IsReadOnly => _isDetached ? _isReadOnly : session.Settings.Get(IsOpen ? "transaction_read_only" : "default_transaction_read_only") == "on";

    /// <summary>What LISTEN and NOTIFY do at its end, or at the end of a statement without a transaction.</summary>
    public PendingNotifications Notifications => LazyInitializer.EnsureInitialized(ref _notifications, () => new PendingNotifications(session))!;

    /// <summary>Whether there was a LISTEN or NOTIFY.</summary>
    public bool HasNotifications => _notifications != null;

    /// <summary>Whether BEGIN opened it.</summary>
    public bool IsBlock { get; private set; }

    /// <summary>Whether a statement of the block has failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>I, T or E, as in ReadyForQuery.</summary>
    public char Status => !IsBlock ? 'I' : HasFailed ? 'E' : 'T';

    /// <summary>Opens a transaction beside the session's own, of the level and access that the session's settings give to new ones.</summary>
    public static SessionTransaction BeginDetached(Session session)
    {
        var transaction = new SessionTransaction(session)
        {
            _isDetached = true,
            _isReadOnly = session.Settings.Get("default_transaction_read_only") == "on",
            _atStart = new SettingState([], []),
            IsBlock = true,
        };
        transaction._current = transaction.New();
        transaction._current.Isolation = Level(session.Settings.Get("default_transaction_isolation"));
        return transaction;
    }

    /// <exception cref="Parser.Errors.QueryException">25P02: a statement of the block has failed.</exception>
    public void CheckOpen()
    {
        if (HasFailed)
        {
            throw TransactionErrors.Failed();
        }
    }

    /// <summary>Opens a block; what a text or pipeline has done so far is part of it.</summary>
    public void BeginBlock(NodeList<TransactionMode> modes)
    {
        BeginImplicit();
        IsBlock = true;
        Apply(modes);
    }

    /// <summary>Makes the statements of one text or pipeline a transaction, unless one is open.</summary>
    public void BeginImplicit()
    {
        if (IsOpen)
        {
            return;
        }

        _atStart = session.Settings.Save();
        session.Settings.SetLocal("transaction_isolation", session.Settings.Get("default_transaction_isolation"));
        session.Settings.SetLocal("transaction_read_only", session.Settings.Get("default_transaction_read_only"));
        session.Settings.SetLocal("transaction_deferrable", session.Settings.Get("default_transaction_deferrable"));
        _current = New();
    }

    /// <summary>SET TRANSACTION and the modes of BEGIN.</summary>
    /// <exception cref="Parser.Errors.QueryException">25001: a statement has run already.</exception>
    public void Apply(NodeList<TransactionMode> modes)
    {
        if (_isDetached)
        {
            throw TransactionErrors.IsDetached("SET TRANSACTION");
        }

        bool isLate = Current?.HasSnapshot ?? false;
        foreach (TransactionMode mode in modes)
        {
            switch (mode)
            {
                case IsolationMode isolation when isLate && Name(isolation.Level) != session.Settings.Get("transaction_isolation"):
                    throw TransactionErrors.IsolationTooLate();
                case IsolationMode isolation:
                    session.Settings.SetLocal("transaction_isolation", Name(isolation.Level));
                    break;
                case AccessMode { ReadOnly: false } when isLate && session.Settings.Get("transaction_read_only") == "on":
                    throw TransactionErrors.AccessModeTooLate();
                case AccessMode access:
                    session.Settings.SetLocal("transaction_read_only", access.ReadOnly ? "on" : "off");
                    break;
                case DeferrableMode deferrable when isLate && deferrable.Deferrable:
                    throw TransactionErrors.DeferrableTooLate();
                case DeferrableMode deferrable:
                    session.Settings.SetLocal("transaction_deferrable", deferrable.Deferrable ? "on" : "off");
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Refuses what may not run now.</summary>
    public void Check(Statement statement)
    {
        if (!IsBlock && statement is QueryStatement)
        {
            return;
        }

        if (statement is not (Commit or Rollback or RollbackToSavepoint))
        {
            CheckOpen();
        }

        if (StatementEffects.WriteName(statement, session) is { } write && IsReadOnly && !IsTemporary(statement))
        {
            throw TransactionErrors.ReadOnly(write);
        }

        if (IsBlock && statement is (Discard { Kind: DiscardKind.All } or Vacuum))
        {
            throw TransactionErrors.InTransaction(statement is Vacuum ? "VACUUM" : "DISCARD ALL");
        }
    }

    /// <summary>Begins a statement: gets its locks, waiting for them, and its snapshot.</summary>
    /// <returns>Whether it has a transaction of its own, which <see cref="EndStatement"/> ends.</returns>
    public ValueTask<bool> EnterAsync(Statement statement, CancellationToken cancellation) =>
        _current == null && !StatementEffects.Changes(statement, session) || !StatementEffects.SeesData(statement) ? ValueTask.FromResult(false) : EnterTransactionAsync(statement, cancellation);

    /// <summary>Ends a statement with a transaction of its own.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001.</exception>
    public void EndStatement(bool isCommit)
    {
        Transaction? transaction = _current;
        _current = null;
        if (isCommit)
        {
            transaction?.Commit();
        }
        else
        {
            transaction?.RollBack();
        }
    }

    /// <summary>What is resolved from now on is resolved against what is committed now, where the isolation level says so.</summary>
    public void Refresh()
    {
        if (_current is { } transaction)
        {
            Begin(transaction);
        }
    }

    /// <summary>Says that a statement has failed: a block waits for its end, anything else ends. Others need not wait for what cannot be committed any more.</summary>
    public async ValueTask FailAsync()
    {
        Fail();
        if (!IsBlock)
        {
            await EndAsync(false).ConfigureAwait(false);
        }
    }

    /// <summary>Says that a statement of a block has failed.</summary>
    public void Fail()
    {
        if (IsBlock)
        {
            HasFailed = true;
            if (_savepoints.Count == 0)
            {
                _current?.RollBack();
            }
        }
    }

    /// <summary>Ends the transaction of a text's or pipeline's statements; a block that they have opened stays open.</summary>
    public ValueTask EndImplicitAsync()
    {
        if (!IsOpen)
        {
            // What set_config(..., true) has set outlives no transaction, not even that of its own statement.
            session.Settings.EndLocal();
            return ValueTask.CompletedTask;
        }

        return IsBlock ? ValueTask.CompletedTask : EndAsync(true);
    }

    /// <summary>Ends the transaction; without one nothing happens.</summary>
    /// <exception cref="Parser.Errors.QueryException">40001: it could not be committed, and was rolled back.</exception>
    public async ValueTask EndAsync(bool isCommit)
    {
        if (_atStart is not { } atStart)
        {
            return;
        }

        Transaction? transaction = Forget();
        try
        {
            if (isCommit)
            {
                _notifications?.CheckRoom();
                transaction?.Commit();
            }
        }
        catch
        {
            isCommit = false;
            throw;
        }
        finally
        {
            transaction?.RollBack();
            EndNotifications(isCommit);
            if (_isDetached)
            {
                // Settings are the session's.
            }
            else if (isCommit)
            {
                session.Settings.EndLocal();
            }
            else
            {
                session.Settings.Restore(atStart);
            }

            await session.Cursors.EndTransactionAsync(isCommit).ConfigureAwait(false);
        }
    }

    /// <summary>The client is gone: nothing of the transaction stays.</summary>
    public void Abandon()
    {
        Forget()?.RollBack();
        EndNotifications(false);
    }

    /// <summary>Sends what was to be sent, or forgets it.</summary>
    public void EndNotifications(bool isCommit)
    {
        if (isCommit)
        {
            _notifications?.Commit();
        }
        else
        {
            _notifications?.RollBack();
        }
    }

    public void Save(string name) => _savepoints.Add(new SetSavepoint(name, session.Settings.Save(), Current!.Save(), _notifications?.Mark ?? default, session.Cursors.Mark));

    /// <returns>False when there is no such savepoint.</returns>
    public bool Release(string name)
    {
        int index = Find(name);
        if (index >= 0)
        {
            Remove(index);
        }

        return index >= 0;
    }

    /// <summary>Where the numbers of cursors and portals stood at a savepoint; null: there is no such savepoint.</summary>
    public long? CursorMark(string name) => Find(name) is var index and >= 0 ? _savepoints[index].Cursors : null;

    /// <returns>False when there is no such savepoint.</returns>
    public bool RollBackTo(string name)
    {
        int index = Find(name);
        if (index < 0)
        {
            return false;
        }

        Current!.RollBackTo(_savepoints[index].Changes);
        _notifications?.RollBackTo(_savepoints[index].Notifications);
        if (!_isDetached)
        {
            session.Settings.Restore(_savepoints[index].Settings);
        }

        Remove(index + 1);
        HasFailed = false;
        return true;
    }

    /// <summary>A level as the setting spells it.</summary>
    public static string Name(IsolationLevel level) => level switch
    {
        IsolationLevel.ReadUncommitted => "read uncommitted",
        IsolationLevel.ReadCommitted => "read committed",
        IsolationLevel.RepeatableRead => "repeatable read",
        IsolationLevel.Serializable => "serializable",
    };

    private async ValueTask<bool> EnterTransactionAsync(Statement statement, CancellationToken cancellation)
    {
        bool isAlone = _current == null;
        Transaction transaction = _current ?? New();
        _current = transaction;
        try
        {
            Begin(transaction);
            await StatementLocks.AcquireAsync(statement, session, transaction, cancellation).ConfigureAwait(false);
            return isAlone;
        }
        catch
        {
            if (isAlone)
            {
                EndStatement(false);
            }

            throw;
        }
    }

    private void Begin(Transaction transaction)
    {
        if (!transaction.HasSnapshot && !_isDetached)
        {
            transaction.Isolation = Level(session.Settings.Get(IsOpen ? "transaction_isolation" : "default_transaction_isolation"));
        }

        transaction.BeginStatement();
    }

    private Transaction New() => new(session.Id, session.Engine.Database.Commits, session.Engine.Database, session.Catalog.Temporary.Database);

    private static IsolationLevel Level(string name) => name switch
    {
        "serializable" => IsolationLevel.Serializable,
        "repeatable read" => IsolationLevel.RepeatableRead,
        _ => IsolationLevel.ReadCommitted,
    };

    /// <summary>Whether a statement writes to a temporary table of the session, which read-only transactions may.</summary>
    private bool IsTemporary(Statement statement) => statement switch
    {
        not null when ChangeStatements.WithOf(statement) is { ChangesRows: true } with =>
            with.Tables.All(table => table.Body is QueryStatement || IsTemporary(table.Body)) && (statement is ChangingQuery || IsTemporary(ChangeStatements.With(statement, null))),
        Explain explain => IsTemporary(explain.Statement),
        Insert insert => IsTemporary(insert.Table.Name),
        Update update => IsTemporary(update.Table.Name),
        Delete delete => IsTemporary(delete.Table.Name),
        Copy { Table: { } table } => IsTemporary(table),
        _ => false,
    };

    private bool IsTemporary(QualifiedName name) => session.Catalog.Locate(name) is var (database, _, _) && database == session.Catalog.Temporary;

    private Transaction? Forget()
    {
        Transaction? transaction = _current;
        _atStart = null;
        _current = null;
        IsBlock = false;
        HasFailed = false;
        Remove(0);
        return transaction;
    }

    private int Find(string name) => _savepoints.FindLastIndex(savepoint => savepoint.Name == name);

    /// <summary>Takes away the savepoints from one on.</summary>
    private void Remove(int first)
    {
        for (int i = _savepoints.Count - 1; i >= first; i--)
        {
            _savepoints[i].Changes.Dispose();
            _savepoints.RemoveAt(i);
        }
    }

    private sealed record SetSavepoint(string Name, SettingState Settings, SavedChanges Changes, (int Listening, int Sent) Notifications, long Cursors);
}

/// <summary>A session's settings at one moment: their values, and what those of SET LOCAL go back to.</summary>
internal sealed record SettingState(Dictionary<string, string> Values, Dictionary<string, string?> Local);
