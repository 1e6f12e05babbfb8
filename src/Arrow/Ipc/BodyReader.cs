using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>A buffer of a message's body, decompressed.</summary>
internal readonly record struct BodySlice(NativeBuffer Buffer, long OffsetBytes, long LengthBytes)
{
    /// <summary>The first elements.</summary>
    public ReadOnlySpan<T> Span<T>(int count)
        where T : unmanaged => Buffer.Span<T>(OffsetBytes, count);
}

/// <summary>Hands out the nodes and buffers of a message in order, and keeps the books of references until the batch is complete.</summary>
internal sealed class BodyReader(
    RecordBatchTable table, bool isV4, NativeBuffer body, long bodyOffset, long bodyLength, IpcLimits limits, MemoryAccount account) : IDisposable
{
    /// <summary>Buffers may overlap, but not be all of the body again and again.</summary>
    private const int MostOverlap = 4;
    private const int SmallBytes = 1 << 16;

    private readonly List<NativeBuffer> _held = [];
    private readonly List<NativeBuffer> _dropped = [];
    private readonly List<NativeBuffer> _decompressed = [];
    private int _nextNode;
    private int _nextBuffer;
    private int _nextVariadic;
    private long _referredBytes;
    private long _decompressedBytes;
    private long _expandedRows;
    private bool _isComplete;

    public MemoryAccount Account => account;

    /// <summary>Metadata version 4: unions had validity bitmaps.</summary>
    public bool IsV4 => isV4;

    /// <summary>Rows and nulls of the next field.</summary>
    public (int Length, bool HasNulls) NextNode()
    {
        if (2 * _nextNode >= table.Nodes.Length)
        {
            throw new IpcException("a batch has fewer fields than its schema");
        }

        long length = table.Nodes[2 * _nextNode], nulls = table.Nodes[(2 * _nextNode) + 1];
        _nextNode++;
        return length is >= 0 and <= RecordBatchTable.MaxRows ? ((int)length, nulls != 0) : throw new IpcException("a field has an impossible number of rows");
    }

    public BodySlice NextBuffer()
    {
        if (2 * _nextBuffer >= table.Buffers.Length)
        {
            throw new IpcException("a batch has fewer buffers than its schema asks for");
        }

        long offset = table.Buffers[2 * _nextBuffer], length = table.Buffers[(2 * _nextBuffer) + 1];
        _nextBuffer++;
        if (offset < 0 || length < 0 || offset > bodyLength || length > bodyLength - offset || (_referredBytes += length) > (MostOverlap * bodyLength) + SmallBytes)
        {
            throw new IpcException("a buffer lies outside its message");
        }

        offset += bodyOffset;
        if (table.Compression == IpcCompression.None || length == 0)
        {
            return new BodySlice(body, offset, length);
        }

        NativeBuffer buffer = BodyCompression.Decompress(table.Compression, body, ref offset, ref length, limits, account);
        _decompressed.Add(buffer);
        return (_decompressedBytes += length) <= limits.MaxBodyBytes
            ? new BodySlice(buffer, offset, length)
            : throw new IpcException("a batch is larger than the limit after decompression");
    }

    /// <summary>The next buffer, of at least <paramref name="count"/> elements.</summary>
    public BodySlice NextBuffer(long count, int width)
    {
        BodySlice slice = NextBuffer();
        return slice.LengthBytes >= count * width ? slice : throw new IpcException("a buffer is too short for its rows");
    }

    public int NextVariadicCount()
    {
        if (_nextVariadic >= table.VariadicCounts.Length || table.VariadicCounts[_nextVariadic] is var count && (count < 0 || count > table.Buffers.Length))
        {
            throw new IpcException("a column of views does not say how many buffers it has");
        }

        return (int)table.VariadicCounts[_nextVariadic++];
    }

    /// <summary>Books rows that take memory without being in the message.</summary>
    public void Expand(int rows)
    {
        if ((_expandedRows += rows) > limits.MaxExpandedRows)
        {
            throw new IpcException("a batch unfolds to more rows than the limit");
        }
    }

    /// <summary>A reference for a vector that is being made.</summary>
    public NativeBuffer Hold(NativeBuffer buffer)
    {
        _held.Add(buffer.Retain());
        return buffer;
    }

    /// <summary>A new buffer for a vector that is being made.</summary>
    public NativeBuffer Allocate(long sizeBytes)
    {
        NativeBuffer buffer = NativeBuffer.Allocate(sizeBytes, account);
        _held.Add(buffer);
        return buffer;
    }

    public NativeBuffer AllocateZeroed(long sizeBytes)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(sizeBytes, account);
        _held.Add(buffer);
        return buffer;
    }

    /// <summary>Takes over a reference for a vector that is being made.</summary>
    public void Own(NativeBuffer buffer) => _held.Add(buffer);

    /// <summary>A buffer that no vector will mention after all: one reference less.</summary>
    public void Drop(NativeBuffer buffer) => _dropped.Add(buffer);

    /// <summary>The vectors are made: the references belong to them.</summary>
    public void Complete() => _isComplete = true;

    public void Dispose()
    {
        foreach (NativeBuffer buffer in _decompressed)
        {
            buffer.Release();
        }

        foreach (NativeBuffer buffer in _isComplete ? _dropped : _held)
        {
            buffer.Release();
        }
    }
}
