using SqlCluster.Execution.Parquet.Compression;

namespace SqlCluster.Execution.Storage;

/// <summary>Unpacks a zstd file and notices when it was cut off.</summary>
internal sealed class ZstdFileStream(Stream file) : UnpackingStream
{
    private readonly ZstdStreamDecoder _decoder = new();
    private readonly byte[] _packed = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isFileAtEnd;

    /// <exception cref="InvalidDataException">The file is damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_start == _end && !_isFileAtEnd)
            {
                (_start, _end) = (0, file.Read(_packed));
                _isFileAtEnd = _end == 0;
            }

            _decoder.Decompress(_packed.AsSpan(_start, _end - _start), buffer, out int taken, out int given);
            _start += taken;
            if (given > 0)
            {
                return given;
            }

            if (_isFileAtEnd)
            {
                return _decoder.IsAtFrameEnd ? 0 : throw new InvalidDataException("the file ends within its packed data");
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
