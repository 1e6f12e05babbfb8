using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.Client;

/// <summary>One DoPut: batches there, results back. Not thread-safe, but results may be read while batches are written.</summary>
public sealed class FlightUpload : IDisposable
{
    private readonly GrpcDuplexCall _call;
    private readonly FlightDescriptor _descriptor;
    private readonly ArrowSchema? _schema;
    private readonly MemoryAccount _account;
    private readonly IpcOptions? _options;
    private FlightBatchWriter? _writer;

    internal FlightUpload(GrpcDuplexCall call, FlightDescriptor descriptor, ArrowSchema? schema, MemoryAccount account, IpcOptions? options)
    {
        _call = call;
        _descriptor = descriptor;
        _schema = schema;
        _account = account;
        _options = options;
    }

    /// <summary>Sends a batch; the schema goes before the first one.</summary>
    /// <exception cref="GrpcStatusException">The server has ended the upload: its status.</exception>
    public ValueTask WriteAsync(Batch batch, ReadOnlyMemory<byte> appMetadata = default) => _call.WriteAsync(async output =>
    {
        FlightBatchWriter writer = await BeginAsync(output).ConfigureAwait(false);
        await writer.WriteAsync(batch, appMetadata).ConfigureAwait(false);
    });

    /// <summary>Says that no batch follows; sends the descriptor, and the schema if there is one, where no batch came.</summary>
    public async ValueTask CompleteAsync()
    {
        if (_writer == null)
        {
            await _call.WriteAsync(async output => await BeginAsync(output).ConfigureAwait(false)).ConfigureAwait(false);
        }

        await _call.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>The next result, null after the last.</summary>
    /// <exception cref="GrpcStatusException">The upload failed.</exception>
    public async ValueTask<PutResult?> ReadResultAsync(CancellationToken cancellationToken = default)
    {
        GrpcResponse response = await _call.ResponseAsync().ConfigureAwait(false);
        return await response.ReadAsync(PutResult.Parser, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _call.Dispose();

    private async ValueTask<FlightBatchWriter> BeginAsync(System.IO.Pipelines.PipeWriter output)
    {
        if (_writer == null)
        {
            _writer = FlightBatchWriter.ForRequest(output, async () => await output.FlushAsync(_call.CancellationToken).ConfigureAwait(false), _schema ?? NoColumns, _account, _options);
            if (_schema == null)
            {
                await _writer.WriteDescriptorAsync(_descriptor).ConfigureAwait(false);
            }
            else
            {
                await _writer.WriteSchemaAsync(_descriptor).ConfigureAwait(false);
            }
        }

        return _writer;
    }

    private static ArrowSchema NoColumns => new([]);
}
