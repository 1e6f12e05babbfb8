using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Scheduler;

/// <summary>A query of one brief stage, worked off by the thread that starts it: its rows are all there once it has started, and no queue, sink or slot stands between them and their reader.</summary>
/// <remarks>What is brief, <see cref="BriefPlans"/> says. An error is kept for the reader, who gets the rows that were made before it.</remarks>
public sealed class DirectExecution : IQueryExecution
{
    private readonly Stage _stage;
    private Batch? _first;
    private Queue<Batch>? _further;
    private Exception? _error;
    private int _endedTasks;
    private bool _disposed;

    private DirectExecution(StagePlan plan, QueryContext context)
    {
        Plan = plan;
        Context = context;
        _stage = plan.Stages[0];
    }

    public QueryContext Context { get; }

    public StagePlan Plan { get; }

    public StagePlan InitialPlan => Plan;

    public IReadOnlyList<AdaptiveDecision> Decisions => [];

    public int EndedTasks => Volatile.Read(ref _endedTasks);

    public int TotalTasks => _stage.Tasks;

    public long PeakWaitingBytes { get; private set; }

    public IReadOnlyList<StageProgress> Progress() => [new StageProgress(TotalTasks, EndedTasks, IsStarted: true, IsSkipped: false)];

    public ValueTask<Batch?> ReadAsync(CancellationToken cancellation = default) =>
        TryRead(out Batch? batch) ? ValueTask.FromResult(batch) : ValueTask.FromException<Batch?>(_error!);

    /// <summary>The next rows or the end; false: the query has failed, and <see cref="ReadAsync"/> says how.</summary>
    public bool TryRead(out Batch? batch)
    {
        batch = _first;
        if (batch == null)
        {
            return _error == null;
        }

        _first = _further is { Count: > 0 } further ? further.Dequeue() : null;
        return true;
    }

    /// <summary>Nothing runs any more that could be ended.</summary>
    public void Cancel()
    {
    }

    public ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            Context.Dispose();
        }

        return default;
    }

    /// <summary>Whether a plan is worked off like this.</summary>
    internal static bool Suits(StagePlan plan, TaskPlace place) => place == TaskPlace.Caller && plan.Stages.Count == 1;

    /// <summary>Works a plan off. The context passes to the execution, which disposes it.</summary>
    internal static DirectExecution Run(StagePlan plan, QueryContext context)
    {
        var execution = new DirectExecution(plan, context);
        MemoryUse? caller = MemoryUse.Current;
        try
        {
            using (Interruption.By(context.Outside))
            {
                for (int partition = 0; partition < execution._stage.Tasks; partition++)
                {
                    execution.RunTask(partition);
                    execution._endedTasks++;
                }
            }
        }
        catch (Exception error)
        {
            execution._error = QueryExecution.Translate(error);
        }
        finally
        {
            MemoryUse.Current = caller;
        }

        return execution;
    }

    private void RunTask(int partition)
    {
        var context = new TaskContext(Context, partition, _stage.Tasks, PartitionRange.Of(_stage, partition), Context.Outside);
        context.Cancellation.ThrowIfCancellationRequested();
        using Operator root = OperatorFactory.Create(_stage.Plan, context);
        while (root.Next() is { } batch)
        {
            PeakWaitingBytes += BatchRun.BytesOf(batch);
            batch.Retain();
            if (_first == null)
            {
                _first = batch;
            }
            else
            {
                (_further ??= new Queue<Batch>()).Enqueue(batch);
            }
        }
    }
}
