using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Writes batches in Arrow's stream format.</summary>
public sealed class ArrowStreamWriter(Stream output, ArrowSchema schema, IpcOptions options, MemoryAccount account)
{
    private readonly BatchEncoder _encoder = new(schema, options, account);
    private bool _isStarted;

    /// <summary>Writes the rows that count; the batch stays the caller's.</summary>
    public async ValueTask WriteAsync(Batch batch, CancellationToken cancellation = default)
    {
        await StartAsync(cancellation).ConfigureAwait(false);
        foreach (IpcMessage message in _encoder.Encode(batch))
        {
            try
            {
                await MessageFraming.WriteAsync(output, message, cancellation).ConfigureAwait(false);
            }
            finally
            {
                message.Release();
            }
        }
    }

    /// <summary>Ends the stream, which holds the schema even when no batch came; closes nothing.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation = default)
    {
        await StartAsync(cancellation).ConfigureAwait(false);
        await MessageFraming.WriteEndAsync(output, cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask StartAsync(CancellationToken cancellation)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            await MessageFraming.WriteAsync(output, _encoder.SchemaMessage, cancellation).ConfigureAwait(false);
        }
    }
}
