using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace SqlCluster.Server.PgWire;

/// <summary>Cuts a connection's bytes into messages, however they arrive.</summary>
internal sealed class MessageStream(PipeReader pipe)
{
    /// <summary>Bytes of a message that carries text or values.</summary>
    public const int MaxLargeBytes = 256 * 1024 * 1024;

    /// <summary>Bytes of all other messages, and of startup packets.</summary>
    public const int MaxSmallBytes = 10_000;

    /// <summary>The next message; null when the client has left.</summary>
    /// <exception cref="Parser.Errors.QueryException">08P01: a length that no such message has; the connection is beyond repair.</exception>
    public async ValueTask<(char Type, byte[] Body)?> ReadAsync(CancellationToken cancellation)
    {
        if (await ReadExactlyAsync(5, cancellation).ConfigureAwait(false) is not { } head)
        {
            return null;
        }

        var type = (char)head[0];
        int length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4;
        if ("QPBDECHSXFfcdp".IndexOf(type, StringComparison.Ordinal) < 0)
        {
            throw PgErrors.Protocol($"invalid frontend message type {(int)type}");
        }

        if (length < 0 || length > ("QPBd".IndexOf(type, StringComparison.Ordinal) >= 0 ? MaxLargeBytes : MaxSmallBytes))
        {
            throw PgErrors.Protocol($"invalid message length {length + 4L} of message type {(int)type}");
        }

        return await ReadExactlyAsync(length, cancellation).ConfigureAwait(false) is { } body ? (type, body) : null;
    }

    /// <summary>A packet without a type: length and body, as before and at startup.</summary>
    public async ValueTask<byte[]?> ReadStartupAsync(CancellationToken cancellation)
    {
        if (await ReadExactlyAsync(4, cancellation).ConfigureAwait(false) is not { } head)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(head);
        return length is >= 8 and <= MaxSmallBytes
            ? await ReadExactlyAsync(length - 4, cancellation).ConfigureAwait(false)
            : throw PgErrors.Protocol("invalid length of startup packet");
    }

    private async ValueTask<byte[]?> ReadExactlyAsync(int count, CancellationToken cancellation)
    {
        if (count == 0)
        {
            return [];
        }

        ReadResult result = await pipe.ReadAtLeastAsync(count, cancellation).ConfigureAwait(false);
        if (result.Buffer.Length < count)
        {
            pipe.AdvanceTo(result.Buffer.End);
            return null;
        }

        byte[] bytes = result.Buffer.Slice(0, count).ToArray();
        pipe.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }
}
