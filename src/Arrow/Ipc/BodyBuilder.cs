using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Collects what a record batch consists of: nodes, buffers, and the pieces of its body.</summary>
/// <remarks>Holds a reference to each buffer; <see cref="Abandon"/> gives them back when the message cannot be finished.</remarks>
internal sealed class BodyBuilder(IpcCompression compression, MemoryAccount account, CancellationToken cancellation = default)
{
    /// <summary>Bytes copied between two questions after a cancellation.</summary>
    private const int StretchBytes = 1 << 20;

    private readonly List<long> _nodes = [];
    private readonly List<long> _buffers = [];
    private readonly List<IpcSegment> _segments = [];
    private readonly List<long> _variadicCounts = [];
    private long _length;

    public MemoryAccount Account => account;

    /// <summary>A field's rows and nulls; fields come depth first, parents before their children.</summary>
    public void AddNode(int length, int nullCount)
    {
        _nodes.Add(length);
        _nodes.Add(nullCount);
    }

    /// <summary>Copies a value, of which one row may have gigabytes.</summary>
    /// <exception cref="OperationCanceledException">Nobody wants the message any more.</exception>
    public void Copy(ReadOnlySpan<byte> value, Span<byte> target)
    {
        while (value.Length > StretchBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            value[..StretchBytes].CopyTo(target);
            value = value[StretchBytes..];
            target = target[StretchBytes..];
        }

        value.CopyTo(target);
    }

    /// <summary>How many data buffers a column of views has.</summary>
    public void AddVariadicCount(int count) => _variadicCounts.Add(count);

    public void AddEmpty()
    {
        _buffers.Add(_length);
        _buffers.Add(0);
    }

    /// <summary>A piece of a vector's buffer, which is shared, not copied.</summary>
    public void AddShared(NativeBuffer buffer, long offsetBytes, long lengthBytes) => AddOwned(buffer.Retain(), offsetBytes, lengthBytes);

    /// <summary>The first bytes of a buffer whose reference the caller gives away.</summary>
    public void AddOwned(NativeBuffer buffer, long offsetBytes, long lengthBytes)
    {
        if (lengthBytes == 0)
        {
            buffer.Release();
            AddEmpty();
            return;
        }

        if (compression != IpcCompression.None)
        {
            try
            {
                NativeBuffer compressed = BodyCompression.Compress(compression, buffer, offsetBytes, ref lengthBytes, account);
                offsetBytes = 0;
                buffer.Release();
                buffer = compressed;
            }
            catch
            {
                buffer.Release();
                throw;
            }
        }

        _buffers.Add(_length);
        _buffers.Add(lengthBytes);
        int padding = (int)(-lengthBytes & 7);
        _segments.Add(new IpcSegment(buffer, offsetBytes, lengthBytes, padding));
        _length += lengthBytes + padding;
    }

    public IpcMessage BuildRecordBatch(int rowCount)
    {
        var writer = new FlatWriter(512 + ((_nodes.Count + _buffers.Count) * 8));
        return Message(writer, IpcMessageKind.RecordBatch, WriteTable(writer, rowCount), rowCount);
    }

    public IpcMessage BuildDictionary(int rowCount, long dictionaryId, bool isDelta)
    {
        var writer = new FlatWriter();
        int data = WriteTable(writer, rowCount);
        writer.StartTable();
        writer.Field(0, dictionaryId);
        writer.Reference(1, data);
        writer.Field(2, isDelta);
        return Message(writer, IpcMessageKind.DictionaryBatch, writer.EndTable(), rowCount);
    }

    public void Abandon()
    {
        foreach (IpcSegment segment in _segments)
        {
            segment.Buffer.Release();
        }

        _segments.Clear();
    }

    private IpcMessage Message(FlatWriter writer, IpcMessageKind kind, int header, int rowCount) =>
        new(kind, MessageHeader.Write(writer, kind, header, _length), [.. _segments], _length, rowCount);

    private int WriteTable(FlatWriter writer, int rowCount)
    {
        int variadicCounts = _variadicCounts.Count == 0 ? 0 : writer.Int64Structs(_variadicCounts.ToArray(), 1);
        int buffers = writer.Int64Structs(_buffers.ToArray(), 2), nodes = writer.Int64Structs(_nodes.ToArray(), 2), bodyCompression = 0;
        if (compression != IpcCompression.None)
        {
            writer.StartTable();
            writer.Field(0, (byte)(compression == IpcCompression.Zstd ? 1 : 0));
            writer.Field(1, (byte)0);
            bodyCompression = writer.EndTable();
        }

        writer.StartTable();
        writer.Field(0, (long)rowCount);
        writer.Reference(1, nodes);
        writer.Reference(2, buffers);
        writer.Reference(3, bodyCompression);
        writer.Reference(4, variadicCounts);
        return writer.EndTable();
    }
}
