namespace SqlCluster.Flight.Grpc;

/// <summary>Values of headers whose name ends in -bin: base64, written without padding, read with or without (gRPC, PROTOCOL-HTTP2.md, Custom-Metadata).</summary>
internal static class BinaryHeader
{
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>The bytes of one value; of several joined by commas the first.</summary>
    /// <exception cref="GrpcStatusException">No base64.</exception>
    public static byte[] Decode(string name, string value)
    {
        int comma = value.IndexOf(',', StringComparison.Ordinal);
        string first = (comma < 0 ? value : value[..comma]).Trim().TrimEnd('=');
        try
        {
            return Convert.FromBase64String(first.PadRight((first.Length + 3) & ~3, '='));
        }
        catch (FormatException)
        {
            throw GrpcErrors.BadBinaryHeader(name);
        }
    }
}
