using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Grpc;

/// <summary>Client side of gRPC: calls of all four kinds to one server, over the framework's HTTP/2 client, and streams of large messages over connections of our own.</summary>
/// <remarks>Thread-safe; one channel serves any number of calls. Only a failed attempt to connect is tried again: nothing of such a call has left the machine.</remarks>
public sealed class GrpcChannel : IDisposable
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(50);
    private readonly GrpcChannelOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly BulkConnectionPool _bulk;
    private readonly Uri _base;

    public GrpcChannel(GrpcChannelOptions options)
    {
        _options = options;
        _base = new UriBuilder(options.Address) { Scheme = options.IsEncrypted ? "https" : "http", Path = "/", Query = "" }.Uri;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 4 << 20,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            MaxResponseHeadersLength = 128,
            SslOptions = options.TlsOptions(),
        });
        _bulk = new BulkConnectionPool(new BulkConnectionOptions(_base.Host, _base.Port)
        {
            Tls = options.IsEncrypted ? options.TlsOptions : null,
            ConnectTimeout = options.ConnectTimeout,
        });
    }

    public GrpcChannelOptions Options => _options;

    /// <summary>One message there, one back.</summary>
    /// <exception cref="GrpcStatusException">The call failed.</exception>
    public async Task<TResponse> UnaryAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
        where TResponse : class, IMessage<TResponse>
    {
        using GrpcResponse response = await ServerStreamingAsync(path, request, options, cancellationToken).ConfigureAwait(false);
        return await response.ReadSingleAsync(parser, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One message there, many back. Returns when the response's headers are there.</summary>
    /// <exception cref="GrpcStatusException">The server cannot be reached, or its answer is no gRPC; the call's own status comes from the response.</exception>
    public async Task<GrpcResponse> ServerStreamingAsync(
        string path, IMessage request, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= GrpcCallOptions.Default;
        byte[] message = Encode(request, options.Compress);
        var lifetime = new CallLifetime(_base, options.Timeout, cancellationToken);
        try
        {
            return await SendAsync(path, () => new ByteArrayContent(message), options, lifetime).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Exception translated = lifetime.Translate(error, cancellationToken);
            lifetime.Dispose();
            throw translated;
        }
    }

    /// <summary>As <see cref="ServerStreamingAsync"/>, over a connection that receives large messages straight into the reader's memory.</summary>
    /// <remarks>The connection carries this call alone and is kept for the next one when the response was read to its end.</remarks>
    public async Task<GrpcResponse> BulkStreamingAsync(
        string path, IMessage request, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= GrpcCallOptions.Default;
        byte[] message = Encode(request, options.Compress);
        var lifetime = new CallLifetime(_base, options.Timeout, cancellationToken);
        try
        {
            var headers = new List<HeaderField>
            {
                new(":method", "POST"), new(":scheme", _base.Scheme), new(":path", path), new(":authority", _options.TargetHost ?? _base.Authority),
                new("content-type", "application/grpc"), new("te", "trailers"), new("user-agent", _options.UserAgent),
            };
            headers.AddRange(RequestHeaders(options, acceptEncoding: "identity"));
            BulkStream stream = await RetryAsync(() => _bulk.OpenAsync(headers, message, lifetime.Token), lifetime).ConfigureAwait(false);
            return Respond(stream, static stream => new ResponseSource.FromBulk(stream), options, lifetime);
        }
        catch (Exception error)
        {
            Exception translated = lifetime.Translate(error, cancellationToken);
            lifetime.Dispose();
            throw translated;
        }
    }

    /// <summary>Many messages there, and one or many back.</summary>
    public GrpcDuplexCall Duplex(string path, GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= GrpcCallOptions.Default;
        var lifetime = new CallLifetime(_base, options.Timeout, cancellationToken);
        var request = new DuplexContent(lifetime.Token);
        return new GrpcDuplexCall(request, SendAsync(path, () => request, options, lifetime), options.Compress, lifetime);
    }

    public void Dispose()
    {
        _http.Dispose();
        _bulk.Dispose();
    }

    private static byte[] Encode(IMessage message, bool compress)
    {
        var writer = new System.Buffers.ArrayBufferWriter<byte>(compress ? 1024 : MessageEncoding.PrefixBytes + message.CalculateSize());
        MessageEncoding.Write(writer, message, compress);
        return writer.WrittenSpan.ToArray();
    }

    private static GrpcResponse Respond<T>(T response, Func<T, ResponseSource> source, GrpcCallOptions options, CallLifetime lifetime, int limitBytes)
        where T : IDisposable
    {
        try
        {
            ResponseSource checkedSource = source(response);
            options.OnHeaders?.Invoke(checkedSource.Headers);
            return new GrpcResponse(checkedSource, lifetime, limitBytes);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private GrpcResponse Respond<T>(T response, Func<T, ResponseSource> source, GrpcCallOptions options, CallLifetime lifetime)
        where T : IDisposable => Respond(response, source, options, lifetime, _options.MaxReceiveBytes);

    private async Task<GrpcResponse> SendAsync(string path, Func<HttpContent> content, GrpcCallOptions options, CallLifetime lifetime)
    {
        HttpResponseMessage response = await RetryAsync(() => _http.SendAsync(Request(path, content(), options), lifetime.Token), lifetime).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(lifetime.Token).ConfigureAwait(false);
        return Respond(response, response => new ResponseSource.FromHttp(response, body), options, lifetime);
    }

    private HttpRequestMessage Request(string path, HttpContent content, GrpcCallOptions options)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        // The framework takes the name that the certificate must be for from here, not from the TLS options.
        request.Headers.Host = _options.TargetHost;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("user-agent", _options.UserAgent);
        foreach (HeaderField field in RequestHeaders(options, MessageEncoding.Accepted))
        {
            request.Headers.TryAddWithoutValidation(field.Name, field.Value);
        }

        return request;
    }

    private static IEnumerable<HeaderField> RequestHeaders(GrpcCallOptions options, string acceptEncoding)
    {
        if (options.Timeout is { } timeout)
        {
            yield return new("grpc-timeout", GrpcTimeout.Format(timeout));
        }

        if (options.Compress)
        {
            yield return new("grpc-encoding", MessageEncoding.Gzip);
        }

        yield return new("grpc-accept-encoding", acceptEncoding);
        foreach ((string name, string value) in options.Headers ?? [])
        {
            yield return new(name, value);
        }
    }

    /// <summary>Tries again where the connection was refused, before anything of the call was sent.</summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CallLifetime lifetime)
    {
        TimeSpan delay = FirstRetryDelay;
        for (int count = 1; ; count++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception error) when (count < _options.ConnectAttempts && IsRefusedConnection(error))
            {
                await Task.Delay(delay, lifetime.Token).ConfigureAwait(false);
                delay *= 2;
            }
        }
    }

    private static bool IsRefusedConnection(Exception error) =>
        error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or Http2ConnectException { IsRefused: true };
}
