using System.Buffers.Binary;
using System.Net.Sockets;
using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Tests;

/// <summary>The bytes of HTTP/2 and gRPC, right or wrong as a test wants them.</summary>
internal static class RawClient
{
    public static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8];

    public static byte[] Frame(FrameType type, byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        var frame = new List<byte>();
        FrameHeader.Write(frame, type, flags, stream, payload);
        return [.. frame];
    }

    public static byte[] Call(uint stream, string method, byte flags = FrameHeader.EndHeaders, params (string Name, string Value)[] more)
    {
        var block = new List<byte>();
        new HpackEncoder(0).Encode(
            [new(":method", "POST"), new(":scheme", "http"), new(":path", TestServer.Service + method), new(":authority", "x"), new("content-type", "application/grpc"), new("te", "trailers"), .. more.Select(static field => new HeaderField(field.Name, field.Value))],
            block);
        return Frame(FrameType.Headers, flags, stream, [.. block]);
    }

    public static byte[] Message(uint stream, byte flag, uint length, int sent, bool ends)
    {
        byte[] payload = new byte[5 + sent];
        payload[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(1), length);
        return Frame(FrameType.Data, ends ? FrameHeader.EndStream : (byte)0, stream, payload);
    }

    public static async Task<Socket> ConnectAsync(TestServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        return socket;
    }
}
