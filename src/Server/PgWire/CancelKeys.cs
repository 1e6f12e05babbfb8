using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>Secrets with which another connection may cancel a session's statement. Thread-safe.</summary>
internal sealed class CancelKeys
{
    private const int ShortKeyBytes = 4;

    /// <summary>Of protocol 3.2 on; it allows up to 256.</summary>
    private const int LongKeyBytes = 32;

    private readonly ConcurrentDictionary<int, (byte[] Key, Session Session)> _sessions = new();

    /// <param name="session">The session.</param>
    /// <param name="minor">Minor version of the client's protocol.</param>
    /// <returns>The session's secret.</returns>
    public byte[] Add(Session session, int minor)
    {
        byte[] key = RandomNumberGenerator.GetBytes(minor >= Messages.StartupMessage.NewestMinor ? LongKeyBytes : ShortKeyBytes);
        _sessions[session.Id] = (key, session);
        return key;
    }

    public void Remove(int id) => _sessions.TryRemove(id, out _);

    /// <summary>Cancels the session's statement if the secret is right. Whoever asks never learns whether it was.</summary>
    /// <param name="request">Process id and key.</param>
    public void Cancel(ReadOnlySpan<byte> request)
    {
        if (request.Length > sizeof(int) && _sessions.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(request), out (byte[] Key, Session Session) entry)
            && CryptographicOperations.FixedTimeEquals(entry.Key, request[sizeof(int)..]))
        {
            entry.Session.Cancel();
        }
    }
}
