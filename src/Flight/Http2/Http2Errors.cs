using System.Net.Security;

namespace SqlCluster.Flight.Http2;

/// <summary>RFC 9113, section 7.</summary>
internal enum Http2ErrorCode : uint
{
    NoError = 0,
    ProtocolError = 1,
    InternalError = 2,
    FlowControlError = 3,
    SettingsTimeout = 4,
    StreamClosed = 5,
    FrameSizeError = 6,
    RefusedStream = 7,
    Cancel = 8,
    CompressionError = 9,
    ConnectError = 10,
    EnhanceYourCalm = 11,
    InadequateSecurity = 12,
    Http11Required = 13,
}

/// <summary>The server broke the protocol; the connection is closed with the code.</summary>
internal sealed class Http2ProtocolException(Http2ErrorCode code, string message) : IOException(message)
{
    public Http2ErrorCode ErrorCode { get; } = code;
}

/// <summary>The server gave the stream up.</summary>
internal sealed class Http2ResetException(Http2ErrorCode code, string message) : IOException(message)
{
    public Http2ErrorCode ErrorCode { get; } = code;

    /// <summary>Whether the server has said that it did not begin with the request, which may then be sent again (RFC 9113, 8.7).</summary>
    public bool IsUnprocessed => ErrorCode == Http2ErrorCode.RefusedStream;
}

/// <summary>No connection to the server.</summary>
internal sealed class Http2ConnectException(string message, Exception? inner, bool isRefused) : IOException(message, inner)
{
    /// <summary>Whether nobody listens (yet): trying again may help.</summary>
    public bool IsRefused { get; } = isRefused;
}

/// <summary>Every message of this layer, static text first.</summary>
internal static class Http2Errors
{
    public static Http2ProtocolException BadHeaderBlock(string what) => new(Http2ErrorCode.CompressionError, $"malformed header block: {what}");

    public static Http2ProtocolException HeadersTooLarge(int limit) => new(Http2ErrorCode.EnhanceYourCalm, $"headers too large: the limit is {limit} bytes");

    public static Http2ProtocolException FrameTooLarge(int length, int limit) => new(Http2ErrorCode.FrameSizeError, $"frame too large: {length} bytes, the limit is {limit}");

    public static Http2ProtocolException BadFrameSize(FrameType type, int length) => new(Http2ErrorCode.FrameSizeError, $"bad size of a frame: {type} of {length} bytes");

    public static Http2ProtocolException BadFrame(FrameType type, string what) => new(Http2ErrorCode.ProtocolError, $"malformed {type} frame: {what}");

    public static Http2ProtocolException UnexpectedFrame(FrameType type, uint stream) => new(Http2ErrorCode.ProtocolError, $"unexpected frame: {type} on stream {stream}");

    public static Http2ProtocolException BadResponse(string what) => new(Http2ErrorCode.ProtocolError, $"malformed response: {what}");

    public static Http2ProtocolException TooMuchData(string where) => new(Http2ErrorCode.FlowControlError, $"more data than the window allows: {where}");

    public static Http2ProtocolException BadWindow(string where) => new(Http2ErrorCode.FlowControlError, $"window too large: {where}");

    public static Http2ProtocolException Flood() => new(Http2ErrorCode.EnhanceYourCalm, "too many frames without content");

    public static Http2ResetException Reset(Http2ErrorCode code) => new(code, $"the server reset the call: {code}");

    public static Http2ResetException GoneAway(Http2ErrorCode code, string text) =>
        new(Http2ErrorCode.RefusedStream, $"the server is closing the connection: {code}{(text.Length > 0 ? ", " + text : "")}");

    public static EndOfStreamException Closed() => new("the server closed the connection");

    public static Http2ConnectException CannotConnect(string host, int port, Exception inner, bool isRefused) => new($"cannot connect to {host}:{port}: {inner.Message}", inner, isRefused);

    public static Http2ConnectException ConnectTimeout(string host, int port, TimeSpan limit) => new($"cannot connect to {host}:{port} within {limit.TotalSeconds} s", null, false);

    public static Http2ConnectException NoHttp2(SslApplicationProtocol chosen) => new($"the server does not speak HTTP/2 over TLS: ALPN chose '{chosen}'", null, false);
}
