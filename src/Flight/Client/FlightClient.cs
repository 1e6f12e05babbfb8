using System.Runtime.CompilerServices;
using Google.Protobuf;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using Action = SqlCluster.Flight.Protos.Action;

namespace SqlCluster.Flight.Client;

/// <summary>Client of an Arrow Flight service: logging in, finding flights, streams of batches in both directions, actions.</summary>
/// <remarks>
/// Thread-safe. With a user and password the first call logs in, and a call that the server refuses as UNAUTHENTICATED (the token has expired, the server was
/// started anew) logs in again, once; it goes on in the session it had, if the server still has it. Streams of batches have no server-side state here but their call.
/// </remarks>
public sealed class FlightClient : IDisposable
{
    private readonly FlightClientOptions _options;
    private readonly GrpcChannel _channel;
    private readonly FlightCredentials _credentials;
    private readonly SemaphoreSlim _login = new(1, 1);

    public FlightClient(FlightClientOptions options)
    {
        _options = options;
        _channel = new GrpcChannel(options.Channel);
        _credentials = new FlightCredentials(options);
    }

    public FlightClientOptions Options => _options;

    /// <summary>The token in use, null before logging in; any response may replace it.</summary>
    public string? Token => _credentials.Token;

    /// <summary>Logs in with user and password, or has the server check the token that is there.</summary>
    /// <exception cref="GrpcStatusException">UNAUTHENTICATED: the server does not know them.</exception>
    public async Task HandshakeAsync(CancellationToken cancellationToken = default)
    {
        using GrpcDuplexCall call = _channel.Duplex(FlightMethods.Handshake, CallOptions(withPassword: true), cancellationToken);
        await call.WriteAsync(new HandshakeRequest()).ConfigureAwait(false);
        await call.CompleteAsync().ConfigureAwait(false);
        GrpcResponse response = await call.ResponseAsync().ConfigureAwait(false);
        while (await response.ReadMessageAsync(cancellationToken).ConfigureAwait(false) != null)
        {
            // Payloads mean nothing beyond the older kind of handshake; the token is in the headers or the trailers.
        }

        _credentials.Learn(response.Trailers);
    }

    public Task<FlightInfo> GetFlightInfoAsync(FlightDescriptor descriptor, CancellationToken cancellationToken = default) =>
        UnaryAsync(FlightMethods.GetFlightInfo, descriptor, FlightInfo.Parser, cancellationToken);

    public Task<PollInfo> PollFlightInfoAsync(FlightDescriptor descriptor, CancellationToken cancellationToken = default) =>
        UnaryAsync(FlightMethods.PollFlightInfo, descriptor, PollInfo.Parser, cancellationToken);

    public async Task<ArrowSchema> GetSchemaAsync(FlightDescriptor descriptor, CancellationToken cancellationToken = default)
    {
        SchemaResult result = await UnaryAsync(FlightMethods.GetSchema, descriptor, SchemaResult.Parser, cancellationToken).ConfigureAwait(false);
        return ReadSchema(result.Schema);
    }

    public IAsyncEnumerable<FlightInfo> ListFlightsAsync(Criteria criteria, CancellationToken cancellationToken = default) =>
        StreamAsync(FlightMethods.ListFlights, criteria, FlightInfo.Parser, cancellationToken);

    public IAsyncEnumerable<ActionType> ListActionsAsync(CancellationToken cancellationToken = default) =>
        StreamAsync(FlightMethods.ListActions, new Empty(), ActionType.Parser, cancellationToken);

    public IAsyncEnumerable<Result> DoActionAsync(Action action, CancellationToken cancellationToken = default) =>
        StreamAsync(FlightMethods.DoAction, action, Result.Parser, cancellationToken);

    /// <summary>Opens a stream of batches; returns when its schema is there.</summary>
    /// <param name="account">Charged with the batches; must outlive them.</param>
    /// <exception cref="GrpcStatusException">The call failed.</exception>
    public Task<FlightStream> DoGetAsync(Ticket ticket, MemoryAccount account, CancellationToken cancellationToken = default) =>
        WithLoginAsync(
            async () =>
            {
                GrpcResponse response = await CallAsync(FlightMethods.DoGet, ticket, cancellationToken).ConfigureAwait(false);
                return await FlightStream.OpenAsync(response, account, _options.Channel.MaxReceiveBytes).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Begins an upload.</summary>
    /// <param name="schema">Null: an upload of nothing but the descriptor, as statements without parameters are.</param>
    /// <param name="account">For encoded batches; must outlive the upload.</param>
    public async Task<FlightUpload> DoPutAsync(
        FlightDescriptor descriptor, ArrowSchema? schema, MemoryAccount account, IpcOptions? options = null, CancellationToken cancellationToken = default)
    {
        await LoginAsync(cancellationToken).ConfigureAwait(false);
        return new FlightUpload(_channel.Duplex(FlightMethods.DoPut, CallOptions(), cancellationToken), descriptor, schema, account, options);
    }

    /// <summary>Asks the server to stop a query.</summary>
    public async Task<CancelStatus> CancelFlightInfoAsync(FlightInfo info, CancellationToken cancellationToken = default) =>
        (await ActionAsync("CancelFlightInfo", new CancelFlightInfoRequest { Info = info }, CancelFlightInfoResult.Parser, cancellationToken).ConfigureAwait(false)).Status;

    /// <summary>Asks the server to keep an endpoint's data longer.</summary>
    public Task<FlightEndpoint> RenewFlightEndpointAsync(FlightEndpoint endpoint, CancellationToken cancellationToken = default) =>
        ActionAsync("RenewFlightEndpoint", new RenewFlightEndpointRequest { Endpoint = endpoint }, FlightEndpoint.Parser, cancellationToken);

    public Task<SetSessionOptionsResult> SetSessionOptionsAsync(SetSessionOptionsRequest request, CancellationToken cancellationToken = default) =>
        ActionAsync("SetSessionOptions", request, SetSessionOptionsResult.Parser, cancellationToken);

    public Task<GetSessionOptionsResult> GetSessionOptionsAsync(CancellationToken cancellationToken = default) =>
        ActionAsync("GetSessionOptions", new GetSessionOptionsRequest(), GetSessionOptionsResult.Parser, cancellationToken);

    public Task<CloseSessionResult> CloseSessionAsync(CancellationToken cancellationToken = default) =>
        ActionAsync("CloseSession", new CloseSessionRequest(), CloseSessionResult.Parser, cancellationToken);

    public void Dispose()
    {
        _channel.Dispose();
        _login.Dispose();
    }

    /// <summary>An encapsulated schema message, as FlightInfo and SchemaResult hold it.</summary>
    /// <exception cref="IpcException">Damaged.</exception>
    public static ArrowSchema ReadSchema(ByteString schema) => SchemaMessage.Read(schema.Span).Schema;

    /// <summary>An action with one message there and one back.</summary>
    internal async Task<T> ActionAsync<T>(string type, IMessage body, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        Result result = await FirstResultAsync(new Action { Type = type, Body = body.ToByteString() }, cancellationToken).ConfigureAwait(false)
            ?? throw GrpcErrors.NoMessage();
        return parser.ParseFrom(result.Body);
    }

    /// <summary>An action's first result, null without one; the others are read and dropped.</summary>
    internal async Task<Result?> FirstResultAsync(Action action, CancellationToken cancellationToken)
    {
        Result? first = null;
        await foreach (Result result in DoActionAsync(action, cancellationToken).ConfigureAwait(false))
        {
            first ??= result;
        }

        return first;
    }

    private GrpcCallOptions CallOptions(bool withPassword = false) =>
        new() { Headers = _credentials.Headers(withPassword), Timeout = _options.Timeout, OnHeaders = _credentials.Learn };

    private Task<T> UnaryAsync<T>(string path, IMessage request, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        WithLoginAsync(
            async () =>
            {
                using GrpcResponse response = await CallAsync(path, request, cancellationToken).ConfigureAwait(false);
                return await response.ReadSingleAsync(parser, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    private Task<GrpcResponse> CallAsync(string path, IMessage request, CancellationToken cancellationToken) => _options.UseBulkReader
        ? _channel.BulkStreamingAsync(path, request, CallOptions(), cancellationToken)
        : _channel.ServerStreamingAsync(path, request, CallOptions(), cancellationToken);

    private async IAsyncEnumerable<T> StreamAsync<T>(string path, IMessage request, MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        (GrpcResponse response, T? first) = await WithLoginAsync(
            async () =>
            {
                GrpcResponse opened = await CallAsync(path, request, cancellationToken).ConfigureAwait(false);
                try
                {
                    return (opened, await opened.ReadAsync(parser, cancellationToken).ConfigureAwait(false));
                }
                catch
                {
                    opened.Dispose();
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
        using (response)
        {
            for (T? message = first; message != null; message = await response.ReadAsync(parser, cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }

    /// <summary>Makes a call; where the server has forgotten the token, logs in again and makes it once more: a refused call has done nothing.</summary>
    internal async Task<T> WithLoginAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        await LoginAsync(cancellationToken).ConfigureAwait(false);
        string? token = _credentials.Token;
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (GrpcStatusException error) when (error.Code == StatusCode.Unauthenticated && _credentials.LogsIn)
        {
            _credentials.Forget(token);
        }

        string session = _credentials.Cookies;
        if (await LoginAsync(cancellationToken).ConfigureAwait(false) && _options.OnNewSession != null && _credentials.Cookies != session)
        {
            await _options.OnNewSession(cancellationToken).ConfigureAwait(false);
        }

        return await call().ConfigureAwait(false);
    }

    /// <returns>Whether this call has logged in.</returns>
    private async Task<bool> LoginAsync(CancellationToken cancellationToken)
    {
        if (!_credentials.LogsIn || _credentials.Token != null)
        {
            return false;
        }

        await _login.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_credentials.Token != null)
            {
                return false;
            }

            await HandshakeAsync(cancellationToken).ConfigureAwait(false);
            return _credentials.Token != null ? true : throw new GrpcStatusException(StatusCode.Unauthenticated, "the server gave no token");
        }
        finally
        {
            _login.Release();
        }
    }
}
