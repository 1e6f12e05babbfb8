using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>What a client uploads with DoPut: a descriptor, then, if it sends data, a schema and batches.</summary>
/// <remarks>The batches are charged to an account of their own, with a limit.</remarks>
internal sealed class PutStream : IDisposable
{
    private readonly GrpcCall _call;
    private readonly FlightBatchReader _reader;
    private readonly MemoryAccount _account;

    private PutStream(GrpcCall call, FlightBatchReader reader, MemoryAccount account)
    {
        _call = call;
        _reader = reader;
        _account = account;
    }

    public FlightDescriptor Descriptor => _reader.Descriptor!;

    /// <summary>Columns of the batches in the engine's types; null when no data came, or none so far.</summary>
    public ArrowSchema? Schema => _reader.Schema;

    /// <summary>Reads the first message.</summary>
    /// <exception cref="GrpcStatusException">INVALID_ARGUMENT: it has no descriptor.</exception>
    public static async ValueTask<PutStream> OpenAsync(GrpcCall call, long memoryLimitBytes)
    {
        var account = new MemoryAccount("a Flight upload", memoryLimitBytes);
        try
        {
            FlightBatchReader reader = await FlightBatchReader.ForRequestAsync(call, account).ConfigureAwait(false);
            if (reader.Descriptor != null)
            {
                return new PutStream(call, reader, account);
            }

            reader.Dispose();
            throw FlightErrors.NoData();
        }
        catch
        {
            account.Dispose();
            throw;
        }
    }

    /// <summary>The next rows, which the caller releases; null at the end.</summary>
    /// <exception cref="IpcException">Damaged data.</exception>
    /// <exception cref="MemoryLimitException">More than the account allows.</exception>
    public ValueTask<Batch?> ReadAsync() => _reader.ReadAsync(_call.CancellationToken);

    public void Dispose()
    {
        _reader.Dispose();
        _account.Dispose();
    }
}
