using Google.Protobuf;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql.Security;
using SqlCluster.Server.FlightSql.Sessions;
using EndSavepoint = SqlCluster.Flight.Protos.Sql.ActionEndSavepointRequest.Types.EndSavepoint;
using EndTransaction = SqlCluster.Flight.Protos.Sql.ActionEndTransactionRequest.Types.EndTransaction;

namespace SqlCluster.Server.FlightSql.Actions;

/// <summary>The actions about transactions and savepoints (FlightSql.proto).</summary>
internal sealed class TransactionActions(FlightSessions sessions)
{
    public async Task<ActionBeginTransactionResult> BeginAsync(GrpcCall call, FlightCaller caller, ActionBeginTransactionRequest request)
    {
        _ = request;                // it says nothing
        FlightSession session = caller.Session;
        FlightTransaction transaction = await session.BehindGateAsync(null, () => Task.FromResult(sessions.Begin(session)), call.CancellationToken).ConfigureAwait(false);
        return new ActionBeginTransactionResult { TransactionId = ByteString.CopyFrom(transaction.Handle.ToByteArray()) };
    }

    /// <summary>Ends a transaction, whose handle is unknown from then on, however that went.</summary>
    /// <exception cref="GrpcStatusException">INVALID_ARGUMENT: no such transaction, or no such end.</exception>
    /// <exception cref="Parser.Errors.QueryException">40001, 25P02: it could not be committed and was rolled back.</exception>
    public async Task<IMessage?> EndAsync(GrpcCall call, FlightCaller caller, ActionEndTransactionRequest request)
    {
        FlightTransaction transaction = caller.Find(request.TransactionId.Span);
        if (request.Action is not (EndTransaction.Commit or EndTransaction.Rollback))
        {
            throw FlightErrors.NoEndAction(ActionTable.EndTransaction);
        }

        return await transaction.Owner.BehindGateAsync<IMessage?>(
            transaction,
            async () =>
            {
                if (!sessions.Remove(transaction))
                {
                    throw FlightErrors.UnknownTransaction();
                }

                bool hasFailed = transaction.Transaction.HasFailed, isCommit = request.Action == EndTransaction.Commit;
                await transaction.Transaction.EndAsync(isCommit && !hasFailed).ConfigureAwait(false);
                return isCommit && hasFailed ? throw Transactions.TransactionErrors.Failed() : null;
            },
            call.CancellationToken).ConfigureAwait(false);
    }

    public async Task<ActionBeginSavepointResult> SaveAsync(GrpcCall call, FlightCaller caller, ActionBeginSavepointRequest request)
    {
        FlightTransaction transaction = caller.Find(request.TransactionId.Span);
        ByteString savepoint = await transaction.Owner.BehindGateAsync(transaction, () => Task.FromResult(transaction.Save()), call.CancellationToken).ConfigureAwait(false);
        return new ActionBeginSavepointResult { SavepointId = savepoint };
    }

    /// <exception cref="GrpcStatusException">INVALID_ARGUMENT: no such savepoint, or no such end.</exception>
    public async Task<IMessage?> EndSavepointAsync(GrpcCall call, FlightCaller caller, ActionEndSavepointRequest request)
    {
        ReadOnlySpan<byte> handle = FlightTransaction.TransactionOf(request.SavepointId.Span);
        FlightTransaction transaction = sessions.FindTransaction(handle, caller.User) != null ? caller.Find(handle) : throw FlightErrors.UnknownSavepoint();
        if (request.Action is not (EndSavepoint.Release or EndSavepoint.Rollback))
        {
            throw FlightErrors.NoEndAction(ActionTable.EndSavepoint);
        }

        return await transaction.Owner.BehindGateAsync<IMessage?>(
            transaction,
            () => transaction.EndSavepoint(request.SavepointId.Span, request.Action == EndSavepoint.Rollback) ? Task.FromResult<IMessage?>(null) : throw FlightErrors.UnknownSavepoint(),
            call.CancellationToken).ConfigureAwait(false);
    }
}
