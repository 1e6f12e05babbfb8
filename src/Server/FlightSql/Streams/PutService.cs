using Google.Protobuf;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql.Commands;
using SqlCluster.Server.FlightSql.Ingest;
using SqlCluster.Server.FlightSql.Security;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Statements;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>DoPut: updates, binding of parameters, ingestion.</summary>
internal sealed class PutService(FlightSessions sessions, StatementPlanner planner, FlightLimits limits)
{
    public async Task RunAsync(GrpcCall call, FlightCaller caller)
    {
        using PutStream stream = await PutStream.OpenAsync(call, limits.MaxUploadBytes).ConfigureAwait(false);
        PutResult answer = CommandReader.ReadWrite(stream.Descriptor) switch
        {
            WriteCommand.Update update => Changed(await UpdateAsync(call, caller, stream, update).ConfigureAwait(false)),
            WriteCommand.PreparedUpdate update => Changed(await UpdateAsync(call, caller, stream, update.Handle).ConfigureAwait(false)),
            WriteCommand.Bind bind => await BindAsync(caller, stream, bind.Handle).ConfigureAwait(false),
            WriteCommand.Ingest ingest => Changed(await Ingestion.RunAsync(caller.Within(ingest.Request.TransactionId), stream, ingest.Request, call.CancellationToken).ConfigureAwait(false)),
            var other => throw FlightErrors.UnknownCommand(other.GetType().Name),
        };
        await call.WriteAsync(answer).ConfigureAwait(false);
    }

    private async Task<long> UpdateAsync(GrpcCall call, FlightCaller caller, PutStream stream, WriteCommand.Update update)
    {
        (FlightSession session, FlightTransaction? transaction) = caller.Within(update.Transaction);
        (await stream.ReadAsync().ConfigureAwait(false))?.Release();        // ends the client's half; drivers send an empty schema at most
        return await planner.UpdateAsync(session, transaction, update.Sql, call.CancellationToken).ConfigureAwait(false);
    }

    private async Task<long> UpdateAsync(GrpcCall call, FlightCaller caller, PutStream stream, ByteString handle)
    {
        FlightPrepared prepared = Find(caller, handle);
        IReadOnlyList<NodeList<Literal>> rows = await ReadRowsAsync(stream, prepared).ConfigureAwait(false) ?? prepared.Rows;
        return await planner.UpdateAsync(prepared, rows, call.CancellationToken).ConfigureAwait(false);
    }

    private async Task<PutResult> BindAsync(FlightCaller caller, PutStream stream, ByteString handle)
    {
        FlightPrepared prepared = Find(caller, handle);
        prepared.Bound = await ReadRowsAsync(stream, prepared).ConfigureAwait(false) ?? [];
        return new PutResult { AppMetadata = new DoPutPreparedStatementResult { PreparedStatementHandle = handle }.ToByteString() };
    }

    /// <summary>All rows of values; null when the stream has no columns.</summary>
    private async Task<List<NodeList<Literal>>?> ReadRowsAsync(PutStream stream, FlightPrepared prepared)
    {
        var rows = new List<NodeList<Literal>>();
        while (await stream.ReadAsync().ConfigureAwait(false) is { } batch)
        {
            try
            {
                if (batch.Columns.Length > 0 || prepared.Query.ParameterTypes.Count > 0)
                {
                    ParameterBinding.Read(batch, prepared, rows, limits.MaxBoundRows);
                }
            }
            finally
            {
                batch.Release();
            }
        }

        return stream.Schema is { Fields.Count: > 0 } ? rows : null;
    }

    private FlightPrepared Find(FlightCaller caller, ByteString handle) =>
        sessions.FindPrepared(handle.Span, caller.User) is { } prepared ? caller.Use(prepared) : throw FlightErrors.NoPreparedStatement();

    private static PutResult Changed(long rows) => new() { AppMetadata = new DoPutUpdateResult { RecordCount = rows }.ToByteString() };
}
