using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Authentication;

/// <summary>Has a client prove that it knows a user's password.</summary>
internal static class PasswordCheck
{
    private const int CleartextPassword = 3;
    private const int Sasl = 10;
    private const int SaslContinue = 11;
    private const int SaslFinal = 12;

    /// <summary>Asks in the way that the server is set up for.</summary>
    /// <exception cref="Parser.Errors.QueryException">28P01: the password is wrong, or there is no such user; 08P01: not an answer to what was asked.</exception>
    public static Task RunAsync(string user, ServerOptions options, PgTransport transport, CancellationToken cancellation) => options.PgPasswords switch
    {
        PgPasswords.Scram => ScramAsync(user, options, transport, cancellation),
        PgPasswords.Cleartext => CleartextAsync(user, options, transport, cancellation),
    };

    private static async Task ScramAsync(string user, ServerOptions options, PgTransport transport, CancellationToken cancellation)
    {
        byte[]? binding = transport.Certificate == null ? null : EndPointBinding.Of(transport.Certificate);
        transport.Writer.Begin('R').Int32(Sasl);
        if (binding != null)
        {
            transport.Writer.CString(ScramExchange.Plus);
        }

        transport.Writer.CString(ScramExchange.Plain).Byte(0).End();
        var (mechanism, first) = ReadInitial(await AnswerAsync(transport, cancellation).ConfigureAwait(false));
        if (mechanism != ScramExchange.Plain && (mechanism != ScramExchange.Plus || binding == null))
        {
            throw PgErrors.Protocol("client selected an invalid SASL authentication mechanism");
        }

        first ??= Text(await ExchangeAsync("", transport, cancellation).ConfigureAwait(false));
        var exchange = new ScramExchange(options.Users.FindOrMock(user), binding);
        string challenge = exchange.Challenge(mechanism, first);
        string final = Text(await ExchangeAsync(challenge, transport, cancellation).ConfigureAwait(false));
        string signature = exchange.Verify(final) ?? throw PgErrors.PasswordFailed(user);
        transport.Writer.Begin('R').Int32(SaslFinal).Text(signature).End();
    }

    private static async Task CleartextAsync(string user, ServerOptions options, PgTransport transport, CancellationToken cancellation)
    {
        if (!transport.IsEncrypted)
        {
            throw PgErrors.CleartextNeedsTls();
        }

        transport.Writer.Begin('R').Int32(CleartextPassword).End();
        var password = new PgReader(await AnswerAsync(transport, cancellation).ConfigureAwait(false)).CString();
        if (!options.Users.Verify(user, password))
        {
            throw PgErrors.PasswordFailed(user);
        }
    }

    private static (string Mechanism, string? First) ReadInitial(byte[] body)
    {
        var reader = new PgReader(body);
        string mechanism = reader.CString();
        int length = reader.Int32();
        string? first = length == -1 ? null : PgReader.Decode(reader.Take(length));
        reader.End();
        return (mechanism, first);
    }

    private static string Text(byte[] body) => PgReader.Decode(body);

    private static Task<byte[]> ExchangeAsync(string challenge, PgTransport transport, CancellationToken cancellation)
    {
        transport.Writer.Begin('R').Int32(SaslContinue).Text(challenge).End();
        return AnswerAsync(transport, cancellation);
    }

    /// <summary>Sends what was asked and takes the answer, a message of type p.</summary>
    private static async Task<byte[]> AnswerAsync(PgTransport transport, CancellationToken cancellation)
    {
        await transport.Writer.FlushAsync(cancellation).ConfigureAwait(false);
        (char type, byte[] body) = await transport.Messages.ReadAsync(cancellation).ConfigureAwait(false)
            ?? throw new IOException("the client left instead of answering");
        return type == 'p' ? body : throw PgErrors.Protocol($"expected password response, got message type {(int)type}");
    }
}
