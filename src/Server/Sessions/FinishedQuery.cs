namespace SqlCluster.Server.Sessions;

/// <summary>A statement that has ended.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SessionId">The session it ran in.</param>
/// <param name="User">Whose session that is.</param>
/// <param name="Client">Where the client was.</param>
/// <param name="Text">What was asked, cut after <see cref="RunningQuery.MaxTextLength"/> characters.</param>
/// <param name="Start">When it began; the time in the queue is part of it.</param>
/// <param name="Queued">How long it waited for its turn.</param>
/// <param name="Duration">From its beginning until its last row was taken.</param>
/// <param name="Rows">Rows that were taken, or changed.</param>
/// <param name="PeakMemoryBytes">Most memory it held.</param>
/// <param name="BytesRead">Bytes that scans read from files.</param>
/// <param name="BytesSpilled">Bytes of rows written to disk because they did not fit in memory.</param>
/// <param name="SqlState">Of its error; null when it succeeded.</param>
/// <param name="Error">Message of its error; null when it succeeded.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record FinishedQuery(
    QueryId Id,
    int SessionId,
    string User,
    SessionClient Client,
    string Text,
    DateTimeOffset Start,
    TimeSpan Queued,
    TimeSpan Duration,
    long Rows,
    long PeakMemoryBytes,
    long BytesRead,
    long BytesSpilled,
    string? SqlState,
    string? Error,
    QueryOutcome Outcome)
{
    /// <summary>What each operator did, as EXPLAIN ANALYZE shows it, of statements that ran a while; else empty.</summary>
    public IReadOnlyList<string> Plan { get; init; } = [];

    /// <summary>The adaptive rules that changed its plan, one entry a change.</summary>
    public IReadOnlyList<string> AdaptiveRules { get; init; } = [];
}

/// <summary>How a statement ended.</summary>
public enum QueryOutcome
{
    Succeeded,
    Failed,
    /// <summary>On request, by a timeout, because the client left or the server stops.</summary>
    Cancelled,
}
