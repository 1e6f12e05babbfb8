using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>One client's connection, from its first byte to its last.</summary>
internal sealed class PgConnection
{
    private static readonly TimeSpan StartupTimeout = TimeSpan.FromSeconds(60);
    private static readonly string[] MaintenanceDatabases = ["postgres"];

    private readonly Engine _engine;
    private readonly CancelKeys _cancelKeys;
    private readonly ServerOptions _options;
    private readonly ConnectionContext _connection;
    private readonly CancellationToken _stopping;
    private readonly MessageStream _messages;
    private readonly PgWriter _writer;

    /// <param name="engine">The engine.</param>
    /// <param name="cancelKeys">Sessions that CancelRequest can reach.</param>
    /// <param name="options">Users, certificate, and the log that gets internal errors.</param>
    /// <param name="connection">Bytes in and out.</param>
    /// <param name="stopping">The server shuts down: the connection ends with its running statement.</param>
    public PgConnection(Engine engine, CancelKeys cancelKeys, ServerOptions options, ConnectionContext connection, CancellationToken stopping)
    {
        _engine = engine;
        _cancelKeys = cancelKeys;
        _options = options;
        _connection = connection;
        _stopping = stopping;
        _messages = new MessageStream(connection.Transport.Input);
        _writer = new PgWriter(connection.Transport.Output);
    }

    private CancellationToken Closed => _connection.ConnectionClosed;

    /// <summary>Serves the client until it leaves; never throws for what a client did.</summary>
    public async Task RunAsync()
    {
        try
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(Closed, _stopping);
            if (await StartAsync(waiting.Token).ConfigureAwait(false) is { } session)
            {
                int key = _cancelKeys.Add(session);
                try
                {
                    using var serving = CancellationTokenSource.CreateLinkedTokenSource(waiting.Token, session.Ended);
                    await ServeAsync(session, key, serving.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (session.EndError != null && !Closed.IsCancellationRequested)
                {
                    await EndAsync(session.EndError).ConfigureAwait(false);
                }
                finally
                {
                    _cancelKeys.Remove(session.Id);
                    session.Dispose();
                }
            }
        }
        catch (QueryException error)
        {
            await EndAsync(error).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !Closed.IsCancellationRequested)
        {
            await EndAsync(SessionErrors.Terminated()).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ConnectionResetException)
        {
            // The client is gone, or never said who it is: nobody is left to tell.
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task ServeAsync(Session session, int key, CancellationToken waiting)
    {
        await using var served = new PgSession(session, _writer, Closed);
        Greet(session, key);
        await served.ReadyAsync().ConfigureAwait(false);
        await _writer.FlushAsync(Closed).ConfigureAwait(false);
        bool isSkipping = false;
        while (await _messages.ReadAsync(waiting).ConfigureAwait(false) is var (type, body) && type != 'X')
        {
            if (isSkipping && type != 'S')
            {
                continue;
            }

            isSkipping = false;
            try
            {
                await HandleAsync(served, type, body).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not (IOException or ConnectionResetException) && !Closed.IsCancellationRequested)
            {
                if (session.EndError is { } end)
                {
                    throw end;
                }

                await served.FailAsync(Translate(error)).ConfigureAwait(false);
                isSkipping = type is not ('Q' or 'S');
                if (!isSkipping)
                {
                    await served.ReadyAsync().ConfigureAwait(false);
                }

                await _writer.FlushAsync(Closed).ConfigureAwait(false);
            }

            if (_writer.Buffered >= PgWriter.FlushBytes)
            {
                await _writer.FlushAsync(Closed).ConfigureAwait(false);
            }
        }
    }

    private async Task HandleAsync(PgSession session, char type, byte[] body)
    {
        switch (type)
        {
            case 'Q':
                await session.QueryAsync(QueryMessage.Read(body)).ConfigureAwait(false);
                await session.ReadyAsync().ConfigureAwait(false);
                await _writer.FlushAsync(Closed).ConfigureAwait(false);
                break;
            case 'P': await session.ParseAsync(ParseMessage.Read(body)).ConfigureAwait(false); break;
            case 'B': await session.BindAsync(BindMessage.Read(body)).ConfigureAwait(false); break;
            case 'D': session.Describe(NamedMessage.Read(body)); break;
            case 'E': await session.ExecuteAsync(ExecuteMessage.Read(body)).ConfigureAwait(false); break;
            case 'C': await session.CloseAsync(NamedMessage.Read(body)).ConfigureAwait(false); break;
            case 'H': await _writer.FlushAsync(Closed).ConfigureAwait(false); break;
            case 'S':
                await session.ReadyAsync().ConfigureAwait(false);
                await _writer.FlushAsync(Closed).ConfigureAwait(false);
                break;
            case 'd' or 'c' or 'f':
                // Left over from a COPY that has failed.
                break;
            default:
                throw new QueryException("0A000", ErrorKind.Unsupported, $"not supported: frontend message '{type}'");
        }
    }

    /// <summary>Reads requests up to the startup message and opens the session it asks for; null when the client only wanted to cancel, or left.</summary>
    private async Task<Session?> StartAsync(CancellationToken waiting)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(waiting);
        timed.CancelAfter(StartupTimeout);
        while (await _messages.ReadStartupAsync(timed.Token).ConfigureAwait(false) is { } body)
        {
            switch (new PgReader(body).Int32())
            {
                case StartupMessage.SslRequest or StartupMessage.GssRequest:
                    _writer.Byte((byte)'N');
                    await _writer.FlushAsync(Closed).ConfigureAwait(false);
                    break;
                case StartupMessage.CancelRequest:
                    Cancel(body);
                    return null;
                default:
                    return Open(StartupMessage.Read(body));
            }
        }

        return null;
    }

    private void Cancel(byte[] body)
    {
        var reader = new PgReader(body.AsSpan(sizeof(int)));
        if (reader.Left == 2 * sizeof(int))
        {
            _cancelKeys.Cancel(reader.Int32(), reader.Int32());
        }
    }

    private Session Open(StartupMessage startup)
    {
        if (startup.Major != 3)
        {
            throw PgErrors.UnsupportedProtocol(startup.Version);
        }

        if (startup.Minor > 0 || startup.ProtocolOptions.Count > 0)
        {
            _writer.NegotiateProtocolVersion(StartupMessage.Version30, startup.ProtocolOptions);
        }

        string user = startup["user"] is { Length: > 0 } name ? name : throw PgErrors.NoUser();
        string database = startup["database"] is { Length: > 0 } given ? given : _engine.Database.Name;
        if (database != _engine.Database.Name && database != user && !MaintenanceDatabases.Contains(database))
        {
            throw PgErrors.NoDatabase(database);
        }

        if (startup["replication"] is { } replication && replication.ToLowerInvariant() is not ("off" or "false" or "no" or "0"))
        {
            throw PgErrors.NoReplication();
        }

        if (!_options.Users.IsEmpty)
        {
            throw PgErrors.PasswordFailed(user);
        }

        Session session = _engine.OpenSession(user, SessionClient.From(Door.PostgreSql, _connection.RemoteEndPoint));
        try
        {
            foreach ((string setting, string value) in startup.Settings)
            {
                session.Settings.SetAtStartup(setting, value);
            }

            return session;
        }
        catch (QueryException)
        {
            session.Dispose();
            throw;
        }
    }

    private void Greet(Session session, int key)
    {
        _writer.AuthenticationOk();
        foreach ((SettingDefinition definition, string value) in session.Settings.List())
        {
            if (definition.IsReported)
            {
                _writer.ParameterStatus(definition.Name, definition.Name == "session_authorization" ? session.User : value);
            }
        }

        _writer.BackendKeyData(session.Id, key);
    }

    /// <summary>Says why the connection ends.</summary>
    private async Task EndAsync(QueryException error)
    {
        try
        {
            _writer.ErrorResponse("FATAL", error);
            await _writer.FlushAsync(Closed).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ConnectionResetException)
        {
            // The client did not wait for it.
        }
    }

    private QueryException Translate(Exception error)
    {
        switch (error)
        {
            case QueryException query:
                if (query.Kind == ErrorKind.Internal)
                {
                    _options.Logger.LogError(query, "internal error");
                }

                return query;
            case OperationCanceledException:
                return Execution.ExecutionErrors.Cancelled();
            default:
                string id = RandomNumberGenerator.GetHexString(8, true);
                _options.Logger.LogError(error, "internal error {Id}", id);
                return new QueryException("XX000", ErrorKind.Internal, $"internal error {id}: {error.GetType().Name}", inner: error);
        }
    }
}
