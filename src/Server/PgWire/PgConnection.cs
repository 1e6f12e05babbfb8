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
    /// <summary>Messages of a pipeline that are answered without a pause by a thread that other connections wait for.</summary>
    private const int MostInPlace = 32;

    private readonly Engine _engine;
    private readonly CancelKeys _cancelKeys;
    private readonly Newcomers _newcomers;
    private readonly ServerOptions _options;
    private readonly ConnectionContext _connection;
    private readonly CancellationToken _stopping;
    private readonly PgTransport _transport;
    private readonly IAnswersInPlace? _place;

    /// <param name="engine">The engine.</param>
    /// <param name="cancelKeys">Sessions that CancelRequest can reach.</param>
    /// <param name="newcomers">Connections whose clients have not said who they are.</param>
    /// <param name="options">Users, certificate, and the log that gets internal errors.</param>
    /// <param name="connection">Bytes in and out.</param>
    /// <param name="stopping">The server shuts down: the connection ends with its running statement.</param>
    public PgConnection(Engine engine, CancelKeys cancelKeys, Newcomers newcomers, ServerOptions options, ConnectionContext connection, CancellationToken stopping)
    {
        _engine = engine;
        _cancelKeys = cancelKeys;
        _newcomers = newcomers;
        _options = options;
        _connection = connection;
        _stopping = stopping;
        _transport = new PgTransport(connection);
        _place = connection.Features.Get<IAnswersInPlace>();
    }

    private PgWriter Writer => _transport.Writer;

    private CancellationToken Closed => _connection.ConnectionClosed;

    /// <summary>Serves the client until it leaves; never throws for what a client did.</summary>
    public async Task RunAsync()
    {
        try
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(Closed, _stopping);

            // What a client sent before it left still counts: many ask for a cancellation and close at once.
            if (await new PgStartup(_engine, _cancelKeys, _newcomers, _options, _connection, _transport).RunAsync(_stopping).ConfigureAwait(false) is var (session, minor))
            {
                byte[] key = _cancelKeys.Add(session, minor);
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
            if (error.SqlState is "28000" or "28P01")
            {
                _options.Logger.LogWarning("{Error}: {Door} from {Address}", error.Message, Door.PostgreSql.Name(), _connection.RemoteEndPoint);
            }

            await EndAsync(error).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested && !Closed.IsCancellationRequested)
        {
            await EndAsync(SessionErrors.Terminated()).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ConnectionResetException)
        {
            // The client is gone, or never said who it is: nobody is left to tell.
            if (error.InnerException is System.Security.Authentication.AuthenticationException)
            {
                _options.Logger.LogDebug("{Error}: {Door} from {Address}", error.Message, Door.PostgreSql.Name(), _connection.RemoteEndPoint);
            }
        }
        catch (Exception error)
        {
            await EndAsync(Translate(error)).ConfigureAwait(false);
        }
        finally
        {
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Session session, byte[] key, CancellationToken waiting)
    {
        await using var served = new PgSession(session, _transport, Closed);
        Greet(session, key);
        await served.ReadyAsync().ConfigureAwait(false);
        await Writer.FlushAsync(Closed).ConfigureAwait(false);
        bool isSkipping = false;
        int inPlace = 0;
        while (true)
        {
            ValueTask<(char Type, byte[] Body)?> next = ReadInPlaceAsync(waiting);
            inPlace = next.IsCompleted ? inPlace + 1 : 0;
            (char Type, byte[] Body)? message = await next.ConfigureAwait(false);
            AnswersInPlace(false);
            if (message is not var (type, body) || type == 'X')
            {
                break;
            }

            if (isSkipping && type != 'S')
            {
                continue;
            }

            isSkipping = false;
            served.BeginMessage();
            session.BeginRequest();
            try
            {
                if (!Thread.CurrentThread.IsThreadPoolThread && (inPlace > MostInPlace || !served.AnswersAtOnce(type, body)))
                {
                    // The thread is a poller's, for which other connections wait.
                    await Task.Yield();
                }

                await HandleAsync(served, type, body).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not (IOException or ConnectionResetException) && !Closed.IsCancellationRequested)
            {
                if (session.EndError is { } end)
                {
                    throw end;
                }

                await served.FailAsync(Translate(error)).ConfigureAwait(false);
                isSkipping = type is not ('Q' or 'S' or 'F');
                if (!isSkipping)
                {
                    await served.ReadyAsync().ConfigureAwait(false);
                }

                await Writer.FlushAsync(Closed).ConfigureAwait(false);
            }

            if (Writer.Buffered >= PgWriter.FlushBytes)
            {
                await Writer.FlushAsync(Closed).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next message, which <see cref="AnswersInPlace"/>.</summary>
    private ValueTask<(char Type, byte[] Body)?> ReadInPlaceAsync(CancellationToken waiting)
    {
        AnswersInPlace(true);
        return _transport.Messages.ReadAsync(waiting);
    }

    /// <summary>Says whether the next message may be handled by the thread that brings it. Inside TLS it takes a while to be read.</summary>
    private void AnswersInPlace(bool inPlace)
    {
        if (_place != null)
        {
            _place.AnswersInPlace = inPlace && !_transport.IsEncrypted;
        }
    }

    private async Task HandleAsync(PgSession session, char type, byte[] body)
    {
        switch (type)
        {
            case 'Q':
                await session.QueryAsync(QueryMessage.Read(body)).ConfigureAwait(false);
                await session.ReadyAsync().ConfigureAwait(false);
                await Writer.FlushAsync(Closed).ConfigureAwait(false);
                break;
            case 'P': await session.ParseAsync(ParseMessage.Read(body)).ConfigureAwait(false); break;
            case 'B': await session.BindAsync(BindMessage.Read(body)).ConfigureAwait(false); break;
            case 'D': session.Describe(NamedMessage.Read(body)); break;
            case 'E': await session.ExecuteAsync(ExecuteMessage.Read(body)).ConfigureAwait(false); break;
            case 'C': await session.CloseAsync(NamedMessage.Read(body)).ConfigureAwait(false); break;
            case 'H': await Writer.FlushAsync(Closed).ConfigureAwait(false); break;
            case 'S':
                await session.ReadyAsync().ConfigureAwait(false);
                await Writer.FlushAsync(Closed).ConfigureAwait(false);
                break;
            case 'd' or 'c' or 'f':
                // Left over from a COPY that has failed.
                break;
            case 'F':
                throw PgErrors.NoFunctionCalls();
            default:
                throw new QueryException("0A000", ErrorKind.Unsupported, $"not supported: frontend message '{type}'");
        }
    }

    private void Greet(Session session, byte[] key)
    {
        Writer.AuthenticationOk();
        foreach ((SettingDefinition definition, string value) in session.Settings.List())
        {
            if (definition.IsReported)
            {
                Writer.ParameterStatus(definition.Name, definition.Name == "session_authorization" ? session.User : value);
            }
        }

        Writer.BackendKeyData(session.Id, key);
    }

    /// <summary>Says why the connection ends.</summary>
    private async Task EndAsync(QueryException error)
    {
        try
        {
            Writer.ErrorResponse("FATAL", error);
            await Writer.FlushAsync(Closed).ConfigureAwait(false);
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
            case QueryException { Kind: not ErrorKind.Internal } query:
                return query;
            case OperationCanceledException:
                return Execution.ExecutionErrors.Cancelled();
            default:
                // What went wrong is for the log; the client gets the number to find it by.
                string id = RandomNumberGenerator.GetHexString(8, true);
                _options.Logger.LogError(error, "internal error {Id}", id);
                return new QueryException("XX000", ErrorKind.Internal, $"internal error {id}: {error.GetBaseException().GetType().Name}", inner: error);
        }
    }
}
