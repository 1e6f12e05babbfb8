namespace SqlCluster.Server.FlightSql;

/// <summary>Bounds on what clients can make the service hold.</summary>
internal sealed record FlightLimits
{
    public static readonly FlightLimits Default = new();

    /// <summary>How long a bearer token is good; it is renewed when half of that is over. Sessions that are known by token or cookie live as long.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long an unread statement, or the session of a client that never came back, is kept.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often what has expired is thrown away.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Sessions at once.</summary>
    public int MaxSessions { get; init; } = 10_000;

    /// <summary>Statements of a session that were planned and not yet let go; beyond it the oldest idle one goes.</summary>
    public int MaxStatements { get; init; } = 1_000;

    /// <summary>Prepared statements of a session.</summary>
    public int MaxPrepared { get; init; } = 1_000;

    /// <summary>Transactions of a session.</summary>
    public int MaxTransactions { get; init; } = 100;

    /// <summary>How long a transaction may go unnamed before it is rolled back (SqlInfo 101).</summary>
    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Rows of parameters that a prepared statement can hold.</summary>
    public int MaxBoundRows { get; init; } = 100_000;

    /// <summary>Bytes of Arrow data that one DoPut may hold in memory at once.</summary>
    public long MaxUploadBytes { get; init; } = 1L << 30;

    /// <summary>Longest wait of one PollFlightInfo.</summary>
    public TimeSpan PollPatience { get; init; } = TimeSpan.FromSeconds(5);
}
