namespace SqlCluster.Flight.Http2;

/// <summary>The response of one bulk request: headers, a body that is received straight into the reader's memory, trailers.</summary>
/// <remarks>Reads from the connection itself: one reader at a time. Disposing before the end closes the connection, which cancels the call on the server.</remarks>
internal sealed class BulkStream(BulkConnection connection, BulkConnectionPool pool, int httpStatus, IReadOnlyList<HeaderField> headers) : Stream
{
    private IReadOnlyList<HeaderField> _trailers = [];
    private bool _isOver;

    public int HttpStatus { get; } = httpStatus;

    /// <summary>Without pseudo-headers.</summary>
    public IReadOnlyList<HeaderField> Headers { get; } = headers;

    /// <summary>Complete once a read has returned 0.</summary>
    public IReadOnlyList<HeaderField> Trailers => _trailers;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOver || buffer.IsEmpty)
        {
            return 0;
        }

        int count = await connection.ReadDataAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            _isOver = true;
            _trailers = connection.Trailers;   // before the connection begins another stream
            pool.Return(connection);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isOver)
        {
            _isOver = true;
            connection.Dispose();
        }

        base.Dispose(disposing);
    }
}
