using SqlCluster.Arrow.Schema;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Streams;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.FlightSql.Statements;

/// <summary>What CancelFlightInfo can say.</summary>
internal enum CancelOutcome
{
    Cancelled,
    NotCancellable,
}

/// <summary>A statement between GetFlightInfo and the end of its last DoGet.</summary>
/// <remarks><code>
///   command (DDL, DML, SET)   ran in GetFlightInfo, once; DoGet only gives its empty stream
///   query                     planned in GetFlightInfo, runs in DoGet (or from the first PollFlightInfo on); it changes nothing, so a DoGet
///                             that failed may be tried again until the handle expires
///   change with RETURNING     as a query, but its one DoGet is the change
/// </code></remarks>
internal sealed class FlightStatement : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PreparedQuery? _query;
    private readonly IReadOnlyList<NodeList<Literal>> _bindings;
    private StatementRun? _started;
    private int _runs;
    private int _ended;
    private int _isIdTaken;
    private int _hasRun;

    private FlightStatement(QueryId id, FlightSession owner, FlightTransaction? transaction, ArrowSchema schema, PreparedQuery? query, IReadOnlyList<NodeList<Literal>> bindings, DateTimeOffset expires)
    {
        Id = id;
        Owner = owner;
        Transaction = transaction;
        Schema = schema;
        Expires = expires;
        _query = query;
        _bindings = bindings;
        Padding = query?.Columns is { } columns ? BlankPadding.Of(columns.Select(static column => column.Type)) : null;
    }

    public Guid Handle { get; } = Guid.NewGuid();

    /// <summary>Of its first run: the name by which pg_stat_activity, the status page, the API and the log know it.</summary>
    public QueryId Id { get; }

    public FlightSession Owner { get; }

    /// <summary>The transaction it runs in; null: none.</summary>
    public FlightTransaction? Transaction { get; }

    /// <summary>Of the stream; without fields for commands.</summary>
    public ArrowSchema Schema { get; }

    /// <summary>What the rows need before they leave; null: nothing.</summary>
    public BlankPadding? Padding { get; }

    /// <summary>Whether rows come back.</summary>
    public bool HasRows => _query != null;

    /// <summary>Until when DoGet may be called.</summary>
    public DateTimeOffset Expires { get; set; }

    public bool IsRunning => Volatile.Read(ref _runs) > 0;

    /// <summary>Whether somebody reads it now.</summary>
    public bool IsRead => Volatile.Read(ref _runs) > (Volatile.Read(ref _started) == null ? 0 : 1);

    /// <summary>A query that is yet to run.</summary>
    /// <param name="owner">Its session.</param>
    /// <param name="transaction">Its transaction, or null.</param>
    /// <param name="query">The query.</param>
    /// <param name="bindings">Rows of parameter values, a run each, whose rows follow each other.</param>
    /// <param name="schema">Of the rows.</param>
    /// <param name="expires">See <see cref="Expires"/>.</param>
    public static FlightStatement OfQuery(FlightSession owner, FlightTransaction? transaction, PreparedQuery query, IReadOnlyList<NodeList<Literal>> bindings, ArrowSchema schema, DateTimeOffset expires) =>
        new(QueryId.Next(), owner, transaction, schema, query, bindings, expires);

    /// <summary>A command that has run.</summary>
    /// <param name="id">The id it ran under.</param>
    /// <param name="owner">Its session.</param>
    /// <param name="expires">See <see cref="Expires"/>.</param>
    public static FlightStatement OfCommand(QueryId id, FlightSession owner, DateTimeOffset expires) => new(id, owner, null, new ArrowSchema([]), null, [], expires);

    /// <summary>The run that PollFlightInfo began, or a new one; the caller disposes it.</summary>
    /// <exception cref="Parser.Errors.QueryException">57014: the statement was cancelled; or it failed.</exception>
    public StatementRun Take() => Interlocked.Exchange(ref _started, null) ?? Begin();

    /// <summary>Begins to run without anybody reading yet.</summary>
    /// <returns>The run that nobody has taken; null when there is nothing to wait for: DoGet has taken it, or no rows will come.</returns>
    public StatementRun? StartAhead()
    {
        StatementRun? started = Volatile.Read(ref _started);
        if (started != null || !HasRows || IsRunning || Volatile.Read(ref _ended) > 0)
        {
            return started;
        }

        StatementRun run = Begin();
        run.ReadAhead();
        return Interlocked.CompareExchange(ref _started, run, null) ?? run;
    }

    /// <summary>Ends the statement wherever it runs, and keeps it from running again.</summary>
    public CancelOutcome Cancel()
    {
        if (!HasRows || (Volatile.Read(ref _ended) > 0 && !IsRunning))
        {
            return _cancellation.IsCancellationRequested ? CancelOutcome.Cancelled : CancelOutcome.NotCancellable;
        }

        _cancellation.Cancel();
        return CancelOutcome.Cancelled;
    }

    public async ValueTask DisposeAsync()
    {
        await _cancellation.CancelAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _started, null) is { } started)
        {
            await started.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The id for a run that begins: the statement's own for the first one, null for those after it.</summary>
    internal QueryId? TakeId() => Interlocked.Exchange(ref _isIdTaken, 1) == 0 ? Id : null;

    internal void OnRunEnded()
    {
        Interlocked.Increment(ref _ended);
        Interlocked.Decrement(ref _runs);
    }

    private StatementRun Begin()
    {
        if (_cancellation.IsCancellationRequested)
        {
            throw Execution.ExecutionErrors.Cancelled();
        }

        if (_query is { Statement: Insert or Update or Delete or Merge or ChangingQuery } && Interlocked.Exchange(ref _hasRun, 1) != 0)
        {
            throw FlightErrors.RanAlready();
        }

        Interlocked.Increment(ref _runs);
        return new StatementRun(this, _query, _bindings, _cancellation.Token);
    }
}
