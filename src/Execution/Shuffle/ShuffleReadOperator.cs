using System.Collections.Concurrent;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Reads a task's partitions of another stage's output by reference. Batches that only one task reads are given back as soon as they are read.</summary>
internal sealed class ShuffleReadOperator : Operator
{
    private readonly BatchCursor _cursor;
    private readonly bool _isKept;
    private Batch? _current;

    private ShuffleReadOperator(BatchCursor cursor, bool isKept, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _cursor = cursor;
        _isKept = isKept;
    }

    public static Operator Create(ShuffleReadExec read, TaskContext context, OperatorMetrics metrics)
    {
        ShuffleOutput? output = context.Query.FindShared<ShuffleOutput>(read.Stage);
        if (!read.Exchange.SortKeys.IsEmpty)
        {
            return new MergeReadOperator(read, context.Partition == 0 ? output : null, context, metrics);
        }

        PartitionRange range = RangeOf(read, output, context);
        BatchCursor cursor = read.TakesTurns && range.Sharers > 1
            ? context.Query.Shared(read, static () => new SharedCursors()).For(range, () => new BatchCursor(output, range))
            : new BatchCursor(output, range);
        return new ShuffleReadOperator(cursor, isKept: read.Exchange.Kind == ExchangeKind.Broadcast, context, metrics);
    }

    /// <summary>Rows that a task will read, or the tasks that share its range.</summary>
    public static long RowCount(ShuffleReadExec read, TaskContext context)
    {
        ShuffleOutput? output = context.Query.FindShared<ShuffleOutput>(read.Stage);
        PartitionRange range = RangeOf(read, output, context);
        long rows = 0;
        for (int partition = range.Start; partition < range.End; partition++)
        {
            rows += output!.RowCount(partition);
        }

        return rows;
    }

    protected override Batch? NextCore()
    {
        ReleaseCurrent();
        if (_cursor.Next() is (BatchRun run, int index))
        {
            _current = _isKept ? run.Read(index) : run.Take(index);
        }

        return _current;
    }

    public override void Dispose() => ReleaseCurrent();

    private void ReleaseCurrent()
    {
        _current?.Release();
        _current = null;
    }

    /// <summary>A broadcast whole, a gathered partition in the first task, the task's range of everything else; never more than there is.</summary>
    private static PartitionRange RangeOf(ShuffleReadExec read, ShuffleOutput? output, TaskContext context)
    {
        PartitionRange range = read.Exchange.Kind switch
        {
            ExchangeKind.Broadcast => new PartitionRange(0, output?.Partitions ?? 0),
            ExchangeKind.Gather => new PartitionRange(context.Partition, context.Partition + 1),
            ExchangeKind.Hash or ExchangeKind.RoundRobin => context.Range,
        };
        return range.End <= (output?.Partitions ?? 0) ? range : PartitionRange.None;
    }

    /// <summary>The cursors of ranges that several tasks share, by first partition.</summary>
    private sealed class SharedCursors
    {
        private readonly ConcurrentDictionary<int, Lazy<BatchCursor>> _cursors = new();

        public BatchCursor For(PartitionRange range, Func<BatchCursor> make) => _cursors.GetOrAdd(range.Start, _ => new Lazy<BatchCursor>(make)).Value;
    }
}
