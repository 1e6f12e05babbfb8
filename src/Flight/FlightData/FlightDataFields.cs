namespace SqlCluster.Flight.FlightData;

/// <summary>FlightData's fields as protobuf writes them: all are length-delimited, in this order on the wire (Flight.proto).</summary>
internal static class FlightDataFields
{
    public const int Descriptor = 1;
    public const int Header = 2;
    public const int AppMetadata = 3;
    public const int Body = 1000;

    /// <summary>Most bytes that a tag and a length take.</summary>
    public const int MostPrefixBytes = 20;

    private const int LengthDelimited = 2;

    public static int PrefixSize(int field, long length) => VarintSize(Tag(field)) + VarintSize((ulong)length);

    /// <summary>Writes a field's tag and length.</summary>
    /// <returns>Bytes written.</returns>
    public static int WritePrefix(Span<byte> target, int field, long length)
    {
        int count = WriteVarint(target, Tag(field));
        return count + WriteVarint(target[count..], (ulong)length);
    }

    private static uint Tag(int field) => (uint)(field << 3) | LengthDelimited;

    private static int VarintSize(ulong value)
    {
        int count = 1;
        for (; value >= 0x80; value >>= 7)
        {
            count++;
        }

        return count;
    }

    private static int WriteVarint(Span<byte> target, ulong value)
    {
        int count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            target[count++] = (byte)(value | 0x80);
        }

        target[count++] = (byte)value;
        return count;
    }
}
