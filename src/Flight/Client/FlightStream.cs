using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Flight.Client;

/// <summary>The batches of one DoGet. Disposing before the end cancels the query.</summary>
public sealed class FlightStream : IDisposable
{
    private readonly GrpcResponse _response;
    private readonly FlightBatchReader _reader;
    private bool _isOver;

    private FlightStream(GrpcResponse response, FlightBatchReader reader)
    {
        _response = response;
        _reader = reader;
        Schema = reader.Schema ?? throw new GrpcStatusException(StatusCode.Internal, "the stream has no schema");
    }

    public ArrowSchema Schema { get; }

    /// <summary>The metadata of the message read last; empty: none.</summary>
    public ReadOnlyMemory<byte> AppMetadata => _reader.AppMetadata;

    /// <summary>The next batch, which the caller releases; null after the last.</summary>
    /// <exception cref="GrpcStatusException">The query or the connection failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the caller.</exception>
    /// <exception cref="MemoryLimitException">The account's limit would be exceeded.</exception>
    public async ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_isOver)
        {
            return null;
        }

        using CancellationTokenRegistration registration = _response.EndOn(cancellationToken);
        try
        {
            Batch? batch = await _reader.ReadAsync(_response.CancellationToken).ConfigureAwait(false);
            if (batch == null)
            {
                _isOver = true;
                _response.ThrowIfFailed();
            }

            return batch;
        }
        catch (Exception error)
        {
            throw _response.Explain(error, cancellationToken);
        }
    }

    /// <summary>All batches that are left; each is released when the next one is asked for.</summary>
    public async IAsyncEnumerable<Batch> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            try
            {
                yield return batch;
            }
            finally
            {
                batch.Release();
            }
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    internal static async Task<FlightStream> OpenAsync(GrpcResponse response, MemoryAccount account, int limitBytes)
    {
        try
        {
            var reader = new FlightDataReader(response.Body, response.Encoding, limitBytes, account);
            FlightBatchReader batches = await FlightBatchReader.OpenAsync(reader, account, null, response.CancellationToken).ConfigureAwait(false);
            return new FlightStream(response, batches);
        }
        catch (Exception error)
        {
            Exception explained = response.Explain(error, default);
            response.Dispose();
            throw explained;
        }
    }
}
