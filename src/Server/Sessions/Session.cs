using System.Globalization;
using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Statements;
using SqlCluster.Server.Transactions;

namespace SqlCluster.Server.Sessions;

/// <summary>One client's conversation: settings, temporary tables, prepared statements. One statement at a time; Cancel and Terminate may come from anywhere.</summary>
public sealed class Session : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly CancelRequests _cancelRequests = new();
    private volatile RunningQuery? _current;
    private volatile SessionClient _client;
    private volatile int _state;
    private long _stateChange = TimeProvider.System.GetUtcNow().UtcTicks;
    private ITimer? _idleTimer;
    private long _idleSince;
    private volatile QueryException? _endError;
    private Exception? _explained;

    internal Session(Engine engine, int id, string user, SessionClient client)
    {
        Engine = engine;
        Id = id;
        Name = id.ToString(CultureInfo.InvariantCulture);
        User = user;
        _client = client;
        Ended = _ended.Token;
        Settings = new SessionSettings(engine.SessionDefaults);
        Catalog = new SessionCatalog(engine, this);
        Objects = new SessionObjects(this);
        Pipeline = new QueryPipeline(engine, this);
        Settings.Changed += OnSettingChanged;
        Statements = new StatementCache(this);
        Transaction = new SessionTransaction(this);
    }

    /// <summary>Identifies the session in the process: its backend pid.</summary>
    public int Id { get; }

    /// <summary>The id as text, for errors that name a query.</summary>
    internal string Name { get; }

    public string User { get; }

    public Engine Engine { get; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Who is at the other end; safe to read from anywhere, unlike <see cref="Settings"/>.</summary>
    public SessionClient Client => _client;

    /// <summary>The session's own: only its statements may read and change them.</summary>
    public SessionSettings Settings { get; }

    public SessionCatalog Catalog { get; }

    /// <summary>System catalogs, names and ids of objects.</summary>
    public SessionObjects Objects { get; }

    /// <summary>What it is doing; safe to read from anywhere.</summary>
    public SessionActivity Activity
    {
        get
        {
            RunningQuery? query = _current;
            var state = (SessionState)_state;
            return new SessionActivity(
                state,
                query?.Text,
                query?.Id,
                query?.Start,
                new DateTimeOffset(Interlocked.Read(ref _stateChange), TimeSpan.Zero),
                state != SessionState.Active ? SessionWait.ClientRead : query is { IsQueued: true } ? SessionWait.Queue : Engine.Database.Commits.Locks.BlockersOf(Id).Count > 0 ? SessionWait.Lock : null)
            {
                TransactionStart = Transaction.Current?.Start ?? (state == SessionState.Active ? query?.Start : null),
                TransactionId = Transaction.Current?.AssignedId,
            };
        }
    }

    /// <summary>The statement that runs; null while the session waits for its client.</summary>
    public RunningQuery? Running => (SessionState)_state == SessionState.Active ? _current : null;

    /// <summary>The session is over: its door says why (<see cref="EndError"/>) and closes.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Why the session was ended from outside, once it was.</summary>
    public QueryException? EndError => _endError;

    /// <summary>The query that was started last, for the progress of an embedded session; it may have ended. Null before the first one, and for clients of the doors.</summary>
    public IQueryExecution? LastExecution { get; internal set; }

    /// <summary>Statements of PREPARE, by name.</summary>
    internal Dictionary<string, NamedStatement> Prepared { get; } = new(StringComparer.Ordinal);

    /// <summary>Tells the named statements that the client's protocol prepared; null: the protocol has none.</summary>
    internal Func<IReadOnlyList<(string Name, PreparedQuery Query)>>? ProtocolStatements { get; set; }

    /// <summary>From a query's syntax to its rows.</summary>
    internal QueryPipeline Pipeline { get; }

    /// <summary>The open transaction, if there is one. Flight's clients have several, which take turns here.</summary>
    internal SessionTransaction Transaction { get; set; }

    /// <summary>Takes the changes of the statement that runs.</summary>
    internal Transaction Changes => Transaction.Current ?? throw Execution.ExecutionErrors.Internal("rows are changed outside of a transaction");

    /// <summary>What now() says, µs since 1970; null: the time of the statement.</summary>
    internal long? TransactionTime => Transaction.Current is { } transaction ? (transaction.Start.UtcTicks - DateTime.UnixEpoch.Ticks) / 10 : null;

    /// <summary>Numbers it was given by sequences.</summary>
    internal SessionSequences Sequences { get; } = new();

    /// <summary>Cursors of DECLARE.</summary>
    internal CursorSet Cursors { get; } = new();

    /// <summary>Tells the client's connection that a notification waits; null: its protocol has none.</summary>
    internal Action? Notified { get; set; }

    /// <summary>Notifications that wait for the client; null: it has never listened.</summary>
    internal NotificationInbox? Inbox { get; set; }

    /// <summary>Texts that the session has run before.</summary>
    internal StatementCache Statements { get; }

    /// <summary>The id of the statement that is begun next, where its client has been told it already; null: a new one.</summary>
    internal QueryId? NextId { get; set; }

    /// <summary>Statements that run on the session's turn; kept by <see cref="QueryAdmission"/>.</summary>
    internal int HeldTurns { get; set; }

    /// <summary>Runs the statements of a text one after the other. Dispose each result before taking the next.</summary>
    /// <exception cref="QueryException">A statement failed; those after it do not run.</exception>
    public async IAsyncEnumerable<StatementResult> ExecuteAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BeginRequest();
        try
        {
            foreach (Statement statement in Parse(sql, cancellation))
            {
                yield return await ExecuteAsync(statement, sql, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _cancelRequests.Close();
        }
    }

    /// <summary>Runs one statement. Rows stream from the result; disposing it ends the query.</summary>
    public Task<StatementResult> ExecuteAsync(Statement statement, CancellationToken cancellation = default) => ExecuteAsync(statement, null, cancellation);

    /// <summary>Runs one statement. Rows stream from the result; disposing it ends the query.</summary>
    /// <param name="statement">Its syntax.</param>
    /// <param name="text">The text that the client sent, for logs and session lists; null: the statement printed.</param>
    /// <param name="cancellation">The client is gone.</param>
    public Task<StatementResult> ExecuteAsync(Statement statement, string? text, CancellationToken cancellation = default) =>
        RunAsync(statement, text, query => StatementRouter.ExecuteAsync(statement, this, query.Token), cancellation);

    /// <summary>Resolves a statement with parameters, so that it can be described now and run later.</summary>
    /// <param name="statement">Any statement; parameters are $1, $2, ...</param>
    /// <param name="parameterTypes">Types of the first parameters; null ones and those beyond are inferred.</param>
    /// <param name="parameterCount">Parameters of a statement that is no query; queries know theirs.</param>
    /// <param name="text">The text that the client sent, for logs and session lists; null: the statement printed.</param>
    /// <param name="cancellation">The client is gone.</param>
    public async Task<PreparedQuery> PrepareAsync(
        Statement statement, IReadOnlyList<SqlType?> parameterTypes, int parameterCount = 0, string? text = null, CancellationToken cancellation = default)
    {
        Pipeline.StatementText = text;
        CancellationToken outer = Pipeline.Cancellation;
        Pipeline.Cancellation = cancellation;
        try
        {
            Transaction.Refresh();
            return await PreparedQuery.CreateAsync(this, statement, parameterTypes, parameterCount, text, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Pipeline.Cancellation = outer;
        }
    }

    /// <summary>Begins a statement, which is the running one from now on and subject to statement_timeout; <see cref="RunningQuery.End"/> ends it.</summary>
    /// <param name="text">What the client sent; null: the statement printed.</param>
    /// <param name="statement">Its syntax, when there is one.</param>
    /// <param name="cancellation">The client is gone.</param>
    public RunningQuery BeginStatement(string? text, Statement? statement, CancellationToken cancellation)
    {
        var query = new RunningQuery(this, statement, text, cancellation) { Id = NextId ?? QueryId.Next() };
        NextId = null;
        MakeCurrent(query);

        // Last, so that whoever finds it there can end it through the session too.
        Engine.Sessions.Add(query);
        EndIfTerminated(query);
        return query;
    }

    /// <summary>Says that rows of an earlier statement are read on, so that Cancel and statement_timeout end that one.</summary>
    public void Resume(StatementResult.Rows rows)
    {
        if (rows.Query != null)
        {
            MakeCurrent(rows.Query);
            EndIfTerminated(rows.Query);
        }
    }

    /// <summary>Says that the client has asked for something, up to <see cref="BecomeIdle"/>: a Cancel that comes before the statement's beginning ends the statement as it begins.</summary>
    public void BeginRequest() => _cancelRequests.Open();

    /// <summary>Ends what comes before a statement's beginning, parsing and preparing, when the request is cancelled.</summary>
    public CancellationToken RequestCancelled => _cancelRequests.Token;

    /// <summary>Says that the client has its answer and the session waits for more; idle timeouts begin to count.</summary>
    /// <param name="state">One of the idle states.</param>
    public void BecomeIdle(SessionState state)
    {
        _cancelRequests.Rest();
        _current?.SetTimeout(TimeSpan.Zero);
        Enter(state);
        TimeSpan timeout = state == SessionState.Idle ? Settings.IdleTimeout : Settings.IdleInTransactionTimeout;
        if (timeout > TimeSpan.Zero)
        {
            _idleTimer ??= TimeProvider.System.CreateTimer(static session => ((Session)session!).OnIdleTooLong(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Volatile.Write(ref _idleSince, TimeProvider.System.GetTimestamp());
            _idleTimer.Change(timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Records that a text failed, unless it did so as a running statement: what does not parse, or does not resolve when it is prepared, counts and is logged too (R4).</summary>
    public void RecordFailure(string text, QueryException error)
    {
        if (!ReferenceEquals(error, _explained) && !(error.InnerException != null && ReferenceEquals(error.InnerException, _explained)))
        {
            BeginStatement(text, null, CancellationToken.None).End(error);
        }
    }

    /// <summary>Ends the running statement, or the one that the client's request is about to begin; does nothing while the session waits for its client. Thread-safe.</summary>
    public void Cancel(CancelReason reason = CancelReason.Requested) => _cancelRequests.Send(reason);

    /// <summary>Ends the statement and then the session, which tells its client why; thread-safe.</summary>
    public void Terminate(CancelReason reason = CancelReason.Terminated) => End(SessionErrors.Terminated(), reason);

    public void Dispose()
    {
        CancelAll(CancelReason.ClientGone);
        _idleTimer?.Dispose();
        Transaction.Abandon();
        if (Inbox != null)
        {
            Engine.Notifications.Leave(Inbox);
        }

        Engine.Sessions.Remove(this);
    }

    /// <summary>Runs a statement's body between its beginning and its end.</summary>
    internal async Task<StatementResult> RunAsync(Statement statement, string? text, Func<RunningQuery, Task<StatementResult>> body, CancellationToken cancellation)
    {
        RunningQuery query = BeginStatement(text, statement, cancellation);
        Pipeline.StatementText = text;
        CancellationToken outer = Pipeline.Cancellation;
        Pipeline.Cancellation = query.Token;
        SessionTransaction transaction = Transaction;
        bool isAlone = false;
        try
        {
            if (_client.Door != Door.PostgreSql)
            {
                transaction.Check(statement);       // that door checks earlier
            }

            isAlone = await transaction.EnterAsync(statement, query.Token).ConfigureAwait(false);
            if (QueryAdmission.AppliesTo(statement) && !(Engine.Admission.IsFull && CatalogQueries.Includes(statement, this)))
            {
                await Engine.Admission.EnterAsync(query).ConfigureAwait(false);
            }

            StatementResult result = await body(query).ConfigureAwait(false);
            if (isAlone)
            {
                isAlone = false;
                transaction.EndStatement(true);
            }

            if (result is StatementResult.Rows rows)
            {
                rows.Query = query;
            }
            else
            {
                query.End(null, ((StatementResult.Command)result).Tag);
            }

            return result;
        }
        catch (Exception error)
        {
            if (isAlone)
            {
                transaction.EndStatement(false);
            }

            if (_client.Door != Door.PostgreSql)
            {
                await transaction.FailAsync().ConfigureAwait(false);        // that door knows of errors that never came here, too
            }

            Exception explained = query.Explain(error);
            query.End(explained);
            if (ReferenceEquals(explained, error))
            {
                throw;
            }

            throw explained;
        }
        finally
        {
            Pipeline.Cancellation = outer;
        }
    }

    /// <summary>Remembers the error that a running statement ends with, so that it is not recorded twice.</summary>
    internal Exception Remember(Exception error)
    {
        _explained = error;
        return error;
    }

    internal void EndStatement(RunningQuery query, FinishedQuery finished)
    {
        _cancelRequests.End(query);
        if (!Transaction.IsOpen)
        {
            Transaction.EndNotifications(finished.Error == null);
        }

        Engine.Sessions.Remove(query);
        Engine.History.Add(finished);
        foreach (IQueryListener listener in Engine.Listeners)
        {
            listener.OnFinished(finished);
        }

        if (ReferenceEquals(query, _current))
        {
            Enter(SessionState.Idle);
        }
    }

    /// <exception cref="QueryException">The text is not SQL, or its reading was cancelled.</exception>
    private IReadOnlyList<Statement> Parse(string sql, CancellationToken client)
    {
        try
        {
            using CancellationTokenRegistration gone = client.UnsafeRegister(static session => ((Session)session!).Cancel(CancelReason.ClientGone), this);
            return SqlParser.ParseStatements(sql, RequestCancelled);
        }
        catch (OperationCanceledException)
        {
            throw _endError ?? Execution.ExecutionErrors.Cancelled();
        }
    }

    private void MakeCurrent(RunningQuery query)
    {
        RunningQuery? before = _current;
        if (!ReferenceEquals(before, query) && _client.Door != Door.FlightSql)
        {
            // Its rows wait for their client; Flight's statements run side by side.
            before?.SetTimeout(TimeSpan.Zero);
        }

        if (_idleTimer != null)
        {
            Volatile.Write(ref _idleSince, 0);
            _idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        query.SetTimeout(Settings.StatementTimeout);
        _current = query;
        Enter(SessionState.Active);
        _cancelRequests.Begin(query);
    }

    private void EndIfTerminated(RunningQuery query)
    {
        if (_endError != null)
        {
            query.Cancel(CancelReason.Terminated);
        }
    }

    private void Enter(SessionState state)
    {
        _state = (int)state;
        Interlocked.Exchange(ref _stateChange, TimeProvider.System.GetUtcNow().UtcTicks);
    }

    private void OnIdleTooLong()
    {
        if (Volatile.Read(ref _idleSince) == 0)
        {
            // The client's next statement came first.
            return;
        }

        switch ((SessionState)_state)
        {
            case SessionState.Active: break;
            case SessionState.Idle: End(SessionErrors.IdleTooLong(), CancelReason.Terminated); break;
            case SessionState.IdleInTransaction or SessionState.IdleInFailedTransaction: End(SessionErrors.IdleInTransactionTooLong(), CancelReason.Terminated); break;
        }
    }

    private void End(QueryException error, CancelReason reason)
    {
        if (Interlocked.CompareExchange(ref _endError, error, null) == null)
        {
            CancelAll(reason);
            _cancelRequests.Send(reason);
            _ended.Cancel();
        }
    }

    private void CancelAll(CancelReason reason)
    {
        foreach (RunningQuery query in Engine.Sessions.RunningQueries().Where(query => query.Session == this))
        {
            query.Cancel(reason);
        }
    }

    private void OnSettingChanged(string name, string value)
    {
        if (name == "application_name")
        {
            _client = _client with { ApplicationName = value };
        }
    }
}
