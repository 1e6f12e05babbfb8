namespace SqlCluster.Arrow.Ipc;

/// <summary>The outer table of every message (Message.fbs).</summary>
/// <param name="Kind">What the message holds.</param>
/// <param name="Version">Metadata version, 4 for V5.</param>
/// <param name="BodyLength">Bytes of the body.</param>
public readonly record struct MessageHeader(IpcMessageKind Kind, int Version, long BodyLength)
{
    internal const int HeaderSlot = 2;
    private const short V5 = 4;
    private const short V4 = 3;

    /// <exception cref="IpcException">Damaged, of an old version or of an unknown kind.</exception>
    public static MessageHeader Read(ReadOnlySpan<byte> metadata)
    {
        FlatTable message = FlatTable.Root(metadata);
        short version = message.Int16(0);
        if (version is not (V4 or V5))
        {
            throw new IpcException($"metadata version {version + 1} is not supported");
        }

        byte kind = message.Byte(1);
        long bodyLength = message.Int64(3);
        return kind is < 1 or > 3 ? throw new IpcException($"messages of kind {kind} are not supported")
            : bodyLength < 0 ? throw new IpcException("a message's body has a negative length")
            : new MessageHeader((IpcMessageKind)kind, version, bodyLength);
    }

    internal bool IsV4 => Version == V4;

    internal static byte[] Write(FlatWriter writer, IpcMessageKind kind, int header, long bodyLength)
    {
        writer.StartTable();
        if (bodyLength != 0)
        {
            // Left out where it is the default: arrow-rs checks the alignment of schemas in FlightInfo 4 bytes off, which only int64 fields notice.
            writer.Field(3, bodyLength);
        }

        writer.Reference(HeaderSlot, header);
        writer.Field(0, V5);
        writer.Field(1, (byte)kind);
        return writer.Finish(writer.EndTable());
    }
}
