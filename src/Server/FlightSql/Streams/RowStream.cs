using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Server.FlightSql.Metadata;
using SqlCluster.Server.FlightSql.Statements;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>Writes DoGet's answer: the schema, then batches as they are made, no message above 2 MB unless a single row is.</summary>
/// <remarks>
/// Flushing waits while the client does not read; then nothing is taken from the query, whose bounded queue fills and parks its tasks. Small batches
/// that are there already share a flush; nothing that is written waits for rows that are not there yet.
/// </remarks>
internal static class RowStream
{
    /// <summary>Bytes that wait for company at most.</summary>
    private const int FlushBytes = 256 << 10;

    /// <summary>Streams a run to its end. The call's end, whatever its cause, ends the run.</summary>
    /// <exception cref="Parser.Errors.QueryException">The query failed: the stream ends with its status.</exception>
    public static async Task WriteAsync(GrpcCall call, StatementRun run, ArrowSchema schema, IpcOptions options)
    {
        using CancellationTokenRegistration onEnd = call.CancellationToken.Register(static run => ((StatementRun)run!).Cancel(), run);
        using var account = new MemoryAccount("a Flight stream");
        var encoder = new BatchEncoder(schema, options, account);
        try
        {
            // The first rows are waited for before anything is sent: what fails at once fails without a stream.
            Batch? batch = await run.ReadAsync().ConfigureAwait(false);
            Write(call, encoder.SchemaMessage);
            while (batch != null)
            {
                await WriteAsync(call, encoder, batch).ConfigureAwait(false);
                Task<Batch?> next = run.ReadAsync();
                if (!next.IsCompleted)
                {
                    await call.FlushAsync().ConfigureAwait(false);
                }

                batch = await next.ConfigureAwait(false);
            }
        }
        catch (Exception) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.CancellationToken);
        }
    }

    /// <summary>Streams an answer that is all there.</summary>
    public static async Task WriteAsync(GrpcCall call, MetadataTable table, IpcOptions options)
    {
        using var account = new MemoryAccount("a metadata answer");
        var encoder = new BatchEncoder(table.Schema, options, account);
        Write(call, encoder.SchemaMessage);
        await WriteAsync(call, encoder, table.ToBatch(account)).ConfigureAwait(false);
    }

    /// <summary>Writes a batch and releases it.</summary>
    private static async ValueTask WriteAsync(GrpcCall call, BatchEncoder encoder, Batch batch)
    {
        try
        {
            foreach (IpcMessage message in encoder.Encode(batch))
            {
                Write(call, message);
                if (!call.Writer.CanGetUnflushedBytes || call.Writer.UnflushedBytes >= FlushBytes)
                {
                    await call.FlushAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            batch.Release();
        }
    }

    private static void Write(GrpcCall call, IpcMessage message)
    {
        try
        {
            FlightDataFrame.Write(call.Writer, message);
        }
        finally
        {
            message.Release();
        }
    }
}
