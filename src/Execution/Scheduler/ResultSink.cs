using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Hands batches to the reader without copying them.</summary>
internal sealed class ResultSink(ResultQueue results) : ITaskSink
{
    public bool Accept(Batch batch, IRunnable task) => results.Write(batch.Retain(), task);

    /// <summary>What is left has to be made by the others.</summary>
    public void Finish() => results.ReleaseHeld();
}
