namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Writes BYTE_STREAM_SPLIT: first the first byte of every value, then the second of every value, and so on (Encodings.md).</summary>
internal static class ByteStreamSplitEncoder
{
    public static void Encode(ReadOnlySpan<byte> values, int valueBytes, ByteBuilder output)
    {
        int count = values.Length / valueBytes;
        Span<byte> target = output.AppendUninitialized(values.Length);
        for (int stream = 0; stream < valueBytes; stream++)
        {
            Span<byte> bytes = target.Slice(stream * count, count);
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = values[(i * valueBytes) + stream];
        }
    }
}
