using System.Diagnostics;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Takes the batches of one task.</summary>
internal interface ITaskSink
{
    /// <summary>Takes a batch, which is only valid during the call.</summary>
    /// <param name="batch">Rows.</param>
    /// <param name="task">Submitted again later when this call answers false.</param>
    /// <returns>Whether the task may go on at once.</returns>
    bool Accept(Batch batch, IRunnable task);

    /// <summary>All rows have been accepted.</summary>
    void Finish();
}

/// <summary>One partition of a stage while it runs: pulls its operators and feeds its sink, a time slice at a time.</summary>
internal sealed class StageTask(Stage stage, TaskContext context, ITaskSink sink, Action<StageTask, Exception?> ended) : IRunnable
{
    private Operator? _root;

    public Stage Stage { get; } = stage;

    public object Query => context.Query;

    public bool IsCancelled => context.Cancellation.IsCancellationRequested;

    public RunnableState Run()
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            context.Cancellation.ThrowIfCancellationRequested();
            _root ??= OperatorFactory.Create(Stage.Plan, context);
            while (_root.Next() is { } batch)
            {
                if (!sink.Accept(batch, this))
                {
                    return RunnableState.Parked;
                }

                if (Stopwatch.GetElapsedTime(start) > LocalExecutor.TimeSlice)
                {
                    return RunnableState.Yielded;
                }
            }

            sink.Finish();
            End(null);
        }
        catch (Exception error)
        {
            End(error);
        }

        return RunnableState.Ended;
    }

    private void End(Exception? error)
    {
        try
        {
            _root?.Dispose();
        }
        catch (Exception disposeError)
        {
            error ??= disposeError;
        }

        _root = null;
        ended(this, error);
    }
}
