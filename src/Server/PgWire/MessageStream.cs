using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace SqlCluster.Server.PgWire;

/// <summary>Cuts a connection's bytes into messages, however they arrive. Messages that have arrived together are taken from the pipe together.</summary>
internal sealed class MessageStream(PipeReader pipe)
{
    /// <summary>Bytes of a message that carries text or values.</summary>
    public const int MaxLargeBytes = 256 * 1024 * 1024;

    /// <summary>Bytes of all other messages, and of startup packets.</summary>
    public const int MaxSmallBytes = 10_000;

    /// <summary>Types of messages that clients send.</summary>
    public const string Types = "QPBDECHSXFfcdp";

    private const int HeadBytes = 5;

    private ReadOnlySequence<byte> _unread;
    private bool _isHeld;

    /// <summary>Called when <see cref="Wake"/> has ended the wait for a client's message, which then goes on.</summary>
    public Func<ValueTask>? Woken { get; set; }

    /// <summary>Whether bytes have arrived that no message has been made of yet.</summary>
    public bool HasBuffered => !_unread.IsEmpty;

    /// <summary>The next message; null when the client has left.</summary>
    /// <exception cref="Parser.Errors.QueryException">08P01: a length that no such message has; the connection is beyond repair.</exception>
    public ValueTask<(char Type, byte[] Body)?> ReadAsync(CancellationToken cancellation) =>
        TryTake(out (char, byte[]) message) ? ValueTask.FromResult<(char, byte[])?>(message) : WaitAsync(cancellation);

    /// <summary>A packet without a type: length and body, as before and at startup.</summary>
    public async ValueTask<byte[]?> ReadStartupAsync(CancellationToken cancellation)
    {
        if (!await FillAsync(4, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(Take(4));
        if (length is < 8 or > MaxSmallBytes)
        {
            throw PgErrors.Protocol("invalid length of startup packet");
        }

        return await FillAsync(length - 4, cancellation).ConfigureAwait(false) ? Take(length - 4) : null;
    }

    /// <summary>The next byte without taking it; null when the client has left.</summary>
    public async ValueTask<byte?> PeekAsync(CancellationToken cancellation) =>
        await FillAsync(1, cancellation).ConfigureAwait(false) ? _unread.Slice(0, 1).ToArray()[0] : null;

    /// <summary>Has whoever waits for a message look up, or the next one who does. From any thread.</summary>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(static pipe => pipe.CancelPendingRead(), pipe, preferLocal: false);

    /// <summary>Gives what has not been taken back to the pipe, which another reader is to take over.</summary>
    public void Leave()
    {
        if (_isHeld)
        {
            pipe.AdvanceTo(_unread.Start);
        }

        (_isHeld, _unread) = (false, default);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(char Type, byte[] Body)?> WaitAsync(CancellationToken cancellation)
    {
        (char, byte[]) message;
        while (!TryTake(out message))
        {
            int needed = _unread.Length < HeadBytes ? HeadBytes : HeadBytes + Head().BodyLength;
            if (!await FillAsync(needed, cancellation).ConfigureAwait(false))
            {
                return null;
            }
        }

        return message;
    }

    /// <summary>Takes a message that has arrived whole.</summary>
    private bool TryTake(out (char Type, byte[] Body) message)
    {
        message = default;
        if (_unread.Length < HeadBytes)
        {
            return false;
        }

        (char type, int length) = Head();
        if (_unread.Length < HeadBytes + (long)length)
        {
            return false;
        }

        _unread = _unread.Slice(HeadBytes);
        message = (type, Take(length));
        return true;
    }

    /// <summary>Type of the next message and length of its body.</summary>
    private (char Type, int BodyLength) Head()
    {
        Span<byte> copied = stackalloc byte[HeadBytes];
        scoped ReadOnlySpan<byte> head = _unread.FirstSpan;
        if (head.Length < HeadBytes)
        {
            _unread.Slice(0, HeadBytes).CopyTo(copied);
            head = copied;
        }

        var type = (char)head[0];
        int length = BinaryPrimitives.ReadInt32BigEndian(head[1..HeadBytes]) - 4;
        if (!"QPBDECHSXFfcdp".Contains(type))
        {
            throw PgErrors.Protocol($"invalid frontend message type {(int)type}");
        }

        return length >= 0 && length <= ("QPBd".Contains(type) ? MaxLargeBytes : MaxSmallBytes)
            ? (type, length)
            : throw PgErrors.Protocol($"invalid message length {length + 4L} of message type {(int)type}");
    }

    private byte[] Take(int count)
    {
        byte[] bytes = count == 0 ? [] : _unread.Slice(0, count).ToArray();
        _unread = _unread.Slice(count);
        return bytes;
    }

    /// <summary>Waits until so many bytes are there; false when the client has left before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellation)
    {
        if (_unread.Length >= count)
        {
            return true;
        }

        while (true)
        {
            Leave();
            ReadResult result = await pipe.ReadAtLeastAsync(count, cancellation).ConfigureAwait(false);
            (_isHeld, _unread) = (true, result.Buffer);
            if (_unread.Length >= count || !result.IsCanceled)
            {
                return _unread.Length >= count;
            }

            if (Woken is { } woken)
            {
                await woken().ConfigureAwait(false);
            }
        }
    }
}
