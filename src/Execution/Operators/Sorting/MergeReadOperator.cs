using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Reads the sorted runs that the tasks of a stage gathered, and merges them: all at once while memory allows, else row by row as they are read.</summary>
internal sealed class MergeReadOperator(ShuffleReadExec plan, ShuffleOutput? output, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private SortBuffer? _buffer;
    private RunMerge? _merge;

    protected override Batch? NextCore()
    {
        if (_buffer == null && _merge == null)
        {
            BatchRun[] runs = [.. Enumerable.Range(0, output?.MapTasks ?? 0).Select(task => output!.Run(task, 0)).Where(static run => run.Count > 0)];
            if (MustStream(runs))
            {
                _merge = new RunMerge(runs.Select(Batches), plan.Exchange.SortKeys, Context);
            }
            else
            {
                _buffer = new SortBuffer(plan.Exchange.SortKeys, Context);
                Merge(runs, _buffer);
            }
        }

        return _merge != null ? _merge.Next() : _buffer!.Next();
    }

    public override void Dispose()
    {
        _buffer?.Dispose();
        _merge?.Dispose();
    }

    private bool MustStream(BatchRun[] runs)
    {
        MemoryArbiter memory = Context.Query.Memory;
        return memory.IsForced || Array.Exists(runs, static run => run.IsSpilled) || memory.IsShortOf(runs.Sum(static run => run.TotalBytes) * 2);
    }

    private static Func<Batch?> Batches(BatchRun run)
    {
        int next = 0;
        return () => next < run.Count ? run.Take(next++) : null;
    }

    private void Merge(BatchRun[] runs, SortBuffer buffer)
    {
        var starts = new List<int>();
        foreach (BatchRun run in runs)
        {
            starts.Add(buffer.Count);
            for (int i = 0; i < run.Count; i++)
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                Batch batch = run.Take(i);
                buffer.Append(batch);
                batch.Release();
            }
        }

        buffer.MergeRuns([.. starts]);
    }
}
