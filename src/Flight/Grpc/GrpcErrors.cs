using System.Security.Authentication;

namespace SqlCluster.Flight.Grpc;

/// <summary>Every message of this layer, static text first.</summary>
internal static class GrpcErrors
{
    public static GrpcStatusException BadBinaryHeader(string name) => new(StatusCode.InvalidArgument, $"not base64: header {name}");

    public static GrpcStatusException UnknownMethod(string path) => new(StatusCode.Unimplemented, $"unknown method: {path}");

    public static GrpcStatusException UnknownEncoding(string encoding) =>
        new(StatusCode.Unimplemented, $"unsupported grpc-encoding: {encoding}") { Trailers = new() { { "grpc-accept-encoding", MessageEncoding.Accepted } } };

    public static GrpcStatusException MessageTooLarge(long size, long limit) =>
        new(StatusCode.ResourceExhausted, $"message too large: {size} bytes, the limit is {limit}");

    public static GrpcStatusException InflatesTooFar(long limit) => new(StatusCode.ResourceExhausted, $"message too large when decompressed: the limit is {limit} bytes");

    public static GrpcStatusException TooMuchBuffered(long size) =>
        new(StatusCode.ResourceExhausted, $"too many large messages are being received at once: no room for {size} bytes more");

    public static GrpcStatusException Truncated() => new(StatusCode.Internal, "message cut short");

    public static GrpcStatusException NotCompressed() => new(StatusCode.Internal, "message marked as compressed without a grpc-encoding");

    public static GrpcStatusException BadFlag(byte flag) => new(StatusCode.Internal, $"compressed flag is neither 0 nor 1: {flag}");

    public static GrpcStatusException DoesNotDecompress() => new(StatusCode.Internal, "message does not decompress");

    public static GrpcStatusException NoMessage() => new(StatusCode.Internal, "the call has no message");

    public static GrpcStatusException ManyMessages() => new(StatusCode.Internal, "the call has more than one message");

    public static GrpcStatusException NotAMessage(string type, string reason) => new(StatusCode.InvalidArgument, $"not a valid {type}: {reason}");

    public static GrpcStatusException Unauthenticated() => new(StatusCode.Unauthenticated, "this server requires you to log in");

    public static GrpcStatusException DeadlineExceeded() => new(StatusCode.DeadlineExceeded, "deadline exceeded");

    public static GrpcStatusException RequestTooSlow(TimeSpan limit) => new(StatusCode.DeadlineExceeded, $"the request did not arrive within {limit.TotalSeconds} s");

    public static GrpcStatusException ShuttingDown() => new(StatusCode.Unavailable, "the server is shutting down");

    public static GrpcStatusException Bug(string reference) => new(StatusCode.Internal, $"internal error, in the log as {reference}");

    public static GrpcStatusException UnknownService(string service) => new(StatusCode.NotFound, $"unknown service: {service}");

    public static GrpcStatusException TooManyWatches(int limit) => new(StatusCode.ResourceExhausted, $"too many health watches: the limit is {limit}");

    public static GrpcStatusException NoStatus() => new(StatusCode.Internal, "the server ended the call without a status");

    public static GrpcStatusException EndedEarly() => new(StatusCode.Cancelled, "the server ended the call before the request was complete");

    public static GrpcStatusException Unreachable(Uri address, Exception inner) => new(StatusCode.Unavailable, $"cannot reach {address.Host}:{address.Port}: {inner.Message}", inner);

    /// <summary>There is a server, but its certificate or the handshake's outcome does not do; the reason is the inner exception.</summary>
    public static GrpcStatusException NoTls(Uri address, AuthenticationException inner) => new(StatusCode.Unavailable, $"no TLS with {address.Host}:{address.Port}: {inner.Message}", inner);

    public static GrpcStatusException Broken(Exception inner) => new(StatusCode.Unavailable, $"the connection broke: {inner.Message}", inner);

    public static GrpcStatusException NotGrpc(int httpStatus) => new(FromHttp(httpStatus), $"the server answered HTTP status {httpStatus}");

    public static GrpcStatusException NotGrpc(string contentType) => new(StatusCode.Unknown, $"the server answered with content type {contentType}");

    public static GrpcStatusException Reset(long errorCode, Exception inner) => new(FromReset(errorCode), $"the server reset the call: HTTP/2 error {errorCode}", inner);

    /// <summary>gRPC, PROTOCOL-HTTP2.md, HTTP2 Transport Mapping, Errors.</summary>
    private static StatusCode FromReset(long errorCode) => errorCode switch
    {
        7 => StatusCode.Unavailable,            // REFUSED_STREAM
        8 => StatusCode.Cancelled,              // CANCEL
        11 => StatusCode.ResourceExhausted,     // ENHANCE_YOUR_CALM
        12 => StatusCode.PermissionDenied,      // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    /// <summary>gRPC core, doc/http-grpc-status-mapping.md.</summary>
    private static StatusCode FromHttp(int status) => status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
