using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Connections;

/// <summary>A session of the engine inside this program.</summary>
internal sealed class EmbeddedConnection(Engine engine, Session session) : ISqlConnection
{
    private IQueryExecution? _before;

    public string Description => "Statements run in the engine inside this program.";

    public async IAsyncEnumerable<Answer> ExecuteAsync(string statement)
    {
        await foreach (StatementResult result in session.ExecuteAsync(statement).ConfigureAwait(false))
        {
            yield return result switch
            {
                StatementResult.Rows rows => new Answer.Rows(rows.Columns, rows.Execution.Context.Settings.TimeZone, new Source(rows), rows.Execution.Context.Settings.Objects),
                StatementResult.Command command => new Answer.Command(command.Tag, [.. command.Notices.Select(static notice => notice.Message)]),
                _ => throw new InvalidOperationException($"answer {result.GetType().Name}"),
            };
        }
    }

    public void Cancel() => session.Cancel();

    public void ResetProgress() => _before = session.LastExecution;

    public StatementProgress Progress()
    {
        IQueryExecution? execution = session.LastExecution == _before ? null : session.LastExecution;
        return execution == null ? default : new StatementProgress(
            execution.TotalTasks == 0 ? 0 : (double)execution.EndedTasks / execution.TotalTasks, execution.Plan.Stages.Sum(stage => BytesRead(stage.Plan, execution)));
    }

    public ValueTask SetAsync(string name, string value)
    {
        session.Settings.Set(name, value);
        return ValueTask.CompletedTask;
    }

    public bool IsFunction(string name) => engine.Functions.Find(name).Count > 0;

    public ValueTask DisposeAsync()
    {
        session.Dispose();
        engine.Dispose();
        return ValueTask.CompletedTask;
    }

    private static long BytesRead(ExecPlan node, IQueryExecution execution) =>
        (execution.Context.Metrics.Find(node)?.Counters.GetValueOrDefault("bytes read") ?? 0) + node.Children.Sum(child => BytesRead(child, execution));

    private sealed class Source(StatementResult.Rows rows) : IBatchSource
    {
        public ValueTask<Batch?> ReadAsync(CancellationToken cancellation) => rows.ReadAsync(cancellation);

        public ValueTask DisposeAsync() => rows.DisposeAsync();
    }
}
