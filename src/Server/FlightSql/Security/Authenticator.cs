using SqlCluster.Flight.Grpc;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.FlightSql.Security;

/// <summary>Says who makes a call: bearer token, user and password on any call, or, where there are no users, anybody.</summary>
internal sealed class Authenticator(UserStore users, FlightSessions sessions)
{
    /// <summary>Name of those who show none, where there are no users.</summary>
    public const string Anybody = "sqlcluster";

    /// <exception cref="GrpcStatusException">UNAUTHENTICATED.</exception>
    public FlightCaller Authenticate(GrpcCall call)
    {
        switch (Credentials.Read(call.Header("authorization")))
        {
            case Credentials.Bearer bearer:
                (BearerToken token, FlightSession session) = Check(bearer.Token, call);
                if (sessions.Tokens.IsOld(token))
                {
                    call.AddHeader("authorization", $"Bearer {sessions.Tokens.Issue(session.Id, session.User)}");
                }

                return new FlightCaller(token.User, sessions, session, call, false);
            case Credentials.Basic basic:
                return new FlightCaller(Verify(basic), sessions, FindByCookie(call, basic.User), call, true);
            default:
                return new FlightCaller(Anyone(), sessions, FindByCookie(call, Anybody), call, false);
        }
    }

    /// <summary>The name of somebody who shows nothing.</summary>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED: there are users, so everybody has to show something.</exception>
    public string Anyone() => users.IsEmpty ? Anybody : throw FlightErrors.NoCredentials();

    /// <summary>Checks user and password.</summary>
    /// <returns>The user's name.</returns>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED.</exception>
    public string Verify(Credentials.Basic basic)
    {
        if (users.IsEmpty)
        {
            return basic.User.Length > 0 ? basic.User : Anybody;
        }

        return users.Verify(basic.User, basic.Password) ? basic.User : throw FlightErrors.WrongPassword(basic.User);
    }

    /// <summary>Checks a token.</summary>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED.</exception>
    public (BearerToken Token, FlightSession Session) Check(string text, GrpcCall call)
    {
        BearerToken token = sessions.Tokens.Read(text) ?? throw FlightErrors.InvalidToken();
        if (sessions.Tokens.HasExpired(token))
        {
            throw FlightErrors.ExpiredToken();
        }

        if (!users.IsEmpty && users.Find(token.User) == null)
        {
            throw FlightErrors.InvalidToken();
        }

        FlightSession session = sessions.FindOrWake(token.Session, token.User, call.Peer, call.UserAgent) ?? throw FlightErrors.EndedSession();
        session.Confirm();
        return (token, session);
    }

    /// <summary>The session that a cookie of the call names, if it is this user's.</summary>
    public FlightSession? FindByCookie(GrpcCall call, string user)
    {
        if (SessionCookie.Read(call.Headers("cookie")) is not { } id || sessions.FindOrWake(id, user, call.Peer, call.UserAgent) is not { } session)
        {
            return null;
        }

        session.Confirm();
        return session;
    }
}
