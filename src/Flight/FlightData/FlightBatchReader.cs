using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.FlightData;

/// <summary>Turns FlightData messages into a schema and batches: a DoGet's answer, or an upload.</summary>
/// <remarks>Not thread-safe. Batches share the bodies they came in.</remarks>
public sealed class FlightBatchReader : IDisposable
{
    private readonly FlightDataReader _reader;
    private readonly MemoryAccount _account;
    private readonly IpcLimits? _limits;
    private BatchDecoder? _decoder;

    private FlightBatchReader(FlightDataReader reader, MemoryAccount account, IpcLimits? limits)
    {
        _reader = reader;
        _account = account;
        _limits = limits;
    }

    /// <summary>What an upload is for; null: not said.</summary>
    public FlightDescriptor? Descriptor { get; private set; }

    /// <summary>Null where the first message carries no schema, as uploads of statements without parameters do.</summary>
    public ArrowSchema? Schema => _decoder?.Schema;

    /// <summary>The metadata of the message read last, <see cref="OpenAsync"/> included; empty: none.</summary>
    public ReadOnlyMemory<byte> AppMetadata { get; private set; }

    /// <summary>Reads the first message.</summary>
    /// <param name="reader">Disposed with the result, or when this fails.</param>
    /// <exception cref="GrpcStatusException">Malformed, too large, cut short, or nothing at all.</exception>
    /// <exception cref="IpcException">Damaged Arrow data.</exception>
    public static async ValueTask<FlightBatchReader> OpenAsync(FlightDataReader reader, MemoryAccount account, IpcLimits? limits, CancellationToken cancellationToken)
    {
        try
        {
            var batches = new FlightBatchReader(reader, account, limits);
            FlightDataMessage first = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw GrpcErrors.NoMessage();
            batches.Descriptor = first.Descriptor;
            batches.AppMetadata = first.AppMetadata;
            if (!first.Header.IsEmpty)
            {
                batches._decoder = new BatchDecoder(SchemaMessage.Read(first.Header.Span, limits), account, limits);
            }

            return batches;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Reads what a client uploads.</summary>
    public static ValueTask<FlightBatchReader> ForRequestAsync(GrpcCall call, MemoryAccount account) =>
        OpenAsync(FlightDataReader.ForRequest(call, account), account, null, call.CancellationToken);

    /// <summary>The next batch, which the caller releases; null after the last.</summary>
    /// <exception cref="GrpcStatusException">Malformed, too large, cut short.</exception>
    /// <exception cref="IpcException">Damaged Arrow data.</exception>
    /// <exception cref="MemoryLimitException">The account's limit would be exceeded.</exception>
    public async ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            AppMetadata = message.AppMetadata;
            if (message.Header.IsEmpty)
            {
                continue;
            }

            if (_decoder == null)
            {
                _decoder = new BatchDecoder(SchemaMessage.Read(message.Header.Span, _limits), _account, _limits);   // some clients send the descriptor alone first
            }
            else if (_decoder.Decode(message.Header.Span, message.Body, 0, message.BodyLength) is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _decoder?.Dispose();
        _reader.Dispose();
    }
}
