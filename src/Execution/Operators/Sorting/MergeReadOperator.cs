using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Reads the sorted runs that the tasks of a stage gathered, and merges them.</summary>
internal sealed class MergeReadOperator(ShuffleReadExec plan, ShuffleOutput? output, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly SortBuffer _buffer = new(plan.Exchange.SortKeys, context);
    private bool _isMerged;

    protected override Batch? NextCore()
    {
        if (!_isMerged)
        {
            Merge();
            _isMerged = true;
        }

        return _buffer.Next();
    }

    public override void Dispose() => _buffer.Dispose();

    private void Merge()
    {
        var starts = new List<int>();
        for (int task = 0; output != null && task < output.MapTasks; task++)
        {
            List<Batch> run = output.Run(task, 0);
            if (run.Count > 0)
            {
                starts.Add(_buffer.Count);
            }

            foreach (Batch batch in run)
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                _buffer.Append(batch);
                batch.Release();
            }

            run.Clear();
        }

        _buffer.MergeRuns([.. starts]);
    }
}
