namespace SqlCluster.Testing.Cancellation;

/// <summary>The ways in which a statement can be ended from outside.</summary>
public enum CancelWay
{
    /// <summary>PostgreSQL's cancel request, on a connection of its own.</summary>
    CancelRequest,
    /// <summary>A PostgreSQL client closes its socket.</summary>
    ClosedSocket,
    /// <summary>statement_timeout, over PostgreSQL's protocol.</summary>
    StatementTimeout,
    /// <summary>DELETE /api/v1/queries/{id}, which is what the status page's button does too.</summary>
    StatusPage,
    /// <summary>DELETE /api/v1/sessions/{id}: the session ends with its statement.</summary>
    Terminate,
    /// <summary>A Flight SQL client gives its DoGet up.</summary>
    FlightCall,
    /// <summary>Ctrl-C in sqlcli: the session's own Cancel.</summary>
    Interrupt,
}
