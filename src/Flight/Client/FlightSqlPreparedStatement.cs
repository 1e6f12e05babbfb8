using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;

namespace SqlCluster.Flight.Client;

/// <summary>A statement that the server keeps until it is disposed of.</summary>
/// <remarks>Executing is thread-safe; binding is not: the server holds one set of parameters, which the next execution uses.</remarks>
public sealed class FlightSqlPreparedStatement : IAsyncDisposable
{
    private readonly FlightSqlClient _client;
    private ByteString _handle;
    private bool _isClosed;

    internal FlightSqlPreparedStatement(FlightSqlClient client, ActionCreatePreparedStatementResult result)
    {
        _client = client;
        _handle = result.PreparedStatementHandle;
        ResultSchema = result.DatasetSchema.IsEmpty ? null : FlightClient.ReadSchema(result.DatasetSchema);
        ParameterSchema = result.ParameterSchema.IsEmpty ? null : FlightClient.ReadSchema(result.ParameterSchema);
        IsUpdate = result.HasIsUpdate ? result.IsUpdate : ResultSchema == null || ResultSchema.Fields.Count == 0;
    }

    /// <summary>Of the rows; null: none come back.</summary>
    public ArrowSchema? ResultSchema { get; }

    /// <summary>One field a parameter; null: no parameters.</summary>
    public ArrowSchema? ParameterSchema { get; }

    /// <summary>Whether it is executed for its effect (<see cref="ExecuteUpdateAsync"/>).</summary>
    public bool IsUpdate { get; }

    /// <summary>Sends the parameters of the next query.</summary>
    /// <param name="parameters">One row.</param>
    public async Task BindAsync(ArrowSchema schema, Batch parameters, MemoryAccount account, CancellationToken cancellationToken = default)
    {
        FlightDescriptor descriptor = FlightSqlClient.Descriptor(new CommandPreparedStatementQuery { PreparedStatementHandle = _handle });
        _handle = await _client.Flight.WithLoginAsync(
            async () =>
            {
                ByteString handle = _handle;
                using FlightUpload upload = await _client.Flight.DoPutAsync(descriptor, schema, account, cancellationToken: cancellationToken).ConfigureAwait(false);
                await upload.WriteAsync(parameters).ConfigureAwait(false);
                await upload.CompleteAsync().ConfigureAwait(false);
                while (await upload.ReadResultAsync(cancellationToken).ConfigureAwait(false) is { } result)
                {
                    DoPutPreparedStatementResult answer = DoPutPreparedStatementResult.Parser.ParseFrom(result.AppMetadata);
                    handle = answer.HasPreparedStatementHandle ? answer.PreparedStatementHandle : handle;
                }

                return handle;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Plans, and perhaps starts, the query.</summary>
    public Task<FlightInfo> ExecuteAsync(CancellationToken cancellationToken = default) =>
        _client.CommandAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = _handle }, cancellationToken);

    /// <summary>Runs a statement that changes something, once a row of parameters.</summary>
    /// <param name="parameters">Null: it has none.</param>
    /// <returns>Rows changed, -1: unknown.</returns>
    public Task<long> ExecuteUpdateAsync(ArrowSchema? schema, Batch? parameters, MemoryAccount account, CancellationToken cancellationToken = default) =>
        _client.UpdateAsync(new CommandPreparedStatementUpdate { PreparedStatementHandle = _handle }, schema, parameters, account, cancellationToken);

    /// <summary>Closes the statement on the server.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        if (!_isClosed)
        {
            _isClosed = true;
            await _client.ActionAsync("ClosePreparedStatement", new ActionClosePreparedStatementRequest { PreparedStatementHandle = _handle }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="CloseAsync"/>; a server that cannot be reached any more has closed it already.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (Grpc.GrpcStatusException)
        {
            // The server ends the statement with its session.
        }
    }
}
