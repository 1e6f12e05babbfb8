using System.IO.Compression;

namespace SqlCluster.Execution.Storage;

/// <summary>Unpacks a gzip file and notices when it was cut off, which <see cref="GZipStream"/> takes for its end.</summary>
/// <remarks>A member of known content is put behind the file: only if that is what comes out last was everything before it complete.</remarks>
internal sealed class GzipFileStream(Stream file) : UnpackingStream
{
    private static readonly byte[] _mark = [.. Enumerable.Range(0, 32).Select(static i => (byte)((i * 37) ^ 0xA5))];
    private static readonly byte[] _packedMark = Pack(_mark);

    private readonly GZipStream _unpacked = new(new FileThenMark(file), CompressionMode.Decompress);
    private readonly byte[] _held = new byte[_mark.Length];
    private int _heldLength;
    private bool _isAtEnd;

    /// <exception cref="InvalidDataException">The file is damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        // The last bytes seen are held back until it is known whether they are the mark.
        while (!_isAtEnd && !buffer.IsEmpty)
        {
            var bytes = new byte[_heldLength + buffer.Length];
            _held.AsSpan(0, _heldLength).CopyTo(bytes);
            int read = _unpacked.Read(bytes.AsSpan(_heldLength));
            int length = _heldLength + read, ready = Math.Max(0, length - _held.Length);
            bytes.AsSpan(ready, length - ready).CopyTo(_held);
            _heldLength = length - ready;
            if (read == 0)
            {
                _isAtEnd = true;
                if (!_held.AsSpan(0, _heldLength).SequenceEqual(_mark))
                {
                    throw new InvalidDataException("the file ends within its packed data");
                }
            }
            else if (ready > 0)
            {
                bytes.AsSpan(0, ready).CopyTo(buffer);
                return ready;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private sealed class FileThenMark(Stream file) : UnpackingStream
    {
        private int _marked;

        public override int Read(Span<byte> buffer)
        {
            int read = _marked == 0 ? file.Read(buffer) : 0;
            if (read > 0)
            {
                return read;
            }

            int count = Math.Min(buffer.Length, _packedMark.Length - _marked);
            _packedMark.AsSpan(_marked, count).CopyTo(buffer);
            _marked += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
