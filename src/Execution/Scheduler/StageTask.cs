using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Trees;
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
/// <param name="stage">What runs.</param>
/// <param name="context">Which partition of it.</param>
/// <param name="makeSink">Makes what takes the rows, when the task begins: what fails there ends the task, and nobody counts on one that never began.</param>
/// <param name="outputMemory">Counts what the sink keeps; null: it keeps nothing of its own.</param>
/// <param name="ended">Called once.</param>
internal sealed class StageTask(Stage stage, TaskContext context, Func<ITaskSink> makeSink, MemoryUse? outputMemory, Action<StageTask, Exception?> ended) : IRunnable
{
    private ITaskSink? _sink;
    private Operator? _root;

    public Stage Stage { get; } = stage;

    public object Query => context.Query;

    public bool IsCancelled => context.Cancellation.IsCancellationRequested;

    public RunnableState Run()
    {
        long start = Stopwatch.GetTimestamp();
        MemoryUse? caller = MemoryUse.Current;
        try
        {
            context.Cancellation.ThrowIfCancellationRequested();
            using (Interruption.By(context.Cancellation))
            {
                MemoryUse.Current = outputMemory;
                ITaskSink sink = _sink ??= makeSink();
                MemoryUse.Current = caller;
                _root ??= OperatorFactory.Create(Stage.Plan, context);
                while (_root.Next() is { } batch)
                {
                    MemoryUse.Current = outputMemory;
                    bool goesOn = sink.Accept(batch, this);
                    MemoryUse.Current = caller;
                    if (!goesOn)
                    {
                        return RunnableState.Parked;
                    }

                    if (Stopwatch.GetElapsedTime(start) > LocalExecutor.TimeSlice)
                    {
                        return RunnableState.Yielded;
                    }
                }
            }

            MemoryUse.Current = outputMemory;
            _sink.Finish();
            MemoryUse.Current = caller;
            End(null);
        }
        catch (Exception error)
        {
            MemoryUse.Current = caller;
            End(error);
        }

        return RunnableState.Ended;
    }

    /// <summary>Gives back what can be made again, while the task is parked.</summary>
    public void Rest()
    {
        MemoryUse? caller = MemoryUse.Current;
        _root?.Rest();
        MemoryUse.Current = caller;
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
