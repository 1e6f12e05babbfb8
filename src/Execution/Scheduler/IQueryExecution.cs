using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Scheduler;

/// <summary>A running query, wherever its tasks run: in this process (<see cref="QueryExecution"/>; <see cref="DirectExecution"/> where they are brief) or on executors in others (Cluster/ClusterExecution).</summary>
public interface IQueryExecution : IAsyncDisposable
{
    /// <summary>Account, metrics and cancellation of the query.</summary>
    QueryContext Context { get; }

    /// <summary>The plan as it is at the moment, after what adaptive execution has changed.</summary>
    StagePlan Plan { get; }

    /// <summary>The plan as it was made.</summary>
    StagePlan InitialPlan { get; }

    /// <summary>What adaptive execution has changed so far.</summary>
    IReadOnlyList<AdaptiveDecision> Decisions { get; }

    /// <summary>Tasks that have ended, of <see cref="TotalTasks"/>.</summary>
    int EndedTasks { get; }

    int TotalTasks { get; }

    /// <summary>The most bytes of result rows that waited for the reader at once.</summary>
    long PeakWaitingBytes { get; }

    /// <summary>How far each stage has come, in the plan's order.</summary>
    IReadOnlyList<StageProgress> Progress();

    /// <summary>The next rows in the order of the last stage, or null at the end. The caller releases the batch.</summary>
    /// <exception cref="QueryException">The query failed or was cancelled.</exception>
    ValueTask<Batch?> ReadAsync(CancellationToken cancellation = default);

    /// <summary>As <see cref="ReadAsync"/>, when the next rows, or the end, are there already; false: ask there.</summary>
    bool TryRead(out Batch? batch);

    /// <summary>The rows of a batch in memory of their own, for who keeps it while its client is slow: a few rows of a page hold the whole page.</summary>
    /// <param name="batch">A batch that was read, which is released.</param>
    /// <param name="firstRow">Rows in front of this one are needed no more.</param>
    /// <returns>A batch to be released, without the rows in front; or the same one, where a copy would not take much less.</returns>
    Batch Compact(Batch batch, int firstRow = 0) => CompactRows.Of(batch, firstRow, Context.Account);

    /// <summary>Ends the query; the reader gets 57014.</summary>
    void Cancel();

    /// <summary>Starts a plan in this process. The context passes to the execution, which disposes it.</summary>
    static IQueryExecution Start(StagePlan plan, QueryContext context, LocalExecutor executor)
    {
        TaskPlace place = BriefPlans.PlaceOf(plan, context.Outside);
        return DirectExecution.Suits(plan, place) ? DirectExecution.Run(plan, context) : QueryExecution.Start(plan, context, executor, place);
    }
}
