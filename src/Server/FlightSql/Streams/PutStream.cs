using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>Reads DoPut's messages: the descriptor, then, if the client sends data, a schema and batches.</summary>
/// <remarks>The batches of clients are charged to an account of their own, with a limit.</remarks>
internal sealed class PutStream : IDisposable
{
    private readonly GrpcCall _call;
    private readonly MemoryAccount _account;
    private BatchDecoder? _decoder;

    private PutStream(GrpcCall call, FlightDescriptor descriptor, MemoryAccount account)
    {
        _call = call;
        Descriptor = descriptor;
        _account = account;
    }

    public FlightDescriptor Descriptor { get; }

    /// <summary>Columns of the batches in the engine's types; null when no data came, or none so far.</summary>
    public ArrowSchema? Schema => _decoder?.Schema;

    /// <summary>Reads the first message.</summary>
    /// <exception cref="GrpcStatusException">INVALID_ARGUMENT: it has no descriptor.</exception>
    public static async ValueTask<PutStream> OpenAsync(GrpcCall call, long memoryLimitBytes)
    {
        FlightData? first = await call.ReadAsync(FlightData.Parser).ConfigureAwait(false);
        if (first?.FlightDescriptor == null)
        {
            throw FlightErrors.NoData();
        }

        var stream = new PutStream(call, first.FlightDescriptor, new MemoryAccount("a Flight upload", memoryLimitBytes));
        try
        {
            if (!first.DataHeader.IsEmpty)
            {
                stream.ReadSchema(first);
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The next rows, which the caller releases; null at the end.</summary>
    /// <exception cref="IpcException">Damaged data.</exception>
    /// <exception cref="MemoryLimitException">More than the account allows.</exception>
    public async ValueTask<Batch?> ReadAsync()
    {
        while (await _call.ReadAsync(FlightData.Parser).ConfigureAwait(false) is { } message)
        {
            if (message.DataHeader.IsEmpty)
            {
                continue;       // application metadata alone
            }

            if (_decoder == null)
            {
                ReadSchema(message);
            }
            else if (Decode(message, _decoder) is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _decoder?.Dispose();
        _account.Dispose();
    }

    private void ReadSchema(FlightData message) => _decoder = new BatchDecoder(SchemaMessage.Read(message.DataHeader.Span), _account);

    private Batch? Decode(FlightData message, BatchDecoder decoder)
    {
        ReadOnlySpan<byte> bytes = message.DataBody.Span;
        NativeBuffer body = NativeBuffer.AllocateZeroed(bytes.Length, _account);
        try
        {
            bytes.CopyTo(body.Span<byte>(0, bytes.Length));
            return decoder.Decode(message.DataHeader.Span, body, 0, bytes.Length);
        }
        finally
        {
            body.Release();
        }
    }
}
