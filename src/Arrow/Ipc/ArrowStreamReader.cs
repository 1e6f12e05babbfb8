using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Reads Arrow's stream format.</summary>
public sealed class ArrowStreamReader : IDisposable
{
    private readonly Stream _input;
    private readonly MemoryAccount _account;
    private readonly IpcLimits _limits;
    private readonly BatchDecoder _decoder;

    private ArrowStreamReader(Stream input, IpcSchema schema, MemoryAccount account, IpcLimits limits)
    {
        _input = input;
        _account = account;
        _limits = limits;
        _decoder = new BatchDecoder(schema, account, limits);
    }

    public ArrowSchema Schema => _decoder.Schema;

    /// <summary>Reads the schema.</summary>
    /// <exception cref="IpcException">Not an Arrow stream.</exception>
    public static ArrowStreamReader Open(Stream input, MemoryAccount account, IpcLimits? limits = null)
    {
        limits ??= IpcLimits.Default;
        byte[] metadata = MessageFraming.ReadMetadata(input, limits) ?? throw new IpcException("an Arrow stream without a schema");
        return new ArrowStreamReader(input, SchemaMessage.Read(metadata, limits), account, limits);
    }

    /// <summary>The next batch, which the caller releases; null at the end.</summary>
    /// <exception cref="IpcException">Damaged, or beyond the limits.</exception>
    public Batch? Read()
    {
        while (MessageFraming.ReadMetadata(_input, _limits) is { } metadata)
        {
            long length = MessageHeader.Read(metadata).BodyLength;
            NativeBuffer body = MessageFraming.ReadBody(_input, length, _limits, _account);
            try
            {
                if (_decoder.Decode(metadata, body, 0, length) is { } batch)
                {
                    return batch;
                }
            }
            finally
            {
                body.Release();
            }
        }

        return null;
    }

    public void Dispose() => _decoder.Dispose();
}
