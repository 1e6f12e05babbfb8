using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>What runs: pulls batches from its inputs and makes its own, on one thread, synchronously.</summary>
/// <remarks>
/// A batch returned by <see cref="Next"/> stays valid until the next call of <see cref="Next"/> or <see cref="Dispose"/>; an operator that needs input rows
/// longer copies them or calls <see cref="Batch.Retain"/>. Batches never hold more than <see cref="TaskContext.BatchSize"/> rows and are never empty
/// (an operator whose rows are all filtered out pulls again). Output buffers are kept in fields and reused through NativeBuffer.Reuse.
/// </remarks>
public abstract class Operator(TaskContext context, OperatorMetrics metrics) : IDisposable
{
    /// <summary>The task this operator runs in.</summary>
    protected TaskContext Context { get; } = context;

    public OperatorMetrics Metrics { get; } = metrics;

    /// <summary>The next rows, or null at the end (and ever after).</summary>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public Batch? Next()
    {
        Context.Cancellation.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        MemoryUse? caller = MemoryUse.Current;
        MemoryUse.Current = Metrics.Memory;
        Batch? batch;
        try
        {
            batch = NextCore();
        }
        finally
        {
            MemoryUse.Current = caller;
        }

        Metrics.Count(batch, Stopwatch.GetTimestamp() - start);
        if (batch != null)
        {
            BatchIntegrity.Check(batch, Context.BatchSize, GetType().Name);
        }

        return batch;
    }

    /// <summary>Makes the next batch. Loops that run long without pulling check <see cref="TaskContext.Cancellation"/> themselves at least every 10 ms.</summary>
    protected abstract Batch? NextCore();

    /// <summary>Gives back what can be read or made again, because whoever takes the rows lets them wait; <see cref="Next"/> goes on with the same rows.</summary>
    /// <remarks>Not called while a call of <see cref="Next"/> runs. Batches that nobody retained become invalid. Operators pass it on to an input whose last batch they are done with.</remarks>
    public virtual void Rest()
    {
    }

    /// <summary>Releases buffers and inputs. Called once, on any thread, also after errors; whatever is forgotten is freed with the query's account.</summary>
    public virtual void Dispose()
    {
    }
}
