namespace SqlCluster.Server.FlightSql.Actions;

/// <summary>The actions of DoAction: those that there are, and those of the specification that there are not.</summary>
internal static class ActionTable
{
    public const string CreatePreparedStatement = "CreatePreparedStatement";
    public const string ClosePreparedStatement = "ClosePreparedStatement";
    public const string CancelFlightInfo = "CancelFlightInfo";
    public const string CancelQuery = "CancelQuery";
    public const string RenewFlightEndpoint = "RenewFlightEndpoint";
    public const string SetSessionOptions = "SetSessionOptions";
    public const string GetSessionOptions = "GetSessionOptions";
    public const string CloseSession = "CloseSession";
    public const string BeginTransaction = "BeginTransaction";
    public const string EndTransaction = "EndTransaction";
    public const string BeginSavepoint = "BeginSavepoint";
    public const string EndSavepoint = "EndSavepoint";

    /// <summary>Those that work, as ListActions tells them.</summary>
    public static readonly (string Name, string Description)[] Supported =
    [
        (CreatePreparedStatement, "Prepares a statement. Request: ActionCreatePreparedStatementRequest. Response: ActionCreatePreparedStatementResult."),
        (ClosePreparedStatement, "Forgets a prepared statement. Request: ActionClosePreparedStatementRequest. No response."),
        (CancelFlightInfo, "Ends a statement. Request: CancelFlightInfoRequest. Response: CancelFlightInfoResult."),
        (CancelQuery, "Ends a statement (deprecated). Request: ActionCancelQueryRequest. Response: ActionCancelQueryResult."),
        (RenewFlightEndpoint, "Keeps an endpoint's statement for longer. Request: RenewFlightEndpointRequest. Response: FlightEndpoint."),
        (SetSessionOptions, "Changes settings of the session. Request: SetSessionOptionsRequest. Response: SetSessionOptionsResult."),
        (GetSessionOptions, "Lists the settings of the session. Request: GetSessionOptionsRequest. Response: GetSessionOptionsResult."),
        (CloseSession, "Ends the session. Request: CloseSessionRequest. Response: CloseSessionResult."),
        (BeginTransaction, "Opens a transaction. Request: ActionBeginTransactionRequest. Response: ActionBeginTransactionResult."),
        (EndTransaction, "Commits a transaction or rolls it back. Request: ActionEndTransactionRequest. No response."),
        (BeginSavepoint, "Sets a savepoint in a transaction. Request: ActionBeginSavepointRequest. Response: ActionBeginSavepointResult."),
        (EndSavepoint, "Releases a savepoint or rolls back to it. Request: ActionEndSavepointRequest. No response."),
    ];

    public const string Substrait = "CreatePreparedSubstraitPlan";
}
