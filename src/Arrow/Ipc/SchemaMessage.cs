using System.Buffers.Binary;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Ipc;

/// <summary>The message that a stream begins with (Schema.fbs).</summary>
public static class SchemaMessage
{
    /// <summary>The bare flatbuffer, as FlightData's data_header holds it; <see cref="IpcMessage.Encapsulate"/> makes what FlightInfo's schema holds.</summary>
    public static byte[] Write(ArrowSchema schema, IpcOptions? options = null)
    {
        var writer = new FlatWriter();
        return MessageHeader.Write(writer, IpcMessageKind.Schema, SchemaTable.Write(writer, WireTypes.Of(schema, options ?? IpcOptions.Default)), 0);
    }

    /// <summary>Reads the bare flatbuffer, or one with a length in front of it.</summary>
    /// <exception cref="IpcException">Damaged, or of types that the engine does not know.</exception>
    public static IpcSchema Read(ReadOnlySpan<byte> message, IpcLimits? limits = null)
    {
        ReadOnlySpan<byte> metadata = Unwrap(message);
        MessageHeader header = MessageHeader.Read(metadata);
        return header.Kind == IpcMessageKind.Schema
            ? SchemaTable.Read(FlatTable.Root(metadata).Table(MessageHeader.HeaderSlot), metadata.Length, limits ?? IpcLimits.Default)
            : throw new IpcException($"a schema was expected, not a {header.Kind}");
    }

    private static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> message)
    {
        if (message.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(message) != uint.MaxValue)
        {
            return message;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(message[4..]);
        return length >= 0 && length <= message.Length - 8 ? message.Slice(8, length) : throw new IpcException("the schema is cut off");
    }
}
