using System.Buffers;
using System.Buffers.Binary;
using SqlCluster.Arrow.Ipc;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>Writes an IPC message as a FlightData message in a gRPC frame: the body goes from the vectors' buffers to the output in one copy.</summary>
/// <remarks><code>
/// | not compressed 0 | length int32 BE |   tag 2 | length | data_header   |   tag 1000 | length | data_body ...
/// </code></remarks>
internal static class FlightDataFrame
{
    private const uint HeaderTag = (2 << 3) | 2, BodyTag = (1000 << 3) | 2;
    private const int MostPrefixBytes = 5 + (2 * 5) + (2 * 5);

    public static void Write(IBufferWriter<byte> output, IpcMessage message)
    {
        ReadOnlySpan<byte> header = message.Metadata.Span;
        Span<byte> prefix = output.GetSpan(MostPrefixBytes + header.Length);
        int at = 5;
        at += Varint(prefix[at..], HeaderTag);
        at += Varint(prefix[at..], (uint)header.Length);
        header.CopyTo(prefix[at..]);
        at += header.Length;
        if (message.BodyLength > 0)
        {
            at += Varint(prefix[at..], BodyTag);
            at += Varint(prefix[at..], checked((uint)message.BodyLength));
        }

        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], checked((uint)(at - 5 + message.BodyLength)));
        output.Advance(at);
        message.WriteBody(output);
    }

    private static int Varint(Span<byte> output, uint value)
    {
        int count = 0;
        for (; value > 0x7F; value >>= 7)
        {
            output[count++] = (byte)(value | 0x80);
        }

        output[count++] = (byte)value;
        return count;
    }
}
