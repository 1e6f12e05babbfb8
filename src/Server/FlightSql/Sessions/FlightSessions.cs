using System.Collections.Concurrent;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.FlightSql.Security;
using SqlCluster.Server.FlightSql.Statements;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Sessions;

/// <summary>The sessions of all Flight clients: opened, found by id, found by the handles in them, thrown away when their time is over. Thread-safe.</summary>
/// <remarks>
/// Many clients never say that they leave, and their tokens are good for hours. A session that holds nothing (no handles, no changed settings) sleeps when it has been
/// idle for a while, or when there are as many sessions as may be: it takes no place then, and its token or cookie wakes it, equal to what it was.
/// </remarks>
internal sealed class FlightSessions : IAsyncDisposable
{
    /// <summary>Beyond it, those that would sleep end: their clients log in again.</summary>
    private const int MaxSleepers = 100_000;

    private readonly Engine _engine;
    private readonly FlightLimits _limits;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Guid, FlightSession> _sessions = new();
    private readonly ConcurrentDictionary<Guid, FlightSession> _owners = new();
    private readonly ConcurrentDictionary<Guid, Sleeper> _sleepers = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _idledOut = new();
    private readonly ITimer _sweeper;

    public FlightSessions(Engine engine, FlightLimits limits, TimeProvider time)
    {
        _engine = engine;
        _limits = limits;
        _time = time;
        Tokens = new BearerTokens(time, limits.TokenLifetime);
        _sweeper = time.CreateTimer(static sessions => _ = ((FlightSessions)sessions!).SweepAsync(), this, limits.SweepInterval, limits.SweepInterval);
    }

    public BearerTokens Tokens { get; }

    public int Count => _sessions.Count;

    /// <exception cref="QueryException">53300: there are as many as may be.</exception>
    public FlightSession Open(string user, SessionClient client, string userAgent) => Open(Guid.NewGuid(), user, client, userAgent);

    /// <summary>The session of a token or cookie, awake; null when there is none, or it is somebody else's.</summary>
    /// <exception cref="QueryException">53300: there are as many as may be.</exception>
    public FlightSession? FindOrWake(Guid id, string user, SessionClient client, string userAgent)
    {
        if (Find(id) is { } session)
        {
            return session.User == user ? session : null;
        }

        return _sleepers.TryGetValue(id, out Sleeper? sleeper) && sleeper.User == user && _sleepers.TryRemove(id, out _) ? Open(id, user, client, userAgent) : null;
    }

    /// <summary>Why there is no session of this id: idle_session_timeout ended it; null: another reason.</summary>
    public QueryException? EndErrorOf(Guid id) => _idledOut.ContainsKey(id) ? SessionErrors.IdleTooLong() : null;

    /// <summary>An engine session for one call that only reads the catalog.</summary>
    public Session OpenTemporary(string user, SessionClient client) => _engine.OpenSession(user, client);

    public FlightSession? Find(Guid id) => _sessions.GetValueOrDefault(id) is { HasEnded: false } session ? session : null;

    /// <summary>Keeps a statement under its handle; the session's oldest idle one goes when there are too many.</summary>
    public void Add(FlightStatement statement)
    {
        FlightSession session = statement.Owner;
        if (session.Statements.Count >= _limits.MaxStatements && session.Statements.OldestIdle() is { } oldest)
        {
            _ = RemoveAsync(oldest);
        }

        session.Statements.Add(statement);
        _owners[statement.Handle] = session;
    }

    /// <exception cref="QueryException">53400: too many.</exception>
    public void Add(FlightPrepared prepared)
    {
        FlightSession session = prepared.Owner;
        if (session.Prepared.Count >= _limits.MaxPrepared)
        {
            throw FlightErrors.TooManyPrepared(_limits.MaxPrepared);
        }

        session.Prepared[prepared.Handle] = prepared;
        _owners[prepared.Handle] = session;
    }

    /// <summary>The statement that a handle names, if it is this user's.</summary>
    public FlightStatement? FindStatement(ReadOnlySpan<byte> handle, string user) =>
        Owner(handle, user, out Guid id)?.Statements.Find(id);

    /// <summary>The prepared statement that a handle names, if it is this user's.</summary>
    public FlightPrepared? FindPrepared(ReadOnlySpan<byte> handle, string user) =>
        Owner(handle, user, out Guid id)?.Prepared.GetValueOrDefault(id);

    /// <summary>Opens a transaction of a session; to be called behind its gate.</summary>
    /// <exception cref="QueryException">53400: too many.</exception>
    public FlightTransaction Begin(FlightSession session)
    {
        if (session.Transactions.Count >= _limits.MaxTransactions)
        {
            throw FlightErrors.TooManyTransactions(_limits.MaxTransactions);
        }

        var transaction = new FlightTransaction(session, _time);
        session.Transactions[transaction.Handle] = transaction;
        _owners[transaction.Handle] = session;
        return transaction;
    }

    /// <summary>The open transaction that a handle names, if it is this user's.</summary>
    public FlightTransaction? FindTransaction(ReadOnlySpan<byte> handle, string user) => Owner(handle, user, out Guid id)?.Transactions.GetValueOrDefault(id);

    /// <summary>Forgets a transaction.</summary>
    /// <returns>False when somebody else has done so: who ends it is one alone.</returns>
    public bool Remove(FlightTransaction transaction)
    {
        _owners.TryRemove(transaction.Handle, out _);
        return transaction.Owner.Transactions.TryRemove(transaction.Handle, out _);
    }

    public async Task RemoveAsync(FlightStatement statement)
    {
        _owners.TryRemove(statement.Handle, out _);
        statement.Owner.Statements.Remove(statement);
        await statement.DisposeAsync().ConfigureAwait(false);
    }

    public void Remove(FlightPrepared prepared)
    {
        _owners.TryRemove(prepared.Handle, out _);
        prepared.Owner.Prepared.TryRemove(prepared.Handle, out _);
    }

    public async Task EndAsync(FlightSession session)
    {
        if (!_sessions.TryRemove(session.Id, out _))
        {
            return;
        }

        foreach (Guid handle in session.Statements.All().Select(static statement => statement.Handle).Concat(session.Prepared.Keys).Concat(session.Transactions.Keys))
        {
            _owners.TryRemove(handle, out _);
        }

        await session.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Ends a session that its client does not know and that holds nothing: nobody can tell it from a new one.</summary>
    public void EndIfUnneeded(FlightSession? session)
    {
        if (session is { IsKnown: false, HasState: false, Calls: 0 })
        {
            _ = EndAsync(session);
        }
    }

    /// <summary>Throws away what has expired.</summary>
    public async Task SweepAsync()
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach (FlightSession session in _sessions.Values)
        {
            foreach (FlightStatement statement in session.Statements.All().Where(statement => !statement.IsRead && statement.Expires < now))
            {
                await RemoveAsync(statement).ConfigureAwait(false);
            }

            TimeSpan transactionTimeout = Shorter(_limits.TransactionTimeout, session.Session.Settings.IdleInTransactionTimeout);
            foreach (FlightTransaction transaction in session.Transactions.Values.Where(transaction => transaction.IdleTime > transactionTimeout))
            {
                if (Remove(transaction))
                {
                    transaction.Transaction.Abandon();
                }
            }

            if (session.Session.Settings.IdleTimeout is var patience && patience > TimeSpan.Zero && session.IdleTime > patience && session.Transactions.IsEmpty)
            {
                if (_idledOut.Count < MaxSleepers)
                {
                    _idledOut[session.Id] = now + _limits.TokenLifetime;
                }

                await EndAsync(session).ConfigureAwait(false);
            }
            else if (session is { IsKnown: true, HasState: false } && session.IdleTime > _limits.Lease && !session.Session.Ended.IsCancellationRequested)
            {
                await SleepAsync(session).ConfigureAwait(false);
            }
            else if (session.IdleTime > (session.IsKnown ? _limits.TokenLifetime : _limits.Lease) || session.Session.Ended.IsCancellationRequested)
            {
                await EndAsync(session).ConfigureAwait(false);
            }
        }

        foreach ((Guid id, Sleeper sleeper) in _sleepers)
        {
            if (sleeper.Until < now)
            {
                _sleepers.TryRemove(id, out _);
            }
        }

        foreach ((Guid id, DateTimeOffset until) in _idledOut)
        {
            if (until < now)
            {
                _idledOut.TryRemove(id, out _);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sweeper.DisposeAsync().ConfigureAwait(false);
        foreach (FlightSession session in _sessions.Values)
        {
            await EndAsync(session).ConfigureAwait(false);
        }
    }

    private FlightSession Open(Guid id, string user, SessionClient client, string userAgent)
    {
        if (_sessions.Count >= _limits.MaxSessions && !MakeRoom())
        {
            throw SessionErrors.TooManySessions();
        }

        var session = new FlightSession(id, OpenEngineSession(user, client), _time);
        session.Session.Settings.SetAtStartup("application_name", userAgent.Length > 64 ? userAgent[..64] : userAgent);
        _sessions[session.Id] = session;
        return session;
    }

    private Session OpenEngineSession(string user, SessionClient client)
    {
        try
        {
            return _engine.OpenSession(user, client);
        }
        catch (QueryException error) when (error.SqlState == SessionErrors.TooManySessions().SqlState && MakeRoom())
        {
            return _engine.OpenSession(user, client);
        }
    }

    /// <summary>Lets the session that has been idle longest and holds nothing go; one that holds something when its lease is over.</summary>
    private bool MakeRoom()
    {
        FlightSession? idlest = _sessions.Values.Where(session => session.Calls == 0 && (!session.HasState || session.IdleTime > _limits.Lease))
            .OrderBy(static session => session.HasState).ThenByDescending(static session => session.IdleTime).FirstOrDefault();
        if (idlest != null)
        {
            _ = idlest is { IsKnown: true, HasState: false } ? SleepAsync(idlest) : EndAsync(idlest);
        }

        return idlest != null;
    }

    /// <summary>Ends a session so that its client does not notice.</summary>
    private Task SleepAsync(FlightSession session)
    {
        if (_sleepers.Count < MaxSleepers)
        {
            _sleepers[session.Id] = new Sleeper(session.User, _time.GetUtcNow() + _limits.TokenLifetime);
        }

        return EndAsync(session);
    }

    private static TimeSpan Shorter(TimeSpan limit, TimeSpan setting) => setting > TimeSpan.Zero && setting < limit ? setting : limit;

    private FlightSession? Owner(ReadOnlySpan<byte> handle, string user, out Guid id)
    {
        id = handle.Length == 16 ? new Guid(handle) : Guid.Empty;
        return _owners.GetValueOrDefault(id) is { } session && session.User == user ? session : null;
    }

    /// <summary>A session that holds nothing but its id.</summary>
    private sealed record Sleeper(string User, DateTimeOffset Until);
}
