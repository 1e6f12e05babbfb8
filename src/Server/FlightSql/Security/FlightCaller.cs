using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using SqlCluster.Flight.Grpc;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Statements;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Security;

/// <summary>Who makes a call, and the session it belongs to, which is opened when the call first needs one.</summary>
/// <remarks>
/// A caller is known by a token or a cookie. One that is neither gets a session of its own and is told its cookie (and its token, if it showed
/// a password); should it never show them again, the session ends with the call if nothing was left in it, and soon after if something was.
/// </remarks>
internal sealed class FlightCaller(string user, FlightSessions sessions, FlightSession? session, GrpcCall call, bool givesToken) : IDisposable
{
    private FlightSession? _session = session?.Enter();
    private FlightSession? _owner;
    private Session? _temporary;

    /// <summary>Name it came in with.</summary>
    public string User => user;

    /// <summary>The session that token or cookie name; null when the call has needed none so far.</summary>
    public FlightSession? KnownSession => _session;

    /// <summary>The call's session. Opening one adds response headers, so it must be asked for before the first message is written.</summary>
    /// <exception cref="Parser.Errors.QueryException">53300: there are as many sessions as may be.</exception>
    public FlightSession Session
    {
        get
        {
            if (_session == null)
            {
                _session = sessions.Open(user, ClientOf(call), call.UserAgent).Enter();
                call.AddHeader("set-cookie", SessionCookie.Write(_session.Id));
                if (givesToken)
                {
                    call.AddHeader("authorization", $"Bearer {sessions.Tokens.Issue(_session.Id, user)}");
                }
            }

            return _session;
        }
    }

    /// <summary>A session to read the catalog with: the caller's, or one that lasts as long as the call.</summary>
    public Session CatalogSession => _session?.Session ?? (_temporary ??= sessions.OpenTemporary(user, ClientOf(call)));

    /// <summary>Keeps the session of a handle while the call uses it: a client without token and cookie is known by its handles alone.</summary>
    public FlightPrepared Use(FlightPrepared prepared)
    {
        Keep(prepared.Owner);
        return prepared;
    }

    /// <summary>As for a prepared statement.</summary>
    public FlightStatement Use(FlightStatement statement)
    {
        Keep(statement.Owner);
        return statement;
    }

    /// <summary>The session and transaction that a command names by the transaction's handle; without one the caller's session.</summary>
    /// <exception cref="Flight.Grpc.GrpcStatusException">INVALID_ARGUMENT: no such transaction.</exception>
    public (FlightSession Session, FlightTransaction? Transaction) Within(Google.Protobuf.ByteString handle)
    {
        if (handle.IsEmpty)
        {
            return (Session, null);
        }

        FlightTransaction transaction = Find(handle.Span);
        return (transaction.Owner, transaction);
    }

    /// <summary>The caller's transaction of a handle; its session is kept while the call uses it.</summary>
    /// <exception cref="Flight.Grpc.GrpcStatusException">INVALID_ARGUMENT: no such transaction.</exception>
    public FlightTransaction Find(ReadOnlySpan<byte> handle)
    {
        FlightTransaction transaction = sessions.FindTransaction(handle, user) ?? throw FlightErrors.UnknownTransaction();
        Keep(transaction.Owner);
        return transaction;
    }

    /// <summary>The JDBC driver sends timestamps as milliseconds whatever was announced (CLIENTS.md G9).</summary>
    public bool SendsMilliseconds => call.UserAgent.Contains("JDBC Flight SQL Driver", StringComparison.OrdinalIgnoreCase);

    /// <summary>The client's address.</summary>
    public IPEndPoint Peer => call.Peer;

    /// <summary>Who is at the other end of a call, for a session of it.</summary>
    public static SessionClient ClientOf(GrpcCall call) => SessionClient.From(Door.FlightSql, call.Peer) with
    {
        Tls = call.IsEncrypted && call.Feature<ITlsHandshakeFeature>() is { NegotiatedCipherSuite: { } suite } tls ? new TlsFacts(tls.Protocol, suite) : null,
    };

    /// <summary>Says that the call is over.</summary>
    public void Dispose()
    {
        _session?.Leave();
        _owner?.Leave();
        sessions.EndIfUnneeded(_session);
        sessions.EndIfUnneeded(_owner);
        _temporary?.Dispose();
        _session = _owner = null;
    }

    private void Keep(FlightSession owner)
    {
        if (_owner == null && owner != _session)
        {
            _owner = owner.Enter();
        }
    }
}
