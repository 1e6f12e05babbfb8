using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Schema;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql.Commands;
using SqlCluster.Server.FlightSql.Security;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Statements;
using SqlCluster.Server.FlightSql.Types;
using Action = SqlCluster.Flight.Protos.Action;

namespace SqlCluster.Server.FlightSql.Actions;

/// <summary>DoAction: one line an action.</summary>
internal sealed class ActionService(FlightSessions sessions, StatementPlanner planner)
{
    private readonly TransactionActions _transactions = new(sessions);

    public async Task RunAsync(GrpcCall call, FlightCaller caller, Action action)
    {
        IMessage? answer = action.Type switch
        {
            ActionTable.CreatePreparedStatement => Any.Pack(await PrepareAsync(call, caller, Read(action, ActionCreatePreparedStatementRequest.Parser)).ConfigureAwait(false)),
            ActionTable.ClosePreparedStatement => Close(caller, Read(action, ActionClosePreparedStatementRequest.Parser)),
            ActionTable.CancelFlightInfo => new CancelFlightInfoResult { Status = Cancel(caller, Read(action, CancelFlightInfoRequest.Parser).Info) },
            ActionTable.CancelQuery => Any.Pack(CancelQuery(caller, Read(action, ActionCancelQueryRequest.Parser))),
            ActionTable.RenewFlightEndpoint => Renew(caller, Read(action, RenewFlightEndpointRequest.Parser).Endpoint),
            ActionTable.SetSessionOptions => await SetOptionsAsync(call, caller, Read(action, SetSessionOptionsRequest.Parser)).ConfigureAwait(false),
            ActionTable.GetSessionOptions => await GetOptionsAsync(call, caller).ConfigureAwait(false),
            ActionTable.CloseSession => await CloseSessionAsync(call, caller).ConfigureAwait(false),
            ActionTable.BeginTransaction => Any.Pack(await _transactions.BeginAsync(call, caller, Read(action, ActionBeginTransactionRequest.Parser)).ConfigureAwait(false)),
            ActionTable.EndTransaction => await _transactions.EndAsync(call, caller, Read(action, ActionEndTransactionRequest.Parser)).ConfigureAwait(false),
            ActionTable.BeginSavepoint => Any.Pack(await _transactions.SaveAsync(call, caller, Read(action, ActionBeginSavepointRequest.Parser)).ConfigureAwait(false)),
            ActionTable.EndSavepoint => await _transactions.EndSavepointAsync(call, caller, Read(action, ActionEndSavepointRequest.Parser)).ConfigureAwait(false),
            ActionTable.Substrait => throw FlightErrors.NoSubstrait(),
            _ => throw FlightErrors.UnknownAction(action.Type),
        };
        if (answer != null)
        {
            await call.WriteAsync(new Result { Body = answer.ToByteString() }).ConfigureAwait(false);
        }
    }

    private static T Read<T>(Action action, MessageParser<T> parser)
        where T : class, IMessage<T>, new() => ActionBody.Read(action.Type, action.Body, parser);

    private async Task<ActionCreatePreparedStatementResult> PrepareAsync(GrpcCall call, FlightCaller caller, ActionCreatePreparedStatementRequest request)
    {
        (FlightSession session, FlightTransaction? transaction) = caller.Within(request.TransactionId);
        FlightPrepared prepared = await planner.PrepareAsync(session, transaction, request.Query, call.CancellationToken).ConfigureAwait(false);
        bool hasRows = prepared.Query.Columns != null;
        string zone = session.Session.Settings.Get("TimeZone");
        var parameters = new ArrowSchema([.. prepared.Query.ParameterTypes.Select((type, index) => ResultFields.Of($"${index + 1}", type, true, zone))]);
        IpcOptions options = caller.SendsMilliseconds ? IpcOptions.Flight with { TimestampUnit = IpcTimeUnit.Millisecond } : IpcOptions.Flight;
        return new ActionCreatePreparedStatementResult
        {
            PreparedStatementHandle = ByteString.CopyFrom(prepared.Handle.ToByteArray()),
            DatasetSchema = hasRows ? SchemaBytes.Of(StatementPlanner.SchemaOf(session, prepared.Query), WireOptions.Of(session.Session)) : ByteString.Empty,
            ParameterSchema = SchemaBytes.Of(parameters, options),
            IsUpdate = !hasRows,
        };
    }

    private IMessage? Close(FlightCaller caller, ActionClosePreparedStatementRequest request)
    {
        // Closing twice is no error: drivers do it when they clean up.
        if (sessions.FindPrepared(request.PreparedStatementHandle.Span, caller.User) is { } prepared)
        {
            sessions.Remove(prepared);
        }

        return null;
    }

    private ActionCancelQueryResult CancelQuery(FlightCaller caller, ActionCancelQueryRequest request)
    {
        FlightInfo info;
        try
        {
            info = FlightInfo.Parser.ParseFrom(request.Info);
        }
        catch (InvalidProtocolBufferException)
        {
            throw FlightErrors.NotAnActionBody(ActionTable.CancelQuery);
        }

        return new ActionCancelQueryResult { Result = (ActionCancelQueryResult.Types.CancelResult)(int)Cancel(caller, info) };
    }

    private CancelStatus Cancel(FlightCaller caller, FlightInfo? info)
    {
        FlightStatement[] statements = [.. (info?.Endpoint ?? []).Select(endpoint => Find(caller, endpoint))];
        return statements.Length == 0 ? CancelStatus.NotCancellable
            : statements.Select(static statement => statement.Cancel()).ToArray().Contains(CancelOutcome.Cancelled) ? CancelStatus.Cancelled
            : CancelStatus.NotCancellable;
    }

    private FlightEndpoint Renew(FlightCaller caller, FlightEndpoint endpoint)
    {
        FlightStatement statement = Find(caller, endpoint);
        planner.Renew(statement);
        FlightEndpoint renewed = endpoint.Clone();
        renewed.ExpirationTime = Timestamp.FromDateTimeOffset(statement.Expires);
        return renewed;
    }

    private FlightStatement Find(FlightCaller caller, FlightEndpoint? endpoint) =>
        CommandReader.Read(endpoint?.Ticket?.Ticket_ ?? ByteString.Empty) is ReadCommand.Planned planned && sessions.FindStatement(planned.Handle.Span, caller.User) is { } statement
            ? statement
            : throw FlightErrors.NoStatement();

    private static async Task<SetSessionOptionsResult> SetOptionsAsync(GrpcCall call, FlightCaller caller, SetSessionOptionsRequest request)
    {
        FlightSession session = caller.Session;
        session.Touch();
        await session.Gate.WaitAsync(call.CancellationToken).ConfigureAwait(false);
        try
        {
            return SessionOptions.Set(session.Session, request);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    /// <summary>The options of the caller's session, or those of a new one, which is not opened for that.</summary>
    private static async Task<GetSessionOptionsResult> GetOptionsAsync(GrpcCall call, FlightCaller caller)
    {
        if (caller.KnownSession is not { } session)
        {
            return SessionOptions.Get(caller.CatalogSession);
        }

        await session.Gate.WaitAsync(call.CancellationToken).ConfigureAwait(false);
        try
        {
            return SessionOptions.Get(session.Session);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task<CloseSessionResult> CloseSessionAsync(GrpcCall call, FlightCaller caller)
    {
        if (caller.KnownSession is not { } session)
        {
            return new CloseSessionResult { Status = CloseSessionResult.Types.Status.NotCloseable };
        }

        call.AddHeader("set-cookie", SessionCookie.Forget());
        await sessions.EndAsync(session).ConfigureAwait(false);
        return new CloseSessionResult { Status = CloseSessionResult.Types.Status.Closed };
    }
}
