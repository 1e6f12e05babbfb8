using System.Buffers.Binary;

namespace SqlCluster.Flight.Http2;

/// <summary>RFC 9113, section 6.</summary>
internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>RFC 9113, section 6.5.2.</summary>
internal enum SettingId : ushort
{
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
    MaxHeaderListSize = 6,
}

/// <summary>The nine bytes before every frame's payload (RFC 9113, section 4.1).</summary>
internal readonly record struct FrameHeader(int Length, FrameType Type, byte Flags, uint Stream)
{
    public const int SizeBytes = 9;
    public const byte EndStream = 0x1;
    public const byte Acknowledge = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte HasPriority = 0x20;

    public bool Has(byte flag) => (Flags & flag) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        (bytes[0] << 16) | (bytes[1] << 8) | bytes[2], (FrameType)bytes[3], bytes[4], BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) & 0x7FFFFFFF);

    public static void Write(List<byte> output, FrameType type, byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        output.AddRange([(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, flags]);
        output.AddRange(BigEndian(stream));
        output.AddRange(payload);
    }

    public static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <exception cref="Http2ProtocolException">The frame has the wrong size for its type, or came on the wrong kind of stream.</exception>
    public void Require(bool sizeIsRight, bool streamIsRight)
    {
        if (!sizeIsRight)
        {
            throw Http2Errors.BadFrameSize(Type, Length);
        }

        if (!streamIsRight)
        {
            throw Http2Errors.UnexpectedFrame(Type, Stream);
        }
    }
}
