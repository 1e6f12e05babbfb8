using System.Diagnostics;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Testing.Cancellation;

/// <summary>How a statement of an embedded session ended that was cancelled after a while.</summary>
/// <param name="Latency">From the cancellation to the end of everything; null: it had ended by itself.</param>
/// <param name="SqlState">Of its error; null: none.</param>
/// <param name="IsClean">Whether neither memory nor files of it are left.</param>
/// <param name="Duration">From its text to its end.</param>
/// <param name="Collecting">How long the garbage collector stopped all threads between cancellation and end.</param>
public sealed record StatementEnding(TimeSpan? Latency, string? SqlState, bool IsClean, TimeSpan Duration, TimeSpan Collecting)
{
    /// <summary>Runs a text, reading all rows, and cancels it.</summary>
    /// <param name="session">Runs nothing else.</param>
    /// <param name="sql">One statement.</param>
    /// <param name="after">When it is cancelled, counted from the text; null: never.</param>
    public static async Task<StatementEnding> RunAsync(Session session, string sql, TimeSpan? after)
    {
        IQueryExecution? before = session.LastExecution;
        long start = Stopwatch.GetTimestamp(), ended = 0;
        Task<string?> running = Task.Run(async () =>
        {
            string? sqlState = await DrainAsync(session, sql).ConfigureAwait(false);
            ended = Stopwatch.GetTimestamp();
            return sqlState;
        });
        long cancelled = 0;
        TimeSpan collected = TimeSpan.Zero;
        if (after is { } moment)
        {
            await Task.WhenAny(running, Task.Delay(moment)).ConfigureAwait(false);
            collected = GC.GetTotalPauseDuration();
            cancelled = Stopwatch.GetTimestamp();
            session.Cancel();
        }

        string? ending = await running.ConfigureAwait(false);
        IQueryExecution? execution = session.LastExecution;
        bool isClean = ReferenceEquals(execution, before) || execution == null || (execution.Context.Account.UsedBytes == 0 && execution.Context.Spill.OpenFiles == 0);
        return new StatementEnding(
            ending == "57014" ? Stopwatch.GetElapsedTime(cancelled, ended) : null, ending, isClean, Stopwatch.GetElapsedTime(start, ended), GC.GetTotalPauseDuration() - collected);
    }

    /// <summary>Cancels a statement up to three times, until it ends soon enough: a busy machine may be late with any one of them.</summary>
    /// <param name="session">Runs nothing else.</param>
    /// <param name="sql">One statement.</param>
    /// <param name="patience">How soon is soon enough.</param>
    /// <param name="after">When it is cancelled, for each attempt anew.</param>
    /// <returns>Every ending; the last one is the soonest, without a latency where it ended by itself.</returns>
    public static async Task<IReadOnlyList<StatementEnding>> CancelAsync(Session session, string sql, TimeSpan patience, Func<TimeSpan> after)
    {
        var endings = new List<StatementEnding>();
        do
        {
            endings.Add(await RunAsync(session, sql, after()).ConfigureAwait(false));
        }
        while (endings.Count < 3 && endings[^1].Latency > patience);
        return endings;
    }

    private static async Task<string?> DrainAsync(Session session, string sql)
    {
        try
        {
            await foreach (StatementResult result in session.ExecuteAsync(sql).ConfigureAwait(false))
            {
                await using (result.ConfigureAwait(false))
                {
                    while (result is StatementResult.Rows rows && await rows.ReadAsync().ConfigureAwait(false) is { } batch)
                    {
                        batch.Release();
                    }
                }
            }

            return null;
        }
        catch (QueryException error)
        {
            return error.SqlState;
        }
    }
}
