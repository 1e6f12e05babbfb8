using System.Collections.Immutable;
using System.Globalization;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Execution;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Monitoring;

namespace SqlCluster.Server.Sessions;

/// <summary>Why a statement was ended from outside.</summary>
public enum CancelReason
{
    None,
    /// <summary>Somebody asked for it: a cancel request, Ctrl-C, the status page.</summary>
    Requested,
    /// <summary>statement_timeout.</summary>
    Timeout,
    /// <summary>Nobody is left to answer.</summary>
    ClientGone,
    /// <summary>The session is ended by an administrator, or by a timeout of its own.</summary>
    Terminated,
    /// <summary>The server stops and has waited long enough.</summary>
    ShuttingDown,
}

/// <summary>One statement of a session from its beginning until its result is disposed; its query may run in several steps. Others may look and cancel at any time.</summary>
public sealed class RunningQuery
{
    /// <summary>Characters of a statement's text that are kept once it has ended.</summary>
    public const int MaxTextLength = 16 * 1024;

    /// <summary>Statements that took so long keep what their operators did.</summary>
    private static readonly TimeSpan KeepsPlanFrom = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationToken _client;
    private readonly Statement? _statement;
    private readonly long _startTimestamp = TimeProvider.System.GetTimestamp();
    private readonly Lock _lock = new();
    private ImmutableArray<IQueryExecution> _executions = [];
    private string? _text;
    private int _reason;
    private long _rows;
    private TimeSpan _queued;
    private bool _hasTimeout;
    private volatile bool _hasEnded;

    internal RunningQuery(Session session, Statement? statement, string? text, CancellationToken client)
    {
        Session = session;
        Transaction = session.Transaction;
        _statement = statement;
        _text = text;
        _client = client;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(client);
        Token = _cancellation.Token;
    }

    public required QueryId Id { get; init; }

    public Session Session { get; }

    /// <summary>The transaction it belongs to, open or not.</summary>
    internal SessionTransaction Transaction { get; }

    /// <summary>What was asked: the whole text that the client sent, or the statement printed when only its tree is known.</summary>
    public string Text => _text ??= _statement == null ? "" : SqlPrinter.Print(_statement);

    public DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow();

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_startTimestamp);

    /// <summary>Whose it is.</summary>
    public string User => Session.User;

    /// <summary>How long it waited for its turn.</summary>
    public TimeSpan Queued => _queued;

    /// <summary>Whether it waits for other queries to end.</summary>
    public bool IsQueued { get; private set; }

    /// <summary>Ends the statement's work.</summary>
    public CancellationToken Token { get; }

    /// <summary>Rows that the client has taken so far.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>The step that was started last, with stages, tasks and operators; null before the first.</summary>
    public IQueryExecution? Execution
    {
        get
        {
            lock (_lock)
            {
                return _executions.Length == 0 ? null : _executions[^1];
            }
        }
    }

    /// <summary>Every step so far, in the order of their start.</summary>
    public ImmutableArray<IQueryExecution> Executions
    {
        get
        {
            lock (_lock)
            {
                return _executions;
            }
        }
    }

    /// <summary>Bytes held now.</summary>
    public long UsedMemoryBytes => Executions.Sum(static execution => execution.Context.Account.UsedBytes);

    /// <summary>Most bytes that a step held.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            long peak = 0;
            foreach (IQueryExecution execution in Executions)
            {
                peak = Math.Max(peak, execution.Context.Account.PeakBytes);
            }

            return peak;
        }
    }

    /// <summary>A number that operators counted, summed over all of them: "bytes read", "spilled bytes".</summary>
    public long Counted(string counter)
    {
        long total = 0;
        foreach (IQueryExecution execution in Executions)
        {
            total += execution.Context.Metrics.Total(counter);
        }

        return total;
    }

    /// <summary>Why it was ended from outside, if it was.</summary>
    public CancelReason Reason => (CancelReason)Volatile.Read(ref _reason) is var reason and not CancelReason.None ? reason
        : !Token.IsCancellationRequested ? CancelReason.None
        : _client.IsCancellationRequested ? CancelReason.ClientGone
        : CancelReason.Timeout;

    /// <summary>Ends the statement; does nothing when it has ended.</summary>
    public void Cancel(CancelReason reason = CancelReason.Requested)
    {
        if (Token.IsCancellationRequested || Interlocked.CompareExchange(ref _reason, (int)reason, 0) != 0)
        {
            return;
        }

        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }

    /// <summary>Ends the statement after this time; zero: never.</summary>
    internal void SetTimeout(TimeSpan timeout)
    {
        if (_hasEnded || (timeout <= TimeSpan.Zero && !_hasTimeout))
        {
            return;
        }

        _hasTimeout = timeout > TimeSpan.Zero;
        try
        {
            _cancellation.CancelAfter(timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }

    /// <summary>Whether it may run; kept by <see cref="QueryAdmission"/>.</summary>
    internal bool HasTurn { get; set; }

    internal void EnterQueue() => IsQueued = true;

    internal void LeaveQueue()
    {
        IsQueued = false;
        _queued = Elapsed;
    }

    internal void Attach(IQueryExecution execution)
    {
        lock (_lock)
        {
            _executions = _executions.Add(execution);
        }
    }

    internal void AddRows(long rows) => Interlocked.Add(ref _rows, rows);

    /// <summary>The error a client is told: a cancellation by its cause.</summary>
    internal Exception Explain(Exception error) => Session.Remember(error is OperationCanceledException or QueryException { SqlState: "57014" } && Reason != CancelReason.None
        ? Reason switch
        {
            CancelReason.Timeout => ExecutionErrors.TimedOut(),
            CancelReason.Terminated or CancelReason.ShuttingDown => SessionErrors.Terminated(),
            CancelReason.Requested => ExecutionErrors.Cancelled(),
            CancelReason.None or CancelReason.ClientGone => error,
        }
        : error);

    /// <summary>Says that the statement has ended; only the first call counts.</summary>
    /// <param name="error">What it ended with, or null.</param>
    /// <param name="tag">Its command tag, when it answered with that alone.</param>
    internal void End(Exception? error, string? tag = null)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
        }

        if (tag != null && tag.LastIndexOf(' ') is > 0 and var space && long.TryParse(tag.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long changed))
        {
            _rows = changed;
        }

        CancelReason reason = Reason;
        _cancellation.Dispose();
        Session.Engine.Admission.Leave(this);
        var query = error as QueryException;
        bool wasCancelled = query is { Kind: ErrorKind.Cancelled } || (reason != CancelReason.None && (error == null || error is OperationCanceledException || query is { SqlState: "57P01" }));
        string text = Text;
        IReadOnlyList<AdaptiveDecision> decisions = Execution?.Decisions ?? [];
        TimeSpan elapsed = Elapsed;
        Session.EndStatement(this, new FinishedQuery(
            Id,
            Session.Id,
            Session.User,
            Session.Client,
            text.Length > MaxTextLength ? text[..MaxTextLength] : text,
            Start,
            _queued,
            elapsed,
            Rows,
            PeakMemoryBytes,
            Counted("bytes read"),
            Counted("spilled bytes"),
            query?.SqlState ?? (error == null ? null : wasCancelled ? "57014" : "XX000"),
            error?.Message,
            wasCancelled ? QueryOutcome.Cancelled : error == null ? QueryOutcome.Succeeded : QueryOutcome.Failed)
        {
            AdaptiveRules = decisions.Count == 0 ? [] : [.. decisions.Select(static decision => decision.Rule)],
            Plan = elapsed < KeepsPlanFrom ? [] : QueryViews.Plan(Execution),
        });
        lock (_lock)
        {
            // The session remembers its last statement for as long as it is idle, but not how it was executed.
            _executions = [];
        }
    }
}
