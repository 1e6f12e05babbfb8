using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace SqlCluster.Flight.Grpc;

/// <summary>One call on the server: its request headers and messages, its response headers, messages and trailers.</summary>
/// <remarks>
/// Belongs to the handler that serves it, one operation at a time on each side; reading and writing may overlap. Writes wait while the client
/// does not read (Kestrel's response buffer bounds what waits). <see cref="CancellationToken"/> fires when the client resets the call or loses
/// its connection, when the deadline passes, and when a shutdown runs out of patience.
/// </remarks>
public sealed class GrpcCall
{
    /// <summary>Timers count whole ticks of another clock and may fire this much early.</summary>
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(20);

    private readonly HttpContext _http;
    private readonly CancellationTokenSource _cancellation;
    private readonly GrpcMessageReader _reader;
    private Stream? _requestBody;
    private bool _compress;

    internal GrpcCall(GrpcMethod method, HttpContext http, GrpcServerOptions options, ReceiveBudget budget, CancellationToken stopping)
    {
        Method = method;
        _http = http;
        Options = options;
        Started = options.Time.GetUtcNow();
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        CancellationToken = _cancellation.Token;
        if (GrpcTimeout.Parse(Header("grpc-timeout")) is { } timeout && timeout < TimeSpan.FromDays(40))
        {
            Deadline = Started + timeout;
            _cancellation.CancelAfter(timeout);
        }

        _reader = new GrpcMessageReader(http.Request.BodyReader, Header("grpc-encoding"), method.IsAnonymous ? options.MaxAnonymousBytes : options.MaxReceiveBytes, budget);
    }

    public GrpcMethod Method { get; }

    /// <summary>Who calls, as <see cref="GrpcServerOptions.Authenticate"/> said; null for anonymous methods.</summary>
    public object? Identity { get; internal set; }

    public DateTimeOffset Started { get; }

    /// <summary>When the client stops waiting; null: it does not.</summary>
    public DateTimeOffset? Deadline { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>The client's address.</summary>
    public IPEndPoint Peer => new(_http.Connection.RemoteIpAddress ?? IPAddress.None, _http.Connection.RemotePort);

    /// <summary>Of the connection, to find all calls of one; no state may hang on it (CLIENTS.md F5).</summary>
    public string ConnectionId => _http.Connection.Id;

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsEncrypted => _http.Request.IsHttps;

    /// <summary>The certificate that the client showed, checked by the TLS layer; null without.</summary>
    public System.Security.Cryptography.X509Certificates.X509Certificate2? ClientCertificate => _http.Connection.ClientCertificate;

    /// <summary>What was found out about the connection when it began; null: nothing of this kind.</summary>
    public T? Feature<T>()
        where T : class => _http.Features.Get<T>();

    public string UserAgent => Header("user-agent") ?? "";

    /// <summary>Encoding of the request's messages, null: none.</summary>
    public string? RequestEncoding => Header("grpc-encoding");

    /// <summary>The request's messages with their prefixes, for readers that take messages apart themselves. Not to be mixed with <see cref="ReadMessageAsync"/>.</summary>
    public Stream RequestBody => _requestBody ??= new RequestBodyStream(_http.Request.Body, this);

    /// <summary>The response's messages with their prefixes, for writers that frame messages themselves; <see cref="FlushAsync"/> sends.</summary>
    public PipeWriter Writer => _http.Response.BodyWriter;

    public int MaxReceiveBytes => Options.MaxReceiveBytes;

    internal GrpcServerOptions Options { get; }

    /// <summary>Whether the client has reset the call or lost its connection.</summary>
    internal bool IsAbandoned
    {
        get => field || _http.RequestAborted.IsCancellationRequested;
        private set;
    }

    internal bool DeadlineHasPassed => Deadline is { } deadline && Options.Time.GetUtcNow() >= deadline;

    /// <summary>A request header; several of one name are joined by commas. Null without.</summary>
    public string? Header(string name) => _http.Request.Headers.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues values) ? values.ToString() : null;

    /// <summary>All values of a request header.</summary>
    public IReadOnlyList<string?> Headers(string name) => _http.Request.Headers[name];

    /// <summary>The bytes of a request header whose name ends in -bin; null without.</summary>
    /// <exception cref="GrpcStatusException">No base64.</exception>
    public byte[]? BinaryHeader(string name) => Header(name) is { } value ? Grpc.BinaryHeader.Decode(name, value) : null;

    /// <summary>Adds a response header; only before the first message is sent.</summary>
    public void AddHeader(string name, string value) => _http.Response.Headers.Append(name, value);

    public void AddHeader(string name, ReadOnlySpan<byte> value) => AddHeader(name, Grpc.BinaryHeader.Encode(value));

    /// <summary>Adds a trailer, sent with the status.</summary>
    public void AddTrailer(string name, string value) => PendingTrailers.Add(name, value);

    public void AddTrailer(string name, ReadOnlySpan<byte> value) => PendingTrailers.Add(name, value);

    internal Metadata PendingTrailers { get; } = [];

    /// <summary>Sends the response headers now instead of with the first message.</summary>
    public async ValueTask SendHeadersAsync()
    {
        await _http.Response.StartAsync(CancellationToken).ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Compresses the messages written from here on, if the client accepts that; only before the first one.</summary>
    public void CompressResponses()
    {
        if (!_compress && MessageEncoding.Accepts(Header("grpc-accept-encoding")))
        {
            _compress = true;
            AddHeader("grpc-encoding", MessageEncoding.Gzip);
        }
    }

    /// <summary>The next message, decompressed; null after the last. Valid until the next read.</summary>
    /// <exception cref="GrpcStatusException">Too large, cut short, not decompressible.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> ReadMessageAsync()
    {
        try
        {
            return await _reader.ReadAsync(CancellationToken).ConfigureAwait(false);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw ClientWentAway();
        }
    }

    /// <summary>The next message, null after the last.</summary>
    /// <exception cref="GrpcStatusException">As <see cref="ReadMessageAsync"/>, or not a <typeparamref name="T"/>.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T> =>
        await ReadMessageAsync().ConfigureAwait(false) is { } message ? Parse(parser, message) : null;

    /// <summary>The one message of a unary or server-streaming call.</summary>
    /// <exception cref="GrpcStatusException">None, more than one, or too slow in coming.</exception>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        TimeSpan limit = Options.RequestTimeout;
        bool isTimed = false;
        try
        {
            T request = Parse(parser, await WithinTime(ReadMessageAsync()).ConfigureAwait(false) ?? throw GrpcErrors.NoMessage());
            return await WithinTime(ReadMessageAsync()).ConfigureAwait(false) == null ? request : throw GrpcErrors.ManyMessages();
        }
        catch (OperationCanceledException) when (isTimed && !IsAbandoned && !DeadlineHasPassed && Options.Time.GetUtcNow() >= Started + limit - TimerSlack)
        {
            throw GrpcErrors.RequestTooSlow(limit);
        }
        finally
        {
            if (isTimed && !_cancellation.IsCancellationRequested)
            {
                _cancellation.CancelAfter(Deadline is { } end ? Max(end - Options.Time.GetUtcNow(), TimeSpan.Zero) : Timeout.InfiniteTimeSpan);
            }
        }

        // A timer is set only for what has not come yet, and only where the call's own deadline is later.
        ValueTask<ReadOnlySequence<byte>?> WithinTime(ValueTask<ReadOnlySequence<byte>?> read)
        {
            if (!isTimed && !read.IsCompleted && (Deadline is not { } deadline || Started + limit < deadline))
            {
                isTimed = true;
                _cancellation.CancelAfter(limit);
            }

            return read;
        }
    }

    /// <summary>Writes a message without sending it: for several small ones in a row.</summary>
    public void Write(IMessage message) => MessageEncoding.Write(Writer, message, _compress);

    /// <summary>Writes a message and sends it, waiting while the client does not read.</summary>
    public ValueTask WriteAsync(IMessage message)
    {
        Write(message);
        return FlushAsync();
    }

    /// <summary>Sends what was written, waiting while the client does not read.</summary>
    /// <exception cref="OperationCanceledException">The call is over.</exception>
    public async ValueTask FlushAsync()
    {
        FlushResult result = await Writer.FlushAsync(CancellationToken).ConfigureAwait(false);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw ClientWentAway();
        }
    }

    /// <summary>Notes that nobody is left to answer, which Kestrel's pipes may know before its token does.</summary>
    /// <returns>What stops the handler.</returns>
    internal OperationCanceledException ClientWentAway()
    {
        IsAbandoned = true;
        _cancellation.Cancel();
        return new OperationCanceledException("the client went away", CancellationToken);
    }

    /// <summary>Ends the call's hold on memory and timers.</summary>
    internal void Close()
    {
        _reader.Close();
        _cancellation.Dispose();
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> message)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw GrpcErrors.NotAMessage(typeof(T).Name, error.Message);
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
