using System.Buffers;
using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>What a message holds (Message.fbs, MessageHeader).</summary>
public enum IpcMessageKind
{
    Schema = 1,
    DictionaryBatch = 2,
    RecordBatch = 3,
}

/// <summary>A piece of a message's body.</summary>
/// <param name="Buffer">Holds the bytes; the message holds a reference to it.</param>
/// <param name="OffsetBytes">Where the bytes begin.</param>
/// <param name="LengthBytes">How many there are.</param>
/// <param name="PaddingBytes">Zeros that follow them, 0 to 7: pieces begin at multiples of 8.</param>
public readonly record struct IpcSegment(NativeBuffer Buffer, long OffsetBytes, long LengthBytes, int PaddingBytes);

/// <summary>One Arrow IPC message: metadata, and a body made of pieces of vectors' buffers, which are not copied.</summary>
/// <remarks>Whoever gets a message calls <see cref="Release"/> once, after the body has been written or dropped.</remarks>
public sealed class IpcMessage
{
    private static readonly byte[] Zeros = new byte[8];

    internal IpcMessage(IpcMessageKind kind, byte[] metadata, IpcSegment[] body, long bodyLength, int rowCount)
    {
        Kind = kind;
        Metadata = metadata;
        Body = body;
        BodyLength = bodyLength;
        RowCount = rowCount;
    }

    public IpcMessageKind Kind { get; }

    /// <summary>The flatbuffer Message, padded to 8 bytes, without a length in front: what FlightData calls data_header.</summary>
    public ReadOnlyMemory<byte> Metadata { get; }

    /// <summary>Pieces of the body in order, without empty ones.</summary>
    public IReadOnlyList<IpcSegment> Body { get; }

    /// <summary>Bytes of the body, padding included.</summary>
    public long BodyLength { get; }

    /// <summary>Rows of a record batch or dictionary.</summary>
    public int RowCount { get; }

    /// <summary>Gives the buffers back.</summary>
    public void Release()
    {
        foreach (IpcSegment segment in Body)
        {
            segment.Buffer.Release();
        }
    }

    /// <summary>Appends the body, padding included.</summary>
    public void WriteBody(IBufferWriter<byte> output)
    {
        const int MostAtOnce = 1 << 20;
        foreach (IpcSegment segment in Body)
        {
            for (long done = 0; done < segment.LengthBytes;)
            {
                int part = (int)Math.Min(MostAtOnce, segment.LengthBytes - done);
                output.Write(segment.Buffer.Span<byte>(segment.OffsetBytes + done, part));
                done += part;
            }

            output.Write(Zeros.AsSpan(0, segment.PaddingBytes));
        }
    }

    /// <summary>The metadata as streams, files and Flight's schema fields hold it: 0xFFFFFFFF, its length, the flatbuffer.</summary>
    public static byte[] Encapsulate(ReadOnlySpan<byte> metadata)
    {
        byte[] result = new byte[8 + ((metadata.Length + 7) & ~7)];
        BinaryPrimitives.WriteUInt32LittleEndian(result, uint.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4), result.Length - 8);
        metadata.CopyTo(result.AsSpan(8));
        return result;
    }
}
