namespace SqlCluster.Flight.Http2;

/// <summary>What a client allows its server to send, and the credit it gives back for what was read (RFC 9113, 5.2).</summary>
/// <remarks>So large that the server never waits for it: what holds it back is the socket, from which nothing is taken before it is asked for.</remarks>
internal sealed class ReceiveWindow
{
    public const int Bytes = 1 << 30;

    /// <summary>Bytes read before the server gets new credit.</summary>
    private const int Step = 1 << 26;

    private long _connection = Bytes;
    private long _stream;
    private long _connectionRead;
    private long _streamRead;

    public void BeginStream()
    {
        _stream = Bytes;
        _streamRead = 0;
    }

    /// <summary>Charges a DATA frame's payload, padding included.</summary>
    public void Charge(int length)
    {
        _connection -= length;
        _stream -= length;
        if (_connection < 0 || _stream < 0)
        {
            throw Http2Errors.TooMuchData(_connection < 0 ? "connection" : "stream");
        }
    }

    /// <summary>Notes that payload was read, and makes the WINDOW_UPDATE frames that are due.</summary>
    /// <returns>Null: none are.</returns>
    public byte[]? Read(int count, uint stream, bool streamHasEnded)
    {
        _connectionRead += count;
        _streamRead += count;
        if (_connectionRead < Step)
        {
            return null;
        }

        var frames = new List<byte>();
        FrameHeader.Write(frames, FrameType.WindowUpdate, 0, 0, FrameHeader.BigEndian((uint)_connectionRead));
        _connection += _connectionRead;
        _connectionRead = 0;
        if (!streamHasEnded)
        {
            FrameHeader.Write(frames, FrameType.WindowUpdate, 0, stream, FrameHeader.BigEndian((uint)_streamRead));
            _stream += _streamRead;
            _streamRead = 0;
        }

        return [.. frames];
    }
}
