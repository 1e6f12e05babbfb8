using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Reads the kept rows of a common table expression; the tasks of a stage take turns, batch by batch.</summary>
internal sealed class CteScanOperator : Operator
{
    private readonly Cursor _cursor;

    private CteScanOperator(Cursor cursor, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics) => _cursor = cursor;

    public static Operator Create(CteScanExec scan, TaskContext context, OperatorMetrics metrics)
    {
        Cursor cursor = context.Query.Shared(scan, () => new Cursor([.. context.Query.FindShared<ShuffleOutput>(scan.Id)?.Batches(0) ?? []]));
        return new CteScanOperator(cursor, context, metrics);
    }

    protected override Batch? NextCore() => _cursor.Take();

    private sealed class Cursor(Batch[] batches)
    {
        private int _next;

        public Batch? Take()
        {
            int index = Interlocked.Increment(ref _next) - 1;
            return (uint)index < (uint)batches.Length ? batches[index] : null;
        }
    }
}
