namespace SqlCluster.Server.Sessions;

/// <summary>What a session is doing; pg_stat_activity's states.</summary>
public enum SessionState
{
    /// <summary>Waits for its client.</summary>
    Idle,
    /// <summary>Runs a statement, or waits in the queue to run it.</summary>
    Active,
    IdleInTransaction,
    IdleInFailedTransaction,
}

/// <summary>A session as others see it at one moment.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Query">Text of the statement that runs, or of the last one; null before the first.</param>
/// <param name="QueryId">Its id.</param>
/// <param name="QueryStart">When it began.</param>
/// <param name="StateChange">When the state became what it is.</param>
/// <param name="Wait">What it waits for; null: it works.</param>
public sealed record SessionActivity(SessionState State, string? Query, QueryId? QueryId, DateTimeOffset? QueryStart, DateTimeOffset StateChange, SessionWait? Wait)
{
    /// <summary>When its transaction began; null: it has none.</summary>
    public DateTimeOffset? TransactionStart { get; init; }

    /// <summary>The transaction's number, once it has one.</summary>
    public long? TransactionId { get; init; }
}

/// <summary>What a session waits for; pg_stat_activity's wait_event_type and wait_event.</summary>
public sealed record SessionWait(string Kind, string Event)
{
    /// <summary>For the client's next message.</summary>
    public static readonly SessionWait ClientRead = new("Client", "ClientRead");

    /// <summary>For another transaction to end.</summary>
    public static readonly SessionWait Lock = new("Lock", "relation");

    /// <summary>For other queries to end: as many run as may.</summary>
    public static readonly SessionWait Queue = new("Extension", "QueryQueue");
}
