using SqlCluster.Execution.Parquet.Compression;

namespace SqlCluster.Execution.Storage;

/// <summary>Packs what is written to it into zstd frames of 1 MB each (RFC 8878, section 3: frames one after the other are one stream). Leaves the file open.</summary>
internal sealed class ZstdPackingStream(Stream file) : Stream
{
    private const int FrameBytes = 1 << 20;
    private const int Level = 3;

    private readonly byte[] _plain = new byte[FrameBytes];
    private readonly byte[] _packed = new byte[ZstdEncoder.MaxLength(FrameBytes)];
    private int _length;
    private bool _hasFrame;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int taken = Math.Min(buffer.Length, FrameBytes - _length);
            buffer[..taken].CopyTo(_plain.AsSpan(_length));
            buffer = buffer[taken..];
            _length += taken;
            if (_length == FrameBytes)
            {
                WriteFrame();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && (_length > 0 || !_hasFrame))
        {
            WriteFrame();
        }

        base.Dispose(disposing);
    }

    private void WriteFrame()
    {
        int packed = ZstdEncoder.Compress(_plain.AsSpan(0, _length), _packed, Level);
        file.Write(_packed, 0, packed);
        (_length, _hasFrame) = (0, true);
    }
}
