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

        string text = query.Text.Length > MaxTextLength ? query.Text[..MaxTextLength] + "…" : query.Text;
        if (query.SqlState == null)
        {
            logger.Log(
                isSlow ? LogLevel.Warning : LogLevel.Information,
                "{What}: query {Query} of {User} took {DurationMs} ms, {Rows} rows, {PeakMemoryBytes} bytes at most; queued {QueuedMs} ms, session {Session}, {Door}, {Application}: {Text}",
                isSlow ? "slow" : "done", query.Id, query.User, Milliseconds(query.Duration), query.Rows, query.PeakMemoryBytes, Milliseconds(query.Queued), query.SessionId, query.Client.Door, query.Client.ApplicationName, text);
        }
        else
        {
            logger.Log(
                query.SqlState.StartsWith("XX", StringComparison.Ordinal) ? LogLevel.Error : isSlow ? LogLevel.Warning : LogLevel.Information,
                "{What}: query {Query} of {User} ended after {DurationMs} ms with {SqlState} {Error}; queued {QueuedMs} ms, session {Session}, {Door}, {Application}: {Text}",
                query.Outcome == QueryOutcome.Cancelled ? "cancelled" : "failed", query.Id, query.User, Milliseconds(query.Duration), query.SqlState, query.Error, Milliseconds(query.Queued), query.SessionId, query.Client.Door, query.Client.ApplicationName, text);
        }
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
