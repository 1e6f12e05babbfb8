using SqlCluster.Flight.Grpc;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.FlightSql.Security;

/// <summary>Says who makes a call: bearer token, user and password on any call, the client's certificate, or, where there are no users, anybody.</summary>
/// <param name="users">Who may come in.</param>
/// <param name="sessions">Those of the callers.</param>
/// <param name="certificates">What is asked of clients' certificates; null: nothing.</param>
internal sealed class Authenticator(UserStore users, FlightSessions sessions, ClientCertificates? certificates)
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
                string user = Verify(basic, call);
                return new FlightCaller(user, sessions, FindByCookie(call, user), call, true);
            default:
                string nameless = Nameless(call);
                return new FlightCaller(nameless, sessions, FindByCookie(call, nameless), call, false);
        }
    }

    /// <summary>The name of somebody who shows neither token nor password: the certificate's user, or, where there are no users, anybody.</summary>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED: there are users, so everybody has to show something.</exception>
    public string Nameless(GrpcCall call) =>
        Identity(call)?.Names.FirstOrDefault(name => users.Find(name) != null) ?? (users.IsEmpty ? Anybody : throw FlightErrors.NoCredentials());

    /// <summary>Checks user and password; an empty one will do for the user of the client's certificate.</summary>
    /// <returns>The user's name.</returns>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED.</exception>
    public string Verify(Credentials.Basic basic, GrpcCall call)
    {
        ClientIdentity? identity = Identity(call);
        if (users.IsEmpty)
        {
            return basic.User.Length > 0 ? basic.User : Anybody;
        }

        bool isKnown = basic.Password.Length == 0 && identity?.Is(basic.User) == true && users.Find(basic.User) != null;
        return isKnown || users.Verify(basic.User, basic.Password) ? basic.User : throw FlightErrors.WrongPassword(basic.User);
    }

    /// <summary>Checks a token.</summary>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED.</exception>
    public (BearerToken Token, FlightSession Session) Check(string text, GrpcCall call)
    {
        _ = Identity(call);
        BearerToken token = sessions.Tokens.Read(text) ?? throw FlightErrors.InvalidToken();
        if (sessions.Tokens.HasExpired(token))
        {
            throw FlightErrors.ExpiredToken();
        }

        if (!users.IsEmpty && users.Find(token.User) == null)
        {
            throw FlightErrors.InvalidToken();
        }

        FlightSession session = sessions.FindOrWake(token.Session, token.User, FlightCaller.ClientOf(call), call.UserAgent)
            ?? throw FlightErrors.EndedSession(sessions.EndErrorOf(token.Session));
        session.Confirm();
        return (token, session);
    }

    /// <summary>The session that a cookie of the call names, if it is this user's.</summary>
    public FlightSession? FindByCookie(GrpcCall call, string user)
    {
        if (SessionCookie.Read(call.Headers("cookie")) is not { } id || sessions.FindOrWake(id, user, FlightCaller.ClientOf(call), call.UserAgent) is not { } session)
        {
            return null;
        }

        session.Confirm();
        return session;
    }

    /// <summary>Who the client is by its certificate; null: it showed none, and need not.</summary>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED: there must be one, or it is no good.</exception>
    private ClientIdentity? Identity(GrpcCall call)
    {
        if (certificates == null)
        {
            return null;
        }

        ClientIdentity? identity = call.Feature<ClientIdentity>();
        return identity?.Problem is { } problem ? throw FlightErrors.BadCertificate(problem)
            : identity == null && certificates.IsRequired ? throw FlightErrors.NoCertificate()
            : identity;
    }
}
