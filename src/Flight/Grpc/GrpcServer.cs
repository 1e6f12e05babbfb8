using System.Collections.Frozen;
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Flight.Grpc;

/// <summary>gRPC over HTTP/2 on Kestrel: a table of methods, whose <see cref="InvokeAsync"/> is the request delegate of an HTTP/2 endpoint (gRPC, PROTOCOL-HTTP2.md).</summary>
/// <remarks>
/// Map the methods first, then serve. Every method that is not anonymous asks <see cref="GrpcServerOptions.Authenticate"/> before it reads
/// a byte of the call's messages. The settings that the endpoint needs are in Hosting/KestrelSettings.
/// </remarks>
public sealed class GrpcServer(GrpcServerOptions options)
{
    private static readonly Action<ILogger, string, string, Exception?> LogBug =
        LoggerMessage.Define<string, string>(LogLevel.Error, new EventId(1, "CallFailed"), "call {Path} failed, reference {Reference}");

    private readonly Dictionary<string, GrpcMethod> _methods = new(StringComparer.Ordinal);
    private readonly ReceiveBudget _budget = new(options.MaxBufferedBytes);
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FrozenDictionary<string, GrpcMethod>? _table;
    private int _running;

    /// <summary>The method table.</summary>
    public IReadOnlyCollection<GrpcMethod> Methods => _methods.Values;

    /// <summary>Calls being served now.</summary>
    public int RunningCalls => Volatile.Read(ref _running);

    /// <summary>Bytes of incomplete large messages held now.</summary>
    public long BufferedBytes => _budget.UsedBytes;

    /// <summary>Fires when the server begins to shut down: streams without an end (health watches) end on it.</summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>Adds a method.</summary>
    /// <returns>This server.</returns>
    public GrpcServer Map(GrpcMethod method)
    {
        _methods.Add(method.Path, method);
        _table = null;
        return this;
    }

    /// <summary>Adds a method whose handler reads and writes the call itself.</summary>
    public GrpcServer MapStreaming(string path, GrpcMethodKind kind, GrpcHandler handler, bool isAnonymous = false) => Map(new GrpcMethod(path, kind, isAnonymous, handler));

    /// <summary>Adds a method of one request and one response.</summary>
    public GrpcServer MapUnary<TRequest, TResponse>(
        string path, MessageParser<TRequest> parser, Func<GrpcCall, TRequest, ValueTask<TResponse>> handler, bool isAnonymous = false)
        where TRequest : class, IMessage<TRequest>
        where TResponse : IMessage =>
        Map(new GrpcMethod(path, GrpcMethodKind.Unary, isAnonymous, async call =>
        {
            TRequest request = await call.ReadSingleAsync(parser).ConfigureAwait(false);
            call.Write(await handler(call, request).ConfigureAwait(false));
        }));

    /// <summary>Adds a method of one request and many responses, which the handler writes to the call.</summary>
    public GrpcServer MapServerStreaming<TRequest>(string path, MessageParser<TRequest> parser, Func<GrpcCall, TRequest, Task> handler, bool isAnonymous = false)
        where TRequest : class, IMessage<TRequest> =>
        Map(new GrpcMethod(path, GrpcMethodKind.ServerStreaming, isAnonymous, async call =>
            await handler(call, await call.ReadSingleAsync(parser).ConfigureAwait(false)).ConfigureAwait(false)));

    /// <summary>Serves one HTTP request: the endpoint's request delegate.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        HttpRequest request = http.Request;
        if (request.Protocol != "HTTP/2" || request.Method != "POST")
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (!IsGrpc(request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = "application/grpc";
        AllowEndlessStreams(http);
        _table ??= _methods.ToFrozenDictionary(StringComparer.Ordinal);
        if (!_table.TryGetValue(request.Path.Value ?? "", out GrpcMethod? method))
        {
            End(http, GrpcErrors.UnknownMethod(request.Path.Value ?? ""));
        }
        else if (request.Headers["grpc-encoding"].ToString() is { Length: > 0 } encoding && !MessageEncoding.IsKnown(encoding))
        {
            End(http, GrpcErrors.UnknownEncoding(encoding));
        }
        else if (_draining.IsCancellationRequested && !method.IsAnonymous)
        {
            End(http, GrpcErrors.ShuttingDown());
        }
        else
        {
            Interlocked.Increment(ref _running);
            try
            {
                await ServeAsync(method, http).ConfigureAwait(false);
            }
            finally
            {
                if (Interlocked.Decrement(ref _running) == 0 && _draining.IsCancellationRequested)
                {
                    _idle.TrySetResult();
                }
            }
        }
    }

    /// <summary>Refuses new calls and waits for the running ones; when <paramref name="patience"/> fires, the rest is cancelled and ends with UNAVAILABLE.</summary>
    /// <remarks>Kestrel's own stop, which follows, sends GOAWAY and closes the connections; health checks answer NOT_SERVING from here on.</remarks>
    public async Task DrainAsync(CancellationToken patience)
    {
        await _draining.CancelAsync().ConfigureAwait(false);
        if (RunningCalls == 0)
        {
            return;
        }

        try
        {
            await _idle.Task.WaitAsync(patience).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(GrpcMethod method, HttpContext http)
    {
        var call = new GrpcCall(method, http, options, _budget, _stopping.Token);
        GrpcStatusException? failure = null;
        try
        {
            if (!method.IsAnonymous)
            {
                call.Identity = await options.Authenticate(call).ConfigureAwait(false) ?? throw GrpcErrors.Unauthenticated();
            }

            await method.Handler(call).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (call.IsAbandoned)
            {
                return;   // nobody is left to tell
            }

            failure = Failure(call, error);
        }
        finally
        {
            call.Close();
        }

        Append(http, call.PendingTrailers);
        End(http, failure);
    }

    private GrpcStatusException Failure(GrpcCall call, Exception error)
    {
        if (error is GrpcStatusException status)
        {
            return status;
        }

        if (error is OperationCanceledException or IOException && call.CancellationToken.IsCancellationRequested)
        {
            return _stopping.IsCancellationRequested && !call.DeadlineHasPassed ? GrpcErrors.ShuttingDown() : GrpcErrors.DeadlineExceeded();
        }

        if (error is BadHttpRequestException bad)
        {
            return new GrpcStatusException(StatusCode.Internal, bad.Message);
        }

        if (options.Translate(error) is { } translated)
        {
            return translated;
        }

        if (error is IpcException or InvalidProtocolBufferException or MemoryLimitException)
        {
            // Only a client's bytes are damaged; ours are made here.
            return new GrpcStatusException(error is MemoryLimitException ? StatusCode.ResourceExhausted : StatusCode.InvalidArgument, error.Message, error);
        }

        string reference = Guid.NewGuid().ToString("N")[..12];
        LogBug(options.Logger, call.Method.Path, reference, error);
        return GrpcErrors.Bug(reference);
    }

    private static bool IsGrpc(string? contentType) =>
        contentType != null && contentType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == 16 || contentType[16] is ';' or ' ' || contentType.StartsWith("application/grpc+proto", StringComparison.OrdinalIgnoreCase));

    /// <summary>A query may stream for hours, or think for minutes: neither a size nor a rate limit ends it.</summary>
    private static void AllowEndlessStreams(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static void End(HttpContext http, GrpcStatusException? failure)
    {
        if (failure != null)
        {
            Append(http, failure.Trailers);
            if (failure.Message.Length > 0)
            {
                Append(http, "grpc-message", GrpcMessageText.Encode(failure.Message));
            }
        }

        Append(http, "grpc-status", ((int)(failure?.Code ?? StatusCode.Ok)).ToString(CultureInfo.InvariantCulture));
    }

    private static void Append(HttpContext http, Metadata trailers)
    {
        foreach ((string name, string value) in trailers)
        {
            Append(http, name, value);
        }
    }

    /// <summary>In the one block of headers that ends the stream while nothing was written (trailers-only), else behind the messages.</summary>
    private static void Append(HttpContext http, string name, string value)
    {
        if (!http.Response.HasStarted && http.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: 0 })
        {
            http.Response.Headers.Append(name, value);
        }
        else
        {
            http.Response.AppendTrailer(name, value);
        }
    }
}
