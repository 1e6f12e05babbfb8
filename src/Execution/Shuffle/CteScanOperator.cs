using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Reads the kept rows of a common table expression; the tasks of a stage take turns, batch by batch.</summary>
internal sealed class CteScanOperator : Operator
{
    private readonly Cursor _cursor;
    private Batch? _current;

    private CteScanOperator(Cursor cursor, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics) => _cursor = cursor;

    public static Operator Create(CteScanExec scan, TaskContext context, OperatorMetrics metrics)
    {
        Cursor cursor = context.Query.Shared(scan, () => new Cursor(context.Query.FindShared<ShuffleOutput>(scan.Id)));
        return new CteScanOperator(cursor, context, metrics);
    }

    protected override Batch? NextCore()
    {
        ReleaseCurrent();
        _current = _cursor.Take();
        return _current;
    }

    public override void Dispose() => ReleaseCurrent();

    private void ReleaseCurrent()
    {
        _current?.Release();
        _current = null;
    }

    private sealed class Cursor
    {
        private readonly (BatchRun Run, int Index)[] _places;
        private int _next;

        public Cursor(ShuffleOutput? output) =>
            _places = output == null ? [] : [.. Enumerable.Range(0, output.MapTasks).Select(task => output.Run(task, 0)).SelectMany(static run => Enumerable.Range(0, run.Count).Select(index => (run, index)))];

        public Batch? Take()
        {
            int index = Interlocked.Increment(ref _next) - 1;
            return (uint)index < (uint)_places.Length ? _places[index].Run.Read(_places[index].Index) : null;
        }
    }
}
