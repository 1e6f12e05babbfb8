using System.Collections;
using System.Collections.Concurrent;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Sessions;

/// <summary>The open sessions of a process, by id. Thread-safe; an enumeration sees sessions come and go.</summary>
public sealed class SessionRegistry : IReadOnlyCollection<Session>
{
    private readonly ConcurrentDictionary<int, Session> _sessions = new();
    private readonly ConcurrentDictionary<QueryId, RunningQuery> _queries = new();
    private readonly Engine _engine;
    private int _lastId;
    private int _count;

    internal SessionRegistry(Engine engine) => _engine = engine;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Most sessions at once; embedded ones do not count.</summary>
    public int MaxCount { get; init; } = int.MaxValue;

    public Session? Find(int id) => _sessions.GetValueOrDefault(id);

    /// <summary>Statements that have begun and not ended, oldest first: running, waiting for their turn, or waiting for their client to read on.</summary>
    public IReadOnlyList<RunningQuery> RunningQueries() => [.. _queries.Values.OrderBy(static query => query.Id.Number)];

    public RunningQuery? FindQuery(QueryId id) => _queries.GetValueOrDefault(id);

    public IEnumerator<Session> GetEnumerator() => _sessions.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <exception cref="Parser.Errors.QueryException">53300: there are as many sessions as may be.</exception>
    internal Session Open(string user, SessionClient client)
    {
        if (Interlocked.Increment(ref _count) > MaxCount && client.Door != Door.Embedded)
        {
            Interlocked.Decrement(ref _count);
            throw SessionErrors.TooManySessions();
        }

        var session = new Session(_engine, Interlocked.Increment(ref _lastId), user, client);
        _sessions[session.Id] = session;
        return session;
    }

    internal void Add(RunningQuery query) => _queries[query.Id] = query;

    internal void Remove(RunningQuery query) => _queries.TryRemove(query.Id, out _);

    internal void Remove(Session session)
    {
        if (_sessions.TryRemove(session.Id, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
