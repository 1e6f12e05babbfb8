using System.Buffers;
using System.IO.Pipelines;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Flight.FlightData;

/// <summary>Writes IPC messages as FlightData into a pipe: prefix and fields by hand, then the body straight from the vectors' buffers.</summary>
/// <remarks>
/// The one copy of a body is the one into the pipe. Small messages share a flush: what is written leaves when <see cref="FlushBytes"/> have come
/// together, or at <see cref="FlushAsync"/>. What waits for a peer that does not read is what the pipe buffers plus that. Not thread-safe.
/// </remarks>
internal sealed class FlightDataWriter(PipeWriter output, Func<ValueTask> flush)
{
    /// <summary>Bytes after which a large body is flushed in between: the socket starts early, and a stalled stream holds no more.</summary>
    private const int FlushBytes = 256 * 1024;

    /// <summary>Bytes asked of the pipe at once: one block of the server's memory pool.</summary>
    private const int ChunkBytes = 64 * 1024;

    private static readonly byte[] Zeros = new byte[8];
    private int _unflushed;

    /// <summary>Bytes of the messages written so far, without their prefixes.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Writes one message.</summary>
    /// <param name="message">Not released; null: a message without header and body.</param>
    /// <param name="appMetadata">Empty: none.</param>
    /// <param name="descriptor">A serialized FlightDescriptor, in the first message of an upload; empty: none.</param>
    public async ValueTask WriteAsync(IpcMessage? message, ReadOnlyMemory<byte> appMetadata = default, ReadOnlyMemory<byte> descriptor = default)
    {
        WriteHead(message?.Metadata ?? default, message?.BodyLength ?? 0, appMetadata, descriptor);
        _unflushed += message?.Metadata.Length ?? 0;
        BytesWritten += (message?.Metadata.Length ?? 0) + (message?.BodyLength ?? 0);
        foreach (IpcSegment segment in message?.Body ?? [])
        {
            for (long done = 0; done < segment.LengthBytes;)
            {
                int count = Copy(segment, done);
                done += count;
                _unflushed += count;
                if (_unflushed >= FlushBytes)
                {
                    await FlushAsync().ConfigureAwait(false);
                }
            }

            output.Write(Zeros.AsSpan(0, segment.PaddingBytes));
        }
    }

    /// <summary>Sends what was written, waiting while the peer does not read.</summary>
    public ValueTask FlushAsync()
    {
        _unflushed = 0;
        return flush();
    }

    private int Copy(IpcSegment segment, long offset)
    {
        long left = segment.LengthBytes - offset;
        Span<byte> target = output.GetSpan((int)Math.Min(left, ChunkBytes));
        int count = (int)Math.Min(Math.Min(target.Length, left), FlushBytes);
        segment.Buffer.Span<byte>(segment.OffsetBytes + offset, count).CopyTo(target);
        output.Advance(count);
        return count;
    }

    /// <summary>Everything in front of the body's first byte.</summary>
    private void WriteHead(ReadOnlyMemory<byte> header, long bodyLength, ReadOnlyMemory<byte> appMetadata, ReadOnlyMemory<byte> descriptor)
    {
        long length = Size(FlightDataFields.Descriptor, descriptor.Length) + Size(FlightDataFields.Header, header.Length)
            + Size(FlightDataFields.AppMetadata, appMetadata.Length) + Size(FlightDataFields.Body, bodyLength);
        MessageEncoding.WritePrefix(output, 0, length);
        Write(FlightDataFields.Descriptor, descriptor.Span);
        Write(FlightDataFields.Header, header.Span);
        Write(FlightDataFields.AppMetadata, appMetadata.Span);
        if (bodyLength > 0)
        {
            output.Advance(FlightDataFields.WritePrefix(output.GetSpan(FlightDataFields.MostPrefixBytes), FlightDataFields.Body, bodyLength));
        }
    }

    private static long Size(int field, long length) => length == 0 ? 0 : FlightDataFields.PrefixSize(field, length) + length;

    private void Write(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            output.Advance(FlightDataFields.WritePrefix(output.GetSpan(FlightDataFields.MostPrefixBytes), field, value.Length));
            output.Write(value);
        }
    }
}
