using Google.Protobuf;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.FlightData;

/// <summary>Writes a schema and batches as FlightData messages of at most 2 MB each (one row stays whole): a DoGet's answer, or an upload.</summary>
/// <remarks>
/// Not thread-safe. Encoded messages are made, written and released one by one. Small ones share a flush: before waiting for more rows call
/// <see cref="FlushAsync"/>; the end of the call sends the rest.
/// </remarks>
public sealed class FlightBatchWriter
{
    private readonly FlightDataWriter _writer;
    private readonly BatchEncoder _encoder;

    private FlightBatchWriter(FlightDataWriter writer, ArrowSchema schema, IpcOptions? options, MemoryAccount account)
    {
        _writer = writer;
        _encoder = new BatchEncoder(schema, options ?? IpcOptions.Flight, account);
    }

    /// <summary>Bytes of the messages written so far.</summary>
    public long BytesWritten => _writer.BytesWritten;

    /// <summary>Writes into a call's response.</summary>
    /// <param name="account">For buffers that are not shared with the batches; must outlive the writer.</param>
    public static FlightBatchWriter ForResponse(GrpcCall call, ArrowSchema schema, MemoryAccount account, IpcOptions? options = null) =>
        new(new FlightDataWriter(call.Writer, call.FlushAsync), schema, options, account);

    internal static FlightBatchWriter ForRequest(System.IO.Pipelines.PipeWriter output, Func<ValueTask> flush, ArrowSchema schema, MemoryAccount account, IpcOptions? options) =>
        new(new FlightDataWriter(output, flush), schema, options, account);

    /// <summary>Writes the schema; before everything else, also where no batch follows.</summary>
    /// <param name="descriptor">In an upload: what it is for.</param>
    public ValueTask WriteSchemaAsync(FlightDescriptor? descriptor = null, ReadOnlyMemory<byte> appMetadata = default) =>
        _writer.WriteAsync(_encoder.SchemaMessage, appMetadata, descriptor?.ToByteArray());

    /// <summary>Begins an upload that has no batches, and so no schema.</summary>
    internal ValueTask WriteDescriptorAsync(FlightDescriptor descriptor) => _writer.WriteAsync(null, default, descriptor.ToByteArray());

    /// <summary>Writes a batch as one message or several, dictionaries that changed in front; waits while the peer does not read what was written before.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="appMetadata">Goes with the first record batch message.</param>
    /// <param name="maxMessageBytes">Bytes of a message at most, where that is to be less than the stream's options say: what is encoded waits with its rows for the peer.</param>
    /// <param name="cancellation">Ends the encoding; a message that has begun to leave goes on.</param>
    public async ValueTask WriteAsync(Batch batch, ReadOnlyMemory<byte> appMetadata = default, long maxMessageBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        foreach (IpcMessage message in _encoder.Encode(batch, maxMessageBytes, cancellation))
        {
            try
            {
                bool carries = message.Kind == IpcMessageKind.RecordBatch;
                await _writer.WriteAsync(message, carries ? appMetadata : default).ConfigureAwait(false);
                appMetadata = carries ? default : appMetadata;
            }
            finally
            {
                message.Release();
            }
        }
    }

    /// <summary>Sends what was written, waiting while the peer does not read.</summary>
    public ValueTask FlushAsync() => _writer.FlushAsync();

    /// <summary>Writes a message that carries nothing but metadata.</summary>
    public ValueTask WriteMetadataAsync(ReadOnlyMemory<byte> appMetadata) => _writer.WriteAsync(null, appMetadata);
}
