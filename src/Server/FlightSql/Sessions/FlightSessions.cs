using System.Collections.Concurrent;
using System.Net;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.FlightSql.Security;
using SqlCluster.Server.FlightSql.Statements;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Sessions;

/// <summary>The sessions of all Flight clients: opened, found by id, found by the handles in them, thrown away when their time is over. Thread-safe.</summary>
internal sealed class FlightSessions : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly FlightLimits _limits;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Guid, FlightSession> _sessions = new();
    private readonly ConcurrentDictionary<Guid, FlightSession> _owners = new();
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
    public FlightSession Open(string user, IPEndPoint peer, string userAgent)
    {
        if (_sessions.Count >= _limits.MaxSessions)
        {
            throw SessionErrors.TooManySessions();
        }

        Session engine = _engine.OpenSession(user, SessionClient.From(Door.FlightSql, peer));
        engine.Settings.SetAtStartup("application_name", userAgent.Length > 64 ? userAgent[..64] : userAgent);
        var session = new FlightSession(engine, _time);
        _sessions[session.Id] = session;
        return session;
    }

    /// <summary>An engine session for one call that only reads the catalog.</summary>
    public Session OpenTemporary(string user, IPEndPoint peer) => _engine.OpenSession(user, SessionClient.From(Door.FlightSql, peer));

    public FlightSession? Find(Guid id) => _sessions.GetValueOrDefault(id) is { HasEnded: false } session ? session : null;

    /// <summary>Keeps a statement under its handle; the session's oldest idle one goes when there are too many.</summary>
    public void Add(FlightStatement statement)
    {
        FlightSession session = statement.Owner;
        if (session.Statements.Count >= _limits.MaxStatements
            && session.Statements.Values.Where(static other => !other.IsRead).MinBy(static other => other.Expires) is { } oldest)
        {
            _ = RemoveAsync(oldest);
        }

        session.Statements[statement.Handle] = statement;
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
        Owner(handle, user, out Guid id)?.Statements.GetValueOrDefault(id);

    /// <summary>The prepared statement that a handle names, if it is this user's.</summary>
    public FlightPrepared? FindPrepared(ReadOnlySpan<byte> handle, string user) =>
        Owner(handle, user, out Guid id)?.Prepared.GetValueOrDefault(id);

    public async Task RemoveAsync(FlightStatement statement)
    {
        _owners.TryRemove(statement.Handle, out _);
        statement.Owner.Statements.TryRemove(statement.Handle, out _);
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

        foreach (Guid handle in session.Statements.Keys.Concat(session.Prepared.Keys))
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
            foreach (FlightStatement statement in session.Statements.Values.Where(statement => !statement.IsRead && statement.Expires < now))
            {
                await RemoveAsync(statement).ConfigureAwait(false);
            }

            if (session.IdleTime > (session.IsKnown ? _limits.TokenLifetime : _limits.Lease) || session.Session.Ended.IsCancellationRequested)
            {
                await EndAsync(session).ConfigureAwait(false);
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

    private FlightSession? Owner(ReadOnlySpan<byte> handle, string user, out Guid id)
    {
        id = handle.Length == 16 ? new Guid(handle) : Guid.Empty;
        return _owners.GetValueOrDefault(id) is { } session && session.User == user ? session : null;
    }
}
