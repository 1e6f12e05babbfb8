using System.Security.Authentication;
using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Grpc;

/// <summary>What can end a client call early (its caller, its deadline), and the one place where failures of the transport become statuses.</summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly Uri _address;

    public CallLifetime(Uri address, TimeSpan? timeout, CancellationToken caller)
    {
        _address = address;
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        if (timeout is { } time)
        {
            _source.CancelAfter(time > TimeSpan.Zero ? time : TimeSpan.Zero);
        }

        Token = _source.Token;
    }

    public CancellationToken Token { get; }

    /// <summary>Ends the call when <paramref name="other"/>, a single operation's token, fires.</summary>
    public CancellationTokenRegistration EndOn(CancellationToken other) =>
        other == _caller ? default : other.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);

    /// <summary>What the caller is to see of a failure.</summary>
    /// <param name="error">What the transport threw.</param>
    /// <param name="operation">The token of the operation that failed.</param>
    public Exception Translate(Exception error, CancellationToken operation = default) => error switch
    {
        GrpcStatusException => error,
        _ when _caller.IsCancellationRequested => new OperationCanceledException(error.Message, error, _caller),
        _ when operation.IsCancellationRequested => new OperationCanceledException(error.Message, error, operation),
        _ when _source.IsCancellationRequested => GrpcErrors.DeadlineExceeded(),
        OperationCanceledException or ObjectDisposedException => new OperationCanceledException("the call was disposed", error),
        HttpProtocolException { ErrorCode: var code } => GrpcErrors.Reset(code, error),
        { InnerException: HttpProtocolException { ErrorCode: var code } } => GrpcErrors.Reset(code, error),
        Http2ResetException { ErrorCode: var code } => GrpcErrors.Reset((long)code, error),
        Http2ProtocolException => new GrpcStatusException(StatusCode.Internal, error.Message, error),
        { InnerException: AuthenticationException refused } => GrpcErrors.NoTls(_address, refused.InnerException as ServerCertificateException ?? refused),
        Http2ConnectException => GrpcErrors.Unreachable(_address, error.InnerException ?? error),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } =>
            GrpcErrors.Unreachable(_address, error.InnerException ?? error),
        IOException or HttpRequestException => GrpcErrors.Broken(error),
        _ => error,
    };

    public void Cancel() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
