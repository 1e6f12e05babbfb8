using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Reads Arrow's file format, batches in any order. Not thread-safe.</summary>
public sealed class ArrowFileReader : IDisposable
{
    private const int HeadBytes = 8;

    private readonly Stream _input;
    private readonly MemoryAccount _account;
    private readonly IpcLimits _limits;
    private readonly FileFooter _footer;
    private readonly BatchDecoder _decoder;
    private bool _hasDictionaries;

    private ArrowFileReader(Stream input, FileFooter footer, MemoryAccount account, IpcLimits limits)
    {
        _input = input;
        _account = account;
        _limits = limits;
        _footer = footer;
        _decoder = new BatchDecoder(footer.Schema, account, limits);
    }

    public ArrowSchema Schema => _decoder.Schema;

    public int BatchCount => _footer.Batches.Count;

    /// <param name="input">Seekable; stays the caller's.</param>
    /// <param name="account">Charged for batches and dictionaries.</param>
    /// <param name="limits">What is accepted.</param>
    /// <exception cref="IpcException">Not an Arrow file, or damaged.</exception>
    public static ArrowFileReader Open(Stream input, MemoryAccount account, IpcLimits? limits = null)
    {
        limits ??= IpcLimits.Default;
        int magic = FileFooter.Magic.Length;
        byte[] tail = new byte[4 + magic];
        if (input.Length < HeadBytes + tail.Length)
        {
            throw new IpcException("not an Arrow file: too short");
        }

        input.Position = input.Length - tail.Length;
        input.ReadExactly(tail);
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (!tail.AsSpan(4).SequenceEqual(FileFooter.Magic) || length <= 0 || length > Math.Min(limits.MaxMetadataBytes, input.Length - HeadBytes - tail.Length))
        {
            throw new IpcException("not an Arrow file: no footer at its end");
        }

        byte[] footer = new byte[length];
        input.Position = input.Length - tail.Length - length;
        input.ReadExactly(footer);
        return new ArrowFileReader(input, FileFooter.Read(footer, input.Length, limits), account, limits);
    }

    /// <summary>Rows of a batch, without reading it.</summary>
    public int RowCount(int index)
    {
        byte[] metadata = ReadMetadata(_footer.Batches[index]);
        return RecordBatchTable.Read(FlatTable.Root(metadata).Table(MessageHeader.HeaderSlot)).Length;
    }

    /// <summary>A batch, which the caller releases.</summary>
    /// <exception cref="IpcException">Damaged, or beyond the limits.</exception>
    public Batch Read(int index)
    {
        if (!_hasDictionaries)
        {
            foreach (FileBlock block in _footer.Dictionaries)
            {
                if (Read(block) is { } batch)
                {
                    batch.Release();
                    throw new IpcException("the footer calls a batch a dictionary");
                }
            }

            _hasDictionaries = true;
        }

        return Read(_footer.Batches[index]) ?? throw new IpcException("the footer calls a dictionary a batch");
    }

    public void Dispose() => _decoder.Dispose();

    private Batch? Read(FileBlock block)
    {
        byte[] metadata = ReadMetadata(block);
        NativeBuffer body = MessageFraming.ReadBody(_input, block.BodyBytes, _limits, _account);
        try
        {
            return _decoder.Decode(metadata, body, 0, block.BodyBytes);
        }
        finally
        {
            body.Release();
        }
    }

    // The stream is left where the body begins.
    private byte[] ReadMetadata(FileBlock block)
    {
        _input.Position = block.Offset;
        byte[] metadata = MessageFraming.ReadMetadata(_input, _limits) ?? throw new IpcException("the footer names an empty message");
        _input.Position = block.Offset + block.MetadataBytes;
        return metadata;
    }
}
