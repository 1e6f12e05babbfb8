using Microsoft.Extensions.Logging;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Monitoring;

/// <summary>Which statements the log tells of.</summary>
public enum LoggedQueries
{
    /// <summary>Slow ones alone.</summary>
    Slow,
    /// <summary>Failed and slow ones.</summary>
    Failed,
    All,
}

/// <summary>Writes statements that have ended to the log, with their ids: failed ones (R4), slow ones, or all.</summary>
/// <param name="logger">The log.</param>
/// <param name="logged">Which ones.</param>
/// <param name="slow">From this duration on a statement is slow; zero: none is.</param>
public sealed class QueryLog(ILogger logger, LoggedQueries logged, TimeSpan slow) : IQueryListener
{
    private const int MaxTextLength = 4096;

    public void OnFinished(FinishedQuery query)
    {
        bool isSlow = slow > TimeSpan.Zero && query.Duration >= slow;
        if (!isSlow && (logged == LoggedQueries.Slow || (logged == LoggedQueries.Failed && query.Outcome == QueryOutcome.Succeeded)))
        {
            return;
        }

        string what = isSlow ? "slow query" : query.Outcome switch
        {
            QueryOutcome.Succeeded => "query done",
            QueryOutcome.Failed => "query failed",
            QueryOutcome.Cancelled => "query cancelled",
        };
        LogLevel level = query.SqlState?.StartsWith("XX", StringComparison.Ordinal) == true ? LogLevel.Error : isSlow ? LogLevel.Warning : LogLevel.Information;
        KeyValuePair<string, object?>[] values =
        [
            new("Query", query.Id),
            new("Session", query.SessionId),
            new("User", query.User),
            new("Door", query.Client.Door.Name()),
            new("Address", query.Client.Address),
            new("Application", query.Client.ApplicationName),
            new("DurationMs", Milliseconds(query.Duration)),
            new("QueuedMs", Milliseconds(query.Queued)),
            new("Rows", query.Rows),
            new("PeakMemoryBytes", query.PeakMemoryBytes),
            new("ReadBytes", query.BytesRead),
            new("SpilledBytes", query.BytesSpilled),
            new("SqlState", query.SqlState),
            new("Error", query.Error),
            new("Text", query.Text.Length > MaxTextLength ? query.Text[..MaxTextLength] + "…" : query.Text),
        ];
        logger.Log(level, default, values, null, (_, _) => query.Error == null ? what : $"{what}: {query.Error}");
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
