using System.Text;
using Google.Protobuf;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>What a client of HTTP/2 (RFC 9113) and gRPC sends, byte by byte.</summary>
internal static class Http2Bytes
{
    public const byte Data = 0, Headers = 1, Priority = 2, Reset = 3, Settings = 4, Ping = 6, WindowUpdate = 8, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;
    public static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8];
    private const string Service = "/arrow.flight.protocol.FlightService/";

    /// <summary>Preface and empty settings.</summary>
    public static byte[] Hello => [.. Preface, .. Frame(Settings, 0, 0)];

    public static byte[] Frame(byte type, byte flags, int stream, params byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, .. RawClient.Number(stream), .. payload];

    /// <summary>The headers of a call.</summary>
    public static byte[] Call(int stream, string method, byte flags = EndHeaders, params (string Name, string Value)[] more) => Frame(Headers, flags, stream,
    [
        .. Field(":method", "POST"), .. Field(":scheme", "http"), .. Field(":path", Service + method), .. Field(":authority", "x"), .. Field("content-type", "application/grpc"), .. Field("te", "trailers"),
        .. more.SelectMany(static field => Field(field.Name, field.Value)),
    ]);

    /// <summary>A call of one message, which it ends with.</summary>
    public static byte[] Ask(int stream, string method, IMessage message) => [.. Call(stream, method), .. Message(stream, message.ToByteArray(), true)];

    public static byte[] Message(int stream, byte[] message, bool isLast) => Frame(Data, isLast ? EndStream : (byte)0, stream, [0, .. RawClient.Number(message.Length), .. message]);

    /// <summary>A literal field without index and Huffman code (RFC 7541, section 6.2.2); at most 126 bytes each.</summary>
    public static byte[] Field(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text) => text.Length < 127 ? [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)] : throw new ArgumentOutOfRangeException(nameof(text));
}
