using System.Net;
using Microsoft.AspNetCore.Connections;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgWire.Authentication;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>What happens on a connection before its first statement: encryption, the startup message, the password.</summary>
internal sealed class PgStartup(Engine engine, CancelKeys cancelKeys, Newcomers newcomers, ServerOptions options, ConnectionContext connection, PgTransport transport)
{
    /// <summary>First byte of a TLS handshake.</summary>
    private const byte TlsHandshake = 0x16;

    private static readonly string[] MaintenanceDatabases = ["postgres"];

    /// <summary>Reads requests up to the startup message and opens the session that it asks for.</summary>
    /// <returns>The session and the protocol's minor version; null when the client only wanted to cancel, or left.</returns>
    /// <exception cref="QueryException">Why nobody gets in; the connection ends with it.</exception>
    public async Task<(Session Session, int Minor)?> RunAsync(CancellationToken waiting)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(waiting);
        timed.CancelAfter(options.AuthenticationTimeout);
        LinkedListNode<CancellationTokenSource> entered = newcomers.Enter(timed);
        try
        {
            return await ReadRequestsAsync(timed).ConfigureAwait(false);
        }
        finally
        {
            newcomers.Leave(entered);
        }
    }

    private async Task<(Session Session, int Minor)?> ReadRequestsAsync(CancellationTokenSource timed)
    {
        if (await transport.Messages.PeekAsync(timed.Token).ConfigureAwait(false) == TlsHandshake)
        {
            if (options.Certificate is not { } certificate)
            {
                return null;
            }

            await transport.EncryptAsync(certificate, options.ClientCertificates, true, timed.Token).ConfigureAwait(false);
        }

        while (await transport.Messages.ReadStartupAsync(timed.Token).ConfigureAwait(false) is { } body)
        {
            switch (new PgReader(body).Int32())
            {
                case StartupMessage.SslRequest when options.Certificate is { } certificate && !transport.IsEncrypted:
                    if (transport.Messages.HasBuffered)
                    {
                        // They were sent in the clear, perhaps by somebody in between, and must not pass for what the client says inside TLS.
                        throw PgErrors.UnencryptedData();
                    }

                    await AnswerAsync('S', timed.Token).ConfigureAwait(false);
                    await transport.EncryptAsync(certificate, options.ClientCertificates, false, timed.Token).ConfigureAwait(false);
                    break;
                case StartupMessage.SslRequest or StartupMessage.GssRequest:
                    await AnswerAsync('N', timed.Token).ConfigureAwait(false);
                    break;
                case StartupMessage.CancelRequest:
                    cancelKeys.Cancel(body.AsSpan(sizeof(int)));
                    return null;
                default:
                    return await OpenAsync(StartupMessage.Read(body), timed.Token).ConfigureAwait(false);
            }
        }

        return null;
    }

    /// <summary>Whether the client has shown the user's own certificate. One of somebody else only lets it go on to the password.</summary>
    /// <exception cref="QueryException">28000: there must be one and is none, or it is no good.</exception>
    private bool IsKnownByCertificate(string user)
    {
        if (transport.Identity is not { } identity)
        {
            return options.ClientCertificates is not { IsRequired: true } ? false : throw PgErrors.NoCertificate();
        }

        return identity.Problem is { } problem ? throw PgErrors.BadCertificate(problem) : identity.Is(user) && options.Users.Find(user) != null;
    }

    private async Task AnswerAsync(char answer, CancellationToken cancellation)
    {
        transport.Writer.Byte((byte)answer);
        await transport.Writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<(Session Session, int Minor)> OpenAsync(StartupMessage startup, CancellationToken cancellation)
    {
        if (startup.Major != 3)
        {
            throw PgErrors.UnsupportedProtocol(startup.Version);
        }

        if (connection.Features.Get<Unwelcome>() != null)
        {
            throw SessionErrors.NoHandles();
        }

        // 3.1 never existed: whoever asks for it gets 3.0.
        int minor = startup.Minor >= StartupMessage.NewestMinor ? StartupMessage.NewestMinor : 0;
        if (startup.Minor != minor || startup.ProtocolOptions.Count > 0)
        {
            transport.Writer.NegotiateProtocolVersion((3 << 16) | minor, startup.ProtocolOptions);
        }

        string user = startup["user"] is { Length: > 0 } name ? name : throw PgErrors.NoUser();
        if (startup["replication"] is { } replication && replication.ToLowerInvariant() is not ("off" or "false" or "no" or "0"))
        {
            throw PgErrors.NoReplication();
        }

        if (!options.Users.IsEmpty && !IsKnownByCertificate(user))
        {
            await PasswordCheck.RunAsync(user, options, transport, cancellation).ConfigureAwait(false);
        }

        string database = startup["database"] is { Length: > 0 } given ? given : engine.Database.Name;
        if (database != engine.Database.Name && database != user && !MaintenanceDatabases.Contains(database))
        {
            throw PgErrors.NoDatabase(database);
        }

        Session session = engine.OpenSession(user, SessionClient.From(Door.PostgreSql, connection.RemoteEndPoint) with { Server = connection.LocalEndPoint as IPEndPoint, Tls = transport.Tls });
        try
        {
            foreach ((string setting, string value) in startup.Settings)
            {
                session.Settings.SetAtStartup(setting, value);
            }

            return (session, minor);
        }
        catch (QueryException)
        {
            session.Dispose();
            throw;
        }
    }
}
