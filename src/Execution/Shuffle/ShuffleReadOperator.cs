using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Reads a task's partition of another stage's output by reference. Batches of hash and gather exchanges are given back as soon as they are read.</summary>
internal sealed class ShuffleReadOperator : Operator
{
    private readonly ShuffleOutput? _output;
    private readonly int _partition;
    private readonly bool _isShared;
    private int _mapTask;
    private int _index;
    private Batch? _current;

    private ShuffleReadOperator(ShuffleOutput? output, int partition, bool isShared, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _output = output;
        _partition = partition;
        _isShared = isShared;
    }

    public static Operator Create(ShuffleReadExec read, TaskContext context, OperatorMetrics metrics)
    {
        ShuffleOutput? output = context.Query.FindShared<ShuffleOutput>(read.Stage);
        bool isBroadcast = read.Exchange.Kind == ExchangeKind.Broadcast;
        int partition = isBroadcast ? 0 : context.Partition;
        if (output != null && partition >= output.Partitions)
        {
            output = null;
        }

        if (!read.Exchange.SortKeys.IsEmpty)
        {
            return new MergeReadOperator(read, output, context, metrics);
        }

        return new ShuffleReadOperator(output, partition, isBroadcast, context, metrics);
    }

    /// <summary>Rows that a task will read.</summary>
    public static long RowCount(ShuffleReadExec read, TaskContext context)
    {
        ShuffleOutput? output = context.Query.FindShared<ShuffleOutput>(read.Stage);
        int partition = read.Exchange.Kind == ExchangeKind.Broadcast ? 0 : context.Partition;
        return output == null || partition >= output.Partitions ? 0 : output.RowCount(partition);
    }

    protected override Batch? NextCore()
    {
        ReleaseCurrent();
        while (_output != null && _mapTask < _output.MapTasks)
        {
            BatchRun run = _output.Run(_mapTask, _partition);
            if (_index < run.Count)
            {
                _current = _isShared ? run.Read(_index++) : run.Take(_index++);
                return _current;
            }

            _mapTask++;
            _index = 0;
        }

        return null;
    }

    public override void Dispose() => ReleaseCurrent();

    private void ReleaseCurrent()
    {
        _current?.Release();
        _current = null;
    }
}
