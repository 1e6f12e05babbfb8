using SqlCluster.Arrow.Memory;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.FlightData;

/// <summary>One FlightData message as it was received. Valid until the reader's next read, which releases the body.</summary>
public sealed class FlightDataMessage
{
    /// <summary>In the first message of an upload.</summary>
    public FlightDescriptor? Descriptor { get; internal set; }

    /// <summary>The IPC message's flatbuffer; empty: the message carries no Arrow data.</summary>
    public ReadOnlyMemory<byte> Header { get; internal set; }

    public ReadOnlyMemory<byte> AppMetadata { get; internal set; }

    /// <summary>Holds the body from its first byte on; null: none. Retain it to keep it.</summary>
    public NativeBuffer? Body { get; internal set; }

    public long BodyLength { get; internal set; }
}
