using Google.Protobuf;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Server.FlightSql.Sessions;

namespace SqlCluster.Server.FlightSql.Security;

/// <summary>Handshake: user and password for a bearer token, which comes back in header, trailer and payload; or a check of a token that is there already.</summary>
/// <remarks>User and password come in the authorization header, or, from older clients, as a BasicAuth message in the payload.</remarks>
internal sealed class Handshake(Authenticator authenticator, FlightSessions sessions)
{
    public async Task RunAsync(GrpcCall call)
    {
        // Read before answering: clients send one message, which may be empty, and some get stuck when the answer comes first.
        HandshakeRequest? request = await call.ReadAsync(HandshakeRequest.Parser).ConfigureAwait(false);
        Credentials? credentials = Credentials.Read(call.Header("authorization")) ?? FromPayload(request?.Payload);
        string token;
        if (credentials is Credentials.Bearer bearer)
        {
            authenticator.Check(bearer.Token, call);
            token = bearer.Token;
        }
        else
        {
            string user = credentials is Credentials.Basic basic ? authenticator.Verify(basic, call) : authenticator.Nameless(call);
            // A client that keeps cookies logs in anew to go on: its token has expired, its session has not.
            FlightSession session = authenticator.FindByCookie(call, user) ?? sessions.Open(user, FlightCaller.ClientOf(call), call.UserAgent);
            session.Confirm();
            call.AddHeader("set-cookie", SessionCookie.Write(session.Id));
            token = sessions.Tokens.Issue(session.Id, user);
        }

        call.AddHeader("authorization", $"Bearer {token}");
        call.AddTrailer("authorization", $"Bearer {token}");
        await call.WriteAsync(new HandshakeResponse { ProtocolVersion = request?.ProtocolVersion ?? 0, Payload = ByteString.CopyFromUtf8(token) }).ConfigureAwait(false);
    }

    private static Credentials.Basic? FromPayload(ByteString? payload)
    {
        if (payload == null || payload.IsEmpty)
        {
            return null;
        }

        try
        {
            BasicAuth login = BasicAuth.Parser.ParseFrom(payload);
            return login.Username.Length == 0 ? null : new Credentials.Basic(login.Username, login.Password);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
