using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Client.Ado;

/// <summary>A statement with the values of its placeholders.</summary>
internal sealed record BoundPart(CommandPart Part, IReadOnlyList<SqlClusterParameter> Parameters);

/// <summary>Runs the statements of a command one after the other, and ends them: on request, when their time is over, or with a token.</summary>
internal sealed class CommandExecution(SqlClusterConnection connection, IReadOnlyList<BoundPart> parts, int timeoutSeconds) : IDisposable
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _cancel = new();
    private FlightInfo? _running;
    private CommandPart? _part;
    private int _next;

    /// <summary>Rows changed by the statements so far; -1: none of them changes any.</summary>
    public int RecordsAffected { get; private set; } = -1;

    /// <summary>Ends what runs. From any thread.</summary>
    public void Cancel() => _cancel.Cancel();

    /// <summary>Runs on to the next statement with rows.</summary>
    /// <param name="account">Charged with the batches.</param>
    /// <returns>Its rows; null when no statement is left.</returns>
    /// <exception cref="SqlClusterException">A statement failed, was cancelled or took too long.</exception>
    public async Task<FlightStream?> NextAsync(MemoryAccount account, CancellationToken cancellation)
    {
        ServerSession session = connection.Session;
        while (_next < parts.Count)
        {
            BoundPart bound = parts[_next++];
            _part = bound.Part;
            session.IsTouched |= bound.Part.TouchesSession;
            if (bound.Part.IsCommand)
            {
                long changed = await GuardAsync(token => AgainAsync(session, () => ChangeAsync(session, bound, connection.Transaction?.Handle, account, token)), cancellation).ConfigureAwait(false);
                RecordsAffected = Math.Max(RecordsAffected, 0) + (int)Math.Clamp(changed, 0, int.MaxValue);
                continue;
            }

            FlightStream? stream = await GuardAsync(token => QueryAsync(session, bound, account, token), cancellation).ConfigureAwait(false);
            if (stream != null)
            {
                return stream;
            }
        }

        return null;
    }

    /// <summary>Waits for something of the running statement, and says why it failed.</summary>
    public async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _cancel.Token);
        if (timeoutSeconds > 0)
        {
            ends.CancelAfter(TimeSpan.FromSeconds(timeoutSeconds));
        }

        try
        {
            return await wait(ends.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (ends.IsCancellationRequested && error is OperationCanceledException or GrpcStatusException { Code: StatusCode.Cancelled or StatusCode.DeadlineExceeded })
        {
            await CancelOnServerAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            throw _cancel.IsCancellationRequested ? ClientErrors.Cancelled(error) : ClientErrors.TimedOut(error);
        }
        catch (GrpcStatusException error)
        {
            if (error.Code is StatusCode.Unavailable or StatusCode.Unauthenticated)
            {
                connection.MarkBroken();
            }

            SqlClusterException failure = ClientErrors.Of(error);
            throw failure.Position > 0 && _part != null
                ? new SqlClusterException(failure.SqlState, failure.Message, error) { Position = _part.Given(failure.Position), Detail = failure.Detail, Hint = failure.Hint }
                : failure;
        }
    }

    public void Dispose() => _cancel.Dispose();

    /// <summary>Runs a statement, and once more when it was prepared in a session that is gone: it did not run then.</summary>
    private static async Task<T> AgainAsync<T>(ServerSession session, Func<Task<T>> run)
    {
        int era = session.Era;
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (GrpcStatusException error) when (error.Code == StatusCode.NotFound && session.Era != era)
        {
            return await run().ConfigureAwait(false);
        }
    }

    private static async Task<long> ChangeAsync(ServerSession session, BoundPart bound, ByteString? transaction, MemoryAccount account, CancellationToken cancellation)
    {
        if (bound.Parameters.Count == 0)
        {
            return await session.Sql.ExecuteUpdateAsync(bound.Part.Text, transaction, cancellation).ConfigureAwait(false);
        }

        FlightSqlPreparedStatement statement = await session.PrepareAsync(bound.Part.Text, transaction, cancellation).ConfigureAwait(false);
        (ArrowSchema schema, Batch row) = ParameterValues.Encode(bound.Parameters, account);
        return await statement.ExecuteUpdateAsync(schema, row, account, cancellation).ConfigureAwait(false);
    }

    /// <returns>The rows; null for a statement without any, which has run.</returns>
    private async Task<FlightStream?> QueryAsync(ServerSession session, BoundPart bound, MemoryAccount account, CancellationToken cancellation)
    {
        _running = await AgainAsync(session, () => PlanAsync(session, bound, connection.Transaction?.Handle, account, cancellation)).ConfigureAwait(false);
        return _running.Endpoint.Count == 0 || FlightClient.ReadSchema(_running.Schema).Fields.Count == 0
            ? null
            : await session.Sql.ReadAsync(_running.Endpoint[0], account, cancellation).ConfigureAwait(false);
    }

    private static async Task<FlightInfo> PlanAsync(ServerSession session, BoundPart bound, ByteString? transaction, MemoryAccount account, CancellationToken cancellation)
    {
        if (bound.Parameters.Count == 0)
        {
            return await session.Sql.ExecuteAsync(bound.Part.Text, transaction, cancellation).ConfigureAwait(false);
        }

        FlightSqlPreparedStatement statement = await session.PrepareAsync(bound.Part.Text, transaction, cancellation).ConfigureAwait(false);
        (ArrowSchema schema, Batch row) = ParameterValues.Encode(bound.Parameters, account);
        try
        {
            await statement.BindAsync(schema, row, account, cancellation).ConfigureAwait(false);
            return await statement.ExecuteAsync(cancellation).ConfigureAwait(false);
        }
        catch (GrpcStatusException)
        {
            await session.ForgetAsync(bound.Part.Text, transaction).ConfigureAwait(false);     // the tables may have changed since it was prepared
            throw;
        }
    }

    /// <summary>The dropped call ends the statement; this ends one that nobody reads yet, too.</summary>
    private async Task CancelOnServerAsync()
    {
        if (_running is not { } info)
        {
            return;
        }

        _running = null;
        try
        {
            using var patience = new CancellationTokenSource(CancelPatience);
            await connection.Session.Sql.Flight.CancelFlightInfoAsync(info, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GrpcStatusException or OperationCanceledException or InvalidProtocolBufferException)
        {
            // It has ended, or the server has.
        }
    }
}
