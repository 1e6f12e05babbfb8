using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Messages one behind the other: 0xFFFFFFFF, length of the metadata, metadata, body; length 0 ends the stream (Columnar.rst, "Encapsulated message format").</summary>
internal static class MessageFraming
{
    private const int ChunkBytes = 1 << 20;
    private const long TrustedBytes = 16 << 20;

    private static ReadOnlySpan<byte> End => [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Zeros => [0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Writes a message; it stays the caller's.</summary>
    /// <returns>Bytes before the body.</returns>
    public static int Write(Stream output, IpcMessage message)
    {
        byte[] metadata = IpcMessage.Encapsulate(message.Metadata.Span);
        output.Write(metadata);
        foreach (IpcSegment segment in message.Body)
        {
            for (long done = 0; done < segment.LengthBytes; done += ChunkBytes)
            {
                output.Write(segment.Buffer.Span<byte>(segment.OffsetBytes + done, (int)Math.Min(ChunkBytes, segment.LengthBytes - done)));
            }

            output.Write(Zeros[..segment.PaddingBytes]);
        }

        return metadata.Length;
    }

    public static void WriteEnd(Stream output) => output.Write(End);

    /// <summary>Reads the metadata of the next message; null at the end of the stream.</summary>
    /// <exception cref="IpcException">Cut off, or longer than the limit.</exception>
    public static byte[]? ReadMetadata(Stream input, IpcLimits limits)
    {
        Span<byte> prefix = stackalloc byte[4];
        int read = input.ReadAtLeast(prefix, 4, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;        // writers may leave the end mark out
        }

        int length = read == 4 ? BinaryPrimitives.ReadInt32LittleEndian(prefix) : throw CutOff();
        if (length == -1)       // streams before version 0.15 have the length at once
        {
            length = input.ReadAtLeast(prefix, 4, throwOnEndOfStream: false) == 4 ? BinaryPrimitives.ReadInt32LittleEndian(prefix) : throw CutOff();
        }

        if (length == 0)
        {
            return null;
        }

        if (length < 0 || length > limits.MaxMetadataBytes)
        {
            throw new IpcException($"metadata of {length} bytes: not an Arrow stream, or larger than the limit");
        }

        byte[] metadata = new byte[Math.Min(length, ChunkBytes)];
        for (int done = 0; done < length;)
        {
            if (done == metadata.Length)
            {
                Array.Resize(ref metadata, (int)Math.Min(length, metadata.Length * 4L));
            }

            int part = input.Read(metadata.AsSpan(done));
            done += part > 0 ? part : throw CutOff();
        }

        return metadata;
    }

    /// <summary>Reads a body; the caller owns the buffer. Memory is taken as bytes arrive, so that a false length costs little.</summary>
    /// <exception cref="IpcException">Cut off, or longer than the limit.</exception>
    public static NativeBuffer ReadBody(Stream input, long length, IpcLimits limits, MemoryAccount account)
    {
        if (length > limits.MaxBodyBytes)
        {
            throw new IpcException($"a body of {length} bytes is larger than the limit");
        }

        NativeBuffer body = NativeBuffer.Allocate(Math.Min(length, TrustedBytes), account);
        try
        {
            for (long done = 0; done < length;)
            {
                if (done >= body.SizeBytes)
                {
                    body = Grow(body, done, Math.Min(length, body.SizeBytes * 4), account);
                }

                int part = input.Read(body.Span<byte>(done, (int)Math.Min(ChunkBytes, Math.Min(length, body.SizeBytes) - done)));
                done += part > 0 ? part : throw CutOff();
            }

            return body;
        }
        catch
        {
            body.Release();
            throw;
        }
    }

    private static NativeBuffer Grow(NativeBuffer buffer, long usedBytes, long sizeBytes, MemoryAccount account)
    {
        NativeBuffer larger = NativeBuffer.Allocate(sizeBytes, account);
        for (long copied = 0; copied < usedBytes; copied += ChunkBytes)
        {
            int part = (int)Math.Min(ChunkBytes, usedBytes - copied);
            buffer.Span<byte>(copied, part).CopyTo(larger.Span<byte>(copied, part));
        }

        buffer.Release();
        return larger;
    }

    private static IpcException CutOff() => new("an Arrow stream ends within a message");
}
