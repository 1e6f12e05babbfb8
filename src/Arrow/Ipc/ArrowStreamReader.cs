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
    public static async ValueTask<ArrowStreamReader> OpenAsync(Stream input, MemoryAccount account, IpcLimits? limits = null, CancellationToken cancellation = default)
    {
        limits ??= IpcLimits.Default;
        byte[] metadata = await MessageFraming.ReadMetadataAsync(input, limits, cancellation).ConfigureAwait(false) ?? throw new IpcException("an Arrow stream without a schema");
        return new ArrowStreamReader(input, SchemaMessage.Read(metadata, limits), account, limits);
    }

    /// <summary>The next batch, which the caller releases; null at the end.</summary>
    /// <exception cref="IpcException">Damaged, or beyond the limits.</exception>
    public async ValueTask<Batch?> ReadAsync(CancellationToken cancellation = default)
    {
        while (await MessageFraming.ReadMetadataAsync(_input, _limits, cancellation).ConfigureAwait(false) is { } metadata)
        {
            long length = MessageHeader.Read(metadata).BodyLength;
            NativeBuffer body = await MessageFraming.ReadBodyAsync(_input, length, _limits, _account, cancellation).ConfigureAwait(false);
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
