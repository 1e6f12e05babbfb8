namespace SqlCluster.Flight.Http2;

/// <summary>The receiving side of a connection: small things through a buffer, large pieces past it.</summary>
internal sealed class Http2Input(Stream stream)
{
    private const int BufferBytes = 64 * 1024;
    private const int DirectBytes = 8 * 1024;           // from this size on a read goes past the buffer

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _start;
    private int _end;

    public bool IsEmpty => _end == _start;

    public async ValueTask<FrameHeader> ReadFrameHeaderAsync(CancellationToken cancellationToken)
    {
        await FillAsync(FrameHeader.SizeBytes, cancellationToken).ConfigureAwait(false);
        FrameHeader frame = FrameHeader.Read(_buffer.AsSpan(_start));
        _start += FrameHeader.SizeBytes;
        return frame;
    }

    public async ValueTask<byte> ReadByteAsync(CancellationToken cancellationToken)
    {
        await FillAsync(1, cancellationToken).ConfigureAwait(false);
        return _buffer[_start++];
    }

    /// <summary>Skips up to 255 bytes.</summary>
    public async ValueTask SkipAsync(int count, CancellationToken cancellationToken)
    {
        await FillAsync(count, cancellationToken).ConfigureAwait(false);
        _start += count;
    }

    /// <summary>A frame's whole payload, whose size the caller has checked.</summary>
    public async ValueTask<byte[]> ReadPayloadAsync(int length, CancellationToken cancellationToken)
    {
        byte[] payload = new byte[length];
        int count = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(payload);
        _start += count;
        while (count < length)
        {
            int received = await stream.ReadAsync(payload.AsMemory(count), cancellationToken).ConfigureAwait(false);
            count += received > 0 ? received : throw Http2Errors.Closed();
        }

        return payload;
    }

    /// <summary>At least one byte of what comes next, into the caller's memory; straight from the connection where nothing is buffered.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        if (IsEmpty && target.Length >= DirectBytes)
        {
            int received = await stream.ReadAsync(target, cancellationToken).ConfigureAwait(false);
            return received > 0 ? received : throw Http2Errors.Closed();
        }

        await FillAsync(1, cancellationToken).ConfigureAwait(false);
        int count = Math.Min(target.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(target.Span);
        _start += count;
        return count;
    }

    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start >= count)
        {
            return;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int received = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _end += received > 0 ? received : throw Http2Errors.Closed();
        }
    }
}
