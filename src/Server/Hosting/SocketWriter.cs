using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace SqlCluster.Server.Hosting;

/// <summary>Writes to a socket on the thread that flushes, and waits while the other side takes nothing. Holds no memory between a flush and the next write.</summary>
internal sealed class SocketWriter(Socket socket) : PipeWriter
{
    private const int LeastBytes = 4096;

    private byte[] _buffer = [];
    private int _length;
    private volatile bool _isOver;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _length;

    public override void Advance(int bytes) => _length += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_length == 0)
        {
            return ValueTask.FromResult(new FlushResult(false, _isOver));
        }

        (byte[] buffer, int length) = (_buffer, _length);
        (_buffer, _length) = ([], 0);
        ValueTask<FlushResult> sent = SendAsync(buffer.AsMemory(0, length), cancellationToken);
        if (!sent.IsCompletedSuccessfully)
        {
            return ReturnAsync(sent, buffer);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return sent;
    }

    /// <summary>Writes bytes without a copy of them, which have to stay as they are meanwhile.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_length == 0)
        {
            return SendAsync(source, cancellationToken);
        }

        source.CopyTo(GetMemory(source.Length));
        Advance(source.Length);
        return FlushAsync(cancellationToken);
    }

    /// <summary>Flushes are ended by their cancellation and by the connection's end.</summary>
    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
        _isOver = true;
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _length) = ([], 0);
    }

    private static async ValueTask<FlushResult> ReturnAsync(ValueTask<FlushResult> sent, byte[] buffer)
    {
        FlushResult result = await sent.ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(buffer);
        return result;
    }

    private static bool IsEnd(Exception error) => error is SocketException or ObjectDisposedException;

    private ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            if (_isOver || bytes.IsEmpty)
            {
                return ValueTask.FromResult(new FlushResult(false, _isOver));
            }

            ValueTask<int> sent = socket.SendAsync(bytes, SocketFlags.None, cancellation);
            if (!sent.IsCompletedSuccessfully)
            {
                return WaitAsync(sent, bytes, cancellation);
            }

            int count = sent.GetAwaiter().GetResult();
            return count == bytes.Length ? ValueTask.FromResult(new FlushResult(false, false)) : WaitAsync(ValueTask.FromResult(count), bytes, cancellation);
        }
        catch (Exception error) when (IsEnd(error))
        {
            return ValueTask.FromResult(Over());
        }
    }

    private async ValueTask<FlushResult> WaitAsync(ValueTask<int> sent, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            bytes = bytes[await sent.ConfigureAwait(false)..];
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellation).ConfigureAwait(false)..];
            }

            return new FlushResult(false, false);
        }
        catch (Exception error) when (IsEnd(error))
        {
            return Over();
        }
    }

    /// <summary>Nobody reads any more.</summary>
    private FlushResult Over()
    {
        _isOver = true;
        return new FlushResult(false, true);
    }

    private void Reserve(int sizeHint)
    {
        int needed = _length + Math.Max(sizeHint, 1);
        if (needed <= _buffer.Length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(LeastBytes, 2 * _buffer.Length)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
