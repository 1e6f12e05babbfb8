using System.Diagnostics;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Server.FlightSql.Metadata;
using SqlCluster.Server.FlightSql.Statements;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>Writes DoGet's answer: the schema, then batches as they are made, no message above 2 MB unless a single row is.</summary>
/// <remarks>
/// Writing waits while the client does not read; then nothing is taken from the query, whose bounded queue fills and parks its tasks. Small batches
/// that are there already share a flush; nothing that is written waits for rows that are not there yet. Until a client has shown that it reads, batches are
/// copied out of pages that are much larger than they, and encoded bit by bit: the one that it may leave unread for hours holds its rows and little more.
/// </remarks>
internal static class RowStream
{
    /// <summary>Bytes of messages that leave without a stop before a client counts as fast: fewer may lie in the buffers on the way to it.</summary>
    private const long BytesOfFastClient = 16 << 20;

    /// <summary>Bytes of a message to a client that does not count as fast.</summary>
    private const long BytesOfSmallMessage = 256 << 10;

    /// <summary>A client that lets a message wait so long counts as slow again.</summary>
    private static readonly TimeSpan PatienceForFastClient = TimeSpan.FromMilliseconds(20);

    /// <summary>Streams a run to its end. The call's end, whatever its cause, ends the run.</summary>
    /// <param name="call">The DoGet.</param>
    /// <param name="run">Its rows.</param>
    /// <param name="schema">Their columns.</param>
    /// <param name="padding">What they need before they leave, or null.</param>
    /// <param name="options">How they are written.</param>
    /// <exception cref="Parser.Errors.QueryException">The query failed: the stream ends with its status.</exception>
    public static async Task WriteAsync(GrpcCall call, StatementRun run, ArrowSchema schema, BlankPadding? padding, IpcOptions options)
    {
        using CancellationTokenRegistration onEnd = call.CancellationToken.Register(static run => ((StatementRun)run!).Cancel(), run);
        using var account = new MemoryAccount("a Flight stream");
        FlightBatchWriter writer = FlightBatchWriter.ForResponse(call, schema, account, options);
        try
        {
            // The first rows are waited for before anything is sent: what fails at once fails without a stream.
            Batch? batch = await run.ReadAsync().ConfigureAwait(false);
            await writer.WriteSchemaAsync().ConfigureAwait(false);
            long slowUntil = BytesOfFastClient;
            while (batch != null)
            {
                long start = Stopwatch.GetTimestamp();
                bool isSlow = writer.BytesWritten < slowUntil;
                CancellationToken cancelled = run.RowsCancelled;
                await WriteAsync(writer, isSlow && !options.KeepDictionaries ? run.Compact(batch) : batch, padding, account, isSlow ? BytesOfSmallMessage : long.MaxValue, cancelled).ConfigureAwait(false);
                slowUntil = Stopwatch.GetElapsedTime(start) > PatienceForFastClient ? writer.BytesWritten + BytesOfFastClient : slowUntil;
                Task<Batch?> next = run.ReadAsync();
                if (!next.IsCompleted)
                {
                    await writer.FlushAsync().ConfigureAwait(false);
                }

                batch = await next.ConfigureAwait(false);
            }
        }
        catch (Exception) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.CancellationToken);
        }
        catch (OperationCanceledException error) when (run.RowsCancelled.IsCancellationRequested)
        {
            throw run.Explain(error);
        }
    }

    /// <summary>Streams an answer that is all there.</summary>
    public static async Task WriteAsync(GrpcCall call, MetadataTable table, IpcOptions options)
    {
        using var account = new MemoryAccount("a metadata answer");
        FlightBatchWriter writer = FlightBatchWriter.ForResponse(call, table.Schema, account, options);
        await writer.WriteSchemaAsync().ConfigureAwait(false);
        await WriteAsync(writer, table.ToBatch(account), null, account, long.MaxValue, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Writes a batch and releases it.</summary>
    private static async ValueTask WriteAsync(FlightBatchWriter writer, Batch batch, BlankPadding? padding, MemoryAccount account, long maxMessageBytes, CancellationToken cancellation)
    {
        try
        {
            if (padding != null)
            {
                foreach (PaddedPiece piece in padding.Pieces(batch, account, cancellation))
                {
                    using (piece)
                    {
                        await writer.WriteAsync(piece.Rows, maxMessageBytes: maxMessageBytes, cancellation: cancellation).ConfigureAwait(false);
                    }
                }

                return;
            }

            await writer.WriteAsync(batch, maxMessageBytes: maxMessageBytes, cancellation: cancellation).ConfigureAwait(false);
        }
        finally
        {
            batch.Release();
        }
    }
}
