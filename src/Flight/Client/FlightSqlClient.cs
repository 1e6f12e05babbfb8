using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using Action = SqlCluster.Flight.Protos.Action;

namespace SqlCluster.Flight.Client;

/// <summary>Flight SQL's commands and actions over a <see cref="FlightClient"/> (arrow.apache.org/docs/format/FlightSql.html).</summary>
/// <remarks>Thread-safe, as the client it uses, which it does not own.</remarks>
public sealed class FlightSqlClient(FlightClient flight)
{
    public FlightClient Flight => flight;

    /// <summary>Plans, and perhaps starts, a query; <see cref="ReadAsync"/> fetches the rows.</summary>
    public Task<FlightInfo> ExecuteAsync(string query, ByteString? transaction = null, CancellationToken cancellationToken = default) =>
        CommandAsync(Statement(query, transaction), cancellationToken);

    /// <summary>The schema that a query's rows will have.</summary>
    public Task<ArrowSchema> GetExecuteSchemaAsync(string query, CancellationToken cancellationToken = default) =>
        flight.GetSchemaAsync(Descriptor(Statement(query, null)), cancellationToken);

    /// <summary>As <see cref="ExecuteAsync"/>, for queries that take longer than a call should; poll with the answer's descriptor until it has none.</summary>
    public Task<PollInfo> PollAsync(string query, ByteString? transaction = null, CancellationToken cancellationToken = default) =>
        flight.PollFlightInfoAsync(Descriptor(Statement(query, transaction)), cancellationToken);

    /// <summary>Runs a statement that changes something.</summary>
    /// <returns>Rows changed, -1: unknown.</returns>
    public async Task<long> ExecuteUpdateAsync(string query, ByteString? transaction = null, CancellationToken cancellationToken = default)
    {
        var command = new CommandStatementUpdate { Query = query };
        if (transaction != null)
        {
            command.TransactionId = transaction;
        }

        using var account = new MemoryAccount("Flight SQL update");
        return await UpdateAsync(command, null, null, account, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Rows of a table, uploaded.</summary>
    /// <returns>Rows taken in, -1: unknown.</returns>
    public async Task<long> IngestAsync(
        CommandStatementIngest command, ArrowSchema schema, IAsyncEnumerable<Batch> batches, MemoryAccount account, CancellationToken cancellationToken = default)
    {
        using FlightUpload upload = await flight.DoPutAsync(Descriptor(command), schema, account, cancellationToken: cancellationToken).ConfigureAwait(false);
        await foreach (Batch batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await upload.WriteAsync(batch).ConfigureAwait(false);
        }

        return await UpdateCountAsync(upload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Prepares a statement on the server; dispose of it to close it there.</summary>
    public async Task<FlightSqlPreparedStatement> PrepareAsync(string query, ByteString? transaction = null, CancellationToken cancellationToken = default)
    {
        var request = new ActionCreatePreparedStatementRequest { Query = query };
        if (transaction != null)
        {
            request.TransactionId = transaction;
        }

        ActionCreatePreparedStatementResult result = await ActionAsync("CreatePreparedStatement", request, ActionCreatePreparedStatementResult.Parser, cancellationToken).ConfigureAwait(false);
        return new FlightSqlPreparedStatement(this, result);
    }

    public Task<FlightInfo> GetCatalogsAsync(CancellationToken cancellationToken = default) => CommandAsync(new CommandGetCatalogs(), cancellationToken);

    public Task<FlightInfo> GetDbSchemasAsync(CommandGetDbSchemas command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetTablesAsync(CommandGetTables command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetTableTypesAsync(CancellationToken cancellationToken = default) => CommandAsync(new CommandGetTableTypes(), cancellationToken);

    public Task<FlightInfo> GetPrimaryKeysAsync(CommandGetPrimaryKeys command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetExportedKeysAsync(CommandGetExportedKeys command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetImportedKeysAsync(CommandGetImportedKeys command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetCrossReferenceAsync(CommandGetCrossReference command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetXdbcTypeInfoAsync(CommandGetXdbcTypeInfo command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    public Task<FlightInfo> GetSqlInfoAsync(CommandGetSqlInfo command, CancellationToken cancellationToken = default) => CommandAsync(command, cancellationToken);

    /// <summary>Opens the rows behind an endpoint.</summary>
    /// <param name="account">Charged with the batches; must outlive them.</param>
    public Task<FlightStream> ReadAsync(FlightEndpoint endpoint, MemoryAccount account, CancellationToken cancellationToken = default) =>
        flight.DoGetAsync(endpoint.Ticket, account, cancellationToken);

    public async Task<ByteString> BeginTransactionAsync(CancellationToken cancellationToken = default) =>
        (await ActionAsync("BeginTransaction", new ActionBeginTransactionRequest(), ActionBeginTransactionResult.Parser, cancellationToken).ConfigureAwait(false)).TransactionId;

    public Task EndTransactionAsync(ByteString transaction, bool commit, CancellationToken cancellationToken = default) =>
        ActionAsync(
            "EndTransaction",
            new ActionEndTransactionRequest
            {
                TransactionId = transaction,
                Action = commit ? ActionEndTransactionRequest.Types.EndTransaction.Commit : ActionEndTransactionRequest.Types.EndTransaction.Rollback,
            },
            cancellationToken);

    public async Task<ByteString> BeginSavepointAsync(ByteString transaction, string name, CancellationToken cancellationToken = default) =>
        (await ActionAsync("BeginSavepoint", new ActionBeginSavepointRequest { TransactionId = transaction, Name = name }, ActionBeginSavepointResult.Parser, cancellationToken).ConfigureAwait(false)).SavepointId;

    public Task EndSavepointAsync(ByteString savepoint, bool release, CancellationToken cancellationToken = default) =>
        ActionAsync(
            "EndSavepoint",
            new ActionEndSavepointRequest
            {
                SavepointId = savepoint,
                Action = release ? ActionEndSavepointRequest.Types.EndSavepoint.Release : ActionEndSavepointRequest.Types.EndSavepoint.Rollback,
            },
            cancellationToken);

    public static FlightDescriptor Descriptor(IMessage command) =>
        new() { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = Any.Pack(command).ToByteString() };

    internal Task<FlightInfo> CommandAsync(IMessage command, CancellationToken cancellationToken) => flight.GetFlightInfoAsync(Descriptor(command), cancellationToken);

    /// <summary>Uploads a command with one batch of parameters or none, for a count.</summary>
    internal Task<long> UpdateAsync(IMessage command, ArrowSchema? schema, Batch? parameters, MemoryAccount account, CancellationToken cancellationToken) =>
        flight.WithLoginAsync(
            async () =>
            {
                using FlightUpload upload = await flight.DoPutAsync(Descriptor(command), schema, account, cancellationToken: cancellationToken).ConfigureAwait(false);
                if (parameters != null)
                {
                    await upload.WriteAsync(parameters).ConfigureAwait(false);
                }

                return await UpdateCountAsync(upload, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Ends an upload whose answer is a count.</summary>
    private static async Task<long> UpdateCountAsync(FlightUpload upload, CancellationToken cancellationToken)
    {
        await upload.CompleteAsync().ConfigureAwait(false);
        long count = -1;
        while (await upload.ReadResultAsync(cancellationToken).ConfigureAwait(false) is { } result)
        {
            count = DoPutUpdateResult.Parser.ParseFrom(result.AppMetadata).RecordCount;
        }

        return count;
    }

    internal Task ActionAsync(string type, IMessage request, CancellationToken cancellationToken) =>
        flight.FirstResultAsync(new Action { Type = type, Body = Any.Pack(request).ToByteString() }, cancellationToken);

    private static CommandStatementQuery Statement(string query, ByteString? transaction)
    {
        var command = new CommandStatementQuery { Query = query };
        if (transaction != null)
        {
            command.TransactionId = transaction;
        }

        return command;
    }

    private async Task<T> ActionAsync<T>(string type, IMessage request, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>, new()
    {
        Result result = await flight.FirstResultAsync(new Action { Type = type, Body = Any.Pack(request).ToByteString() }, cancellationToken).ConfigureAwait(false)
            ?? throw GrpcErrors.NoMessage();
        try
        {
            Any any = Any.Parser.ParseFrom(result.Body);
            return parser.ParseFrom(any.Value);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw GrpcErrors.NotAMessage(typeof(T).Name, error.Message);
        }
    }
}
