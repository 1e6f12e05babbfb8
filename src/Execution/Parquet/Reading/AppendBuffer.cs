using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>A buffer that values are appended to and that keeps its memory from batch to batch.</summary>
internal sealed class AppendBuffer(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _buffer;

    public int LengthBytes { get; private set; }

    /// <summary>Gets the memory; valid until the next <see cref="Append"/> or <see cref="Clear"/>.</summary>
    public NativeBuffer Buffer => _buffer ??= NativeBuffer.Allocate(0, account);

    public ReadOnlySpan<byte> Bytes => Buffer.Span<byte>(0, LengthBytes);

    /// <summary>Starts anew; memory that a batch still holds is left to it.</summary>
    public void Clear()
    {
        LengthBytes = 0;
        if (_buffer is { IsShared: true })
        {
            _buffer.Release();
            _buffer = null;
        }
    }

    /// <summary>Makes room behind what is there, with padding, and returns it.</summary>
    public Span<byte> Append(int sizeBytes)
    {
        long needed = (long)LengthBytes + sizeBytes;
        if (needed > int.MaxValue)
            throw new Metadata.ParquetException("one batch of nested values exceeds 2 GiB", Metadata.ParquetException.Unsupported);
        if (_buffer is null || _buffer.SizeBytes < needed)
        {
            NativeBuffer grown = NativeBuffer.Allocate(Math.Max(needed, 2L * LengthBytes), account);
            if (_buffer is not null)
            {
                _buffer.Span<byte>(0, LengthBytes).CopyTo(grown.Span<byte>(0, LengthBytes));
                _buffer.Release();
            }

            _buffer = grown;
        }

        Span<byte> room = _buffer.Span<byte>(LengthBytes, sizeBytes);
        LengthBytes = (int)needed;
        return room;
    }

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }
}
