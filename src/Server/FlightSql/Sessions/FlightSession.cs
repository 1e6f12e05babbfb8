using System.Collections.Concurrent;
using SqlCluster.Server.FlightSql.Statements;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Sessions;

/// <summary>A client's session: an engine session, and the handles that its client holds. No connection belongs to it.</summary>
/// <remarks>Calls of one session run at the same time; only what reads or changes the engine session's own state does so behind <see cref="Gate"/>.</remarks>
internal sealed class FlightSession
{
    private readonly TimeProvider _time;
    private long _lastUse;
    private int _calls;
    private volatile bool _isKnown;
    private volatile bool _isTouched;
    private volatile bool _hasEnded;

    /// <param name="id">See <see cref="Id"/>.</param>
    /// <param name="session">The engine's.</param>
    /// <param name="time">The clock of <see cref="IdleTime"/>.</param>
    public FlightSession(Guid id, Session session, TimeProvider time)
    {
        Id = id;
        Session = session;
        _time = time;
        _lastUse = time.GetTimestamp();
    }

    /// <summary>Random; whoever knows it (and comes in as the same user) owns the session.</summary>
    public Guid Id { get; }

    public string User => Session.User;

    public Session Session { get; }

    /// <summary>One statement is begun at a time, as the engine's sessions want it; rows are read outside.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Statements that were planned.</summary>
    public StatementTable Statements { get; } = new();

    /// <summary>Open transactions, by handle. Small, as the one below: most sessions hold none.</summary>
    public ConcurrentDictionary<Guid, FlightTransaction> Transactions { get; } = new(1, 1);

    /// <summary>Prepared statements, by handle.</summary>
    public ConcurrentDictionary<Guid, FlightPrepared> Prepared { get; } = new(1, 1);

    /// <summary>Calls under way.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Since when no call was under way.</summary>
    public TimeSpan IdleTime => Calls > 0 ? TimeSpan.Zero : _time.GetElapsedTime(Volatile.Read(ref _lastUse));

    /// <summary>Whether the client has shown that it will find the session again: it logged in, or came back with token or cookie.</summary>
    public bool IsKnown => _isKnown;

    public bool HasEnded => _hasEnded;

    /// <summary>Whether ending the session would lose anything.</summary>
    public bool HasState => _isTouched || Statements.Count > 0 || !Prepared.IsEmpty || !Transactions.IsEmpty;

    /// <summary>Begins a call.</summary>
    /// <returns>This session.</returns>
    public FlightSession Enter()
    {
        Interlocked.Increment(ref _calls);
        return this;
    }

    /// <summary>Ends a call.</summary>
    public void Leave()
    {
        Volatile.Write(ref _lastUse, _time.GetTimestamp());
        Interlocked.Decrement(ref _calls);
    }

    /// <summary>Says that the client knows the session.</summary>
    public void Confirm() => _isKnown = true;

    /// <summary>Says that settings or temporary tables may differ from those of a new session.</summary>
    public void Touch() => _isTouched = true;

    /// <summary>Does what needs the engine session for itself; within a transaction when one is given.</summary>
    /// <exception cref="Flight.Grpc.GrpcStatusException">INVALID_ARGUMENT: the transaction has ended.</exception>
    public async Task<T> BehindGateAsync<T>(FlightTransaction? transaction, Func<Task<T>> body, CancellationToken cancellation)
    {
        await Gate.WaitAsync(cancellation).ConfigureAwait(false);
        SessionTransaction own = Session.Transaction;
        transaction?.Enter();
        try
        {
            if (transaction != null)
            {
                Session.Transaction = Transactions.ContainsKey(transaction.Handle) ? transaction.Transaction : throw FlightErrors.UnknownTransaction();
            }

            return await body().ConfigureAwait(false);
        }
        finally
        {
            transaction?.Leave();
            Session.Transaction = own;
            Gate.Release();
        }
    }

    /// <summary>Ends everything that runs in it.</summary>
    public async Task EndAsync()
    {
        _hasEnded = true;
        Prepared.Clear();
        foreach (FlightStatement statement in Statements.All())
        {
            if (Statements.Remove(statement))
            {
                await statement.DisposeAsync().ConfigureAwait(false);
            }
        }

        foreach (FlightTransaction transaction in Transactions.Values)
        {
            transaction.Transaction.Abandon();
        }

        Transactions.Clear();
        Session.Dispose();
    }
}
