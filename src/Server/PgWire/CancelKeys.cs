using System.Collections.Concurrent;
using System.Security.Cryptography;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>Secrets with which another connection may cancel a session's statement. Thread-safe.</summary>
internal sealed class CancelKeys
{
    private readonly ConcurrentDictionary<int, (int Key, Session Session)> _sessions = new();

    /// <returns>The session's secret.</returns>
    public int Add(Session session)
    {
        int key = RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue);
        _sessions[session.Id] = (key, session);
        return key;
    }

    public void Remove(int id) => _sessions.TryRemove(id, out _);

    /// <summary>Cancels the session's statement if the secret is right.</summary>
    public void Cancel(int id, int key)
    {
        if (_sessions.TryGetValue(id, out (int Key, Session Session) entry) && entry.Key == key)
        {
            entry.Session.Cancel();
        }
    }
}
