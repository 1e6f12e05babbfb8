using SqlCluster.Catalyst.Explain;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Monitoring;

/// <summary>A statement as the status page and the API show it. Times are milliseconds.</summary>
public sealed record QueryView(
    string Id, string State, string User, int Session, string Door, string? Address, string Application, string Text, DateTimeOffset Start, double DurationMs, double QueuedMs,
    long Rows, long MemoryBytes, long PeakMemoryBytes, long BytesRead, long BytesSpilled, int Tasks, int TasksEnded, string? SqlState, string? Error);

/// <summary>A stage of a running query.</summary>
public sealed record StageView(int Stage, string State, int Tasks, int TasksEnded);

/// <summary>A statement with its stages and its plan as far as it has come.</summary>
public sealed record QueryDetailView(QueryView Query, IReadOnlyList<StageView> Stages, IReadOnlyList<string> Plan);

/// <summary>A session as the status page and the API show it.</summary>
public sealed record SessionView(
    int Id, string User, string Door, string? Address, int Port, string Application, DateTimeOffset Start, string State, DateTimeOffset StateChange, string? QueryId, string? Query, string? Wait);

/// <summary>Makes what is shown of an engine's statements and sessions.</summary>
internal static class QueryViews
{
    /// <summary>Operators of a plan that are shown or kept.</summary>
    private const int MostOperators = 500;

    private static readonly ExplainOptions PlanOptions = ExplainOptions.Default with { Analyze = true, Costs = false };

    /// <summary>Statements that have begun, oldest first.</summary>
    public static IReadOnlyList<QueryView> Running(Engine engine) => [.. engine.Sessions.RunningQueries().Select(Of)];

    /// <summary>Statements that have ended, newest first.</summary>
    public static IReadOnlyList<QueryView> Recent(Engine engine, int count) => [.. engine.History.Recent(count).Select(Of)];

    public static IReadOnlyList<SessionView> Sessions(Engine engine) => [.. engine.Sessions.OrderBy(static session => session.Id).Select(Of)];

    /// <summary>One statement, running or ended; null: unknown, or long forgotten.</summary>
    public static QueryDetailView? Find(Engine engine, string id) =>
        QueryId.Parse(id) is not { } query ? null
        : engine.Sessions.FindQuery(query) is { } running ? new QueryDetailView(Of(running), Stages(running.Execution), Plan(running.Execution))
        : engine.History.Find(query) is { } finished ? new QueryDetailView(Of(finished), [], finished.Plan)
        : null;

    /// <summary>What each operator has done so far, as EXPLAIN ANALYZE shows it.</summary>
    public static IReadOnlyList<string> Plan(IQueryExecution? execution)
    {
        if (execution == null)
        {
            return [];
        }

        ExplainNode plan = ExplainNode.Of(execution.Plan, execution.Context.Metrics, MostOperators);
        IReadOnlyList<string> lines = ExplainWriter.Write(plan, PlanOptions, null);
        return plan.Count < MostOperators ? lines : [.. lines, $"... no more than {MostOperators} operators are shown"];
    }

    public static string Word<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static QueryView Of(RunningQuery query)
    {
        IQueryExecution? execution = query.Execution;
        SessionClient client = query.Session.Client;
        string state = query.IsQueued ? "queued" : query.Reason != CancelReason.None ? "cancelling" : ReferenceEquals(query.Session.Running, query) || client.Door == Door.FlightSql ? "running" : "suspended";
        return new QueryView(
            query.Id.ToString(), state, query.User, query.Session.Id, client.Door.Name(), client.Address?.ToString(), client.ApplicationName, query.Text, query.Start, query.Elapsed.TotalMilliseconds,
            query.IsQueued ? query.Elapsed.TotalMilliseconds : query.Queued.TotalMilliseconds, query.Rows, query.UsedMemoryBytes, query.PeakMemoryBytes, query.Counted("bytes read"),
            query.Counted("spilled bytes"), execution?.TotalTasks ?? 0, execution?.EndedTasks ?? 0, null, null);
    }

    private static QueryView Of(FinishedQuery query) => new(
        query.Id.ToString(), Word(query.Outcome), query.User, query.SessionId, query.Client.Door.Name(), query.Client.Address?.ToString(), query.Client.ApplicationName, query.Text, query.Start,
        query.Duration.TotalMilliseconds, query.Queued.TotalMilliseconds, query.Rows, 0, query.PeakMemoryBytes, query.BytesRead, query.BytesSpilled, 0, 0, query.SqlState, query.Error);

    private static SessionView Of(Session session)
    {
        SessionActivity activity = session.Activity;
        SessionClient client = session.Client;
        return new SessionView(
            session.Id, session.User, client.Door.Name(), client.Address?.ToString(), client.Port, client.ApplicationName, session.Start, Word(activity.State), activity.StateChange,
            activity.QueryId?.ToString(), activity.Query, activity.Wait?.Event);
    }

    private static IReadOnlyList<StageView> Stages(IQueryExecution? execution) => execution == null
        ? []
        : [.. execution.Progress().Select(static (stage, index) => new StageView(index, stage.IsSkipped ? "skipped" : stage.EndedTasks == stage.Tasks ? "ended" : stage.IsStarted ? "running" : "waiting", stage.Tasks, stage.EndedTasks))];
}
