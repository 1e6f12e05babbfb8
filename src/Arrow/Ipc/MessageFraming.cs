using System.Buffers;
using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Messages one behind the other: 0xFFFFFFFF, length of the metadata, metadata, body; length 0 ends the stream (Columnar.rst, "Encapsulated message format").</summary>
internal static class MessageFraming
{
    private const int ChunkBytes = 1 << 17;
    private const long TrustedBytes = 16 << 20;
    private static readonly byte[] End = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];
    private static readonly byte[] Zeros = new byte[8];

    /// <summary>Writes a message; it stays the caller's.</summary>
    /// <returns>Bytes before the body.</returns>
    public static async ValueTask<int> WriteAsync(Stream output, IpcMessage message, CancellationToken cancellation)
    {
        byte[] metadata = IpcMessage.Encapsulate(message.Metadata.Span);
        await output.WriteAsync(metadata, cancellation).ConfigureAwait(false);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            foreach (IpcSegment segment in message.Body)
            {
                for (long done = 0; done < segment.LengthBytes;)
                {
                    int part = (int)Math.Min(chunk.Length, segment.LengthBytes - done);
                    segment.Buffer.Span<byte>(segment.OffsetBytes + done, part).CopyTo(chunk);
                    await output.WriteAsync(chunk.AsMemory(0, part), cancellation).ConfigureAwait(false);
                    done += part;
                }

                await output.WriteAsync(Zeros.AsMemory(0, segment.PaddingBytes), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return metadata.Length;
    }

    public static ValueTask WriteEndAsync(Stream output, CancellationToken cancellation) => output.WriteAsync(End, cancellation);

    /// <summary>Reads the metadata of the next message; null at the end of the stream.</summary>
    /// <exception cref="IpcException">Cut off, or longer than the limit.</exception>
    public static async ValueTask<byte[]?> ReadMetadataAsync(Stream input, IpcLimits limits, CancellationToken cancellation)
    {
        byte[] prefix = new byte[4];
        int read = await input.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (read == 0)
        {
            return null;        // writers may leave the end mark out
        }

        int length = read == 4 ? BinaryPrimitives.ReadInt32LittleEndian(prefix) : throw CutOff();
        if (length == -1)       // streams before version 0.15 have the length at once
        {
            length = await input.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) == 4
                ? BinaryPrimitives.ReadInt32LittleEndian(prefix) : throw CutOff();
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
                Array.Resize(ref metadata, Math.Min(length, metadata.Length * 4));
            }

            int part = await input.ReadAsync(metadata.AsMemory(done), cancellation).ConfigureAwait(false);
            done += part > 0 ? part : throw CutOff();
        }

        return metadata;
    }

    /// <summary>Reads a body; the caller owns the buffer. Memory is taken as bytes arrive, so that a false length costs little.</summary>
    /// <exception cref="IpcException">Cut off, or longer than the limit.</exception>
    public static async ValueTask<NativeBuffer> ReadBodyAsync(Stream input, long length, IpcLimits limits, MemoryAccount account, CancellationToken cancellation)
    {
        if (length > limits.MaxBodyBytes)
        {
            throw new IpcException($"a body of {length} bytes is larger than the limit");
        }

        NativeBuffer body = NativeBuffer.Allocate(Math.Min(length, TrustedBytes), account);
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long done = 0; done < length;)
            {
                int part = await input.ReadAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, length - done)), cancellation).ConfigureAwait(false);
                if (part == 0)
                {
                    throw CutOff();
                }

                if (done + part > body.SizeBytes)
                {
                    body = Grow(body, done, Math.Min(length, body.SizeBytes * 4), account);
                }

                chunk.AsSpan(0, part).CopyTo(body.Span<byte>(done, part));
                done += part;
            }

            return body;
        }
        catch
        {
            body.Release();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
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
