using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using SqlCluster.Execution.Operators.Aggregation;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>An aggregate over window frames, computed by the same accumulators as in GROUP BY.</summary>
internal abstract class AggregateColumn : WindowColumn
{
    private readonly WindowRows _rows;
    private readonly int[] _arguments;
    private readonly int _filter;

    protected AggregateColumn(WindowCall call, WindowRows rows, TaskContext context)
    {
        _rows = rows;
        Context = context;
        AggregateCall = new AggregateCall(call.Function, call.Arguments, call.ResultType, false, call.Filter, []);
        Accumulator = NewAccumulator();
        Arguments = new FeedColumns([], context.Account);
        _arguments = [.. call.Arguments.Select(rows.Keep)];
        _filter = call.Filter is null ? -1 : rows.Keep(call.Filter);
    }

    protected TaskContext Context { get; }

    protected AggregateCall AggregateCall { get; }

    protected Accumulator Accumulator { get; }

    /// <summary>Arguments of all rows in window order.</summary>
    protected FeedColumns Arguments { get; private set; }

    /// <summary>The FILTER's truth for all rows in window order; null without one.</summary>
    private RowReader? Filter { get; set; }

    private RowReader? LeavingFilter { get; set; }

    public static AggregateColumn Create(WindowCall call, WindowRows rows, TaskContext context)
    {
        if (call.IsDistinct)
        {
            throw WindowErrors.Distinct();
        }

        var frame = new FrameCursor(call, rows, context);
        return frame.IsWholePartition ? new PartitionAggregateColumn(call, rows, context)
            : RunningColumn.TryCreate(call, frame, rows, context) is { } running ? running
            : new FrameAggregateColumn(call, frame, rows, context);
    }

    public override void Dispose()
    {
        Accumulator.Dispose();
        Arguments.Dispose();
    }

    protected Accumulator NewAccumulator() => CallBinder.Bind(AggregateCall, AggregateFunctions.Of(AggregateCall.Function), groupsMayBeEmpty: true, Context.Evaluation);

    /// <summary>Call when all rows are in order.</summary>
    protected void Begin()
    {
        Arguments = new FeedColumns(Array.ConvertAll(_arguments, _rows.Values), Context.Account);
        Filter = _filter < 0 ? null : _rows.Values(_filter).Read();
        LeavingFilter = _filter < 0 ? null : _rows.Values(_filter).Read();
    }

    /// <summary>Whether every row counts.</summary>
    protected bool CountsAll => Filter is null;

    /// <summary>Whether a row counts.</summary>
    protected bool Counts(int row) => Counts(Filter, row);

    /// <summary>As <see cref="Counts(int)"/>, for rows far behind.</summary>
    protected bool Counted(int row) => Counts(LeavingFilter, row);

    private static bool Counts(RowReader? filter, int row) => filter is null || (!filter.IsNull(row) && filter.Boolean(row));
}

/// <summary>Every frame is its whole partition: one group a partition, filled once.</summary>
internal sealed class PartitionAggregateColumn : AggregateColumn
{
    private readonly WindowRows _rows;
    private readonly RowList _feed;
    private readonly VectorGatherer _gatherer;
    private RowCursor? _cursor;
    private NativeBuffer? _groups;

    public PartitionAggregateColumn(WindowCall call, WindowRows rows, TaskContext context)
        : base(call, rows, context)
    {
        _rows = rows;
        _feed = new RowList(context.Account);
        _gatherer = new VectorGatherer(context.Account);
    }

    public override Vector Compute(int start, int count)
    {
        if (_cursor == null)
        {
            Fill();
        }

        RowCursor cursor = _cursor ?? new RowCursor(_rows);
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        cursor.MoveTo(start);
        int first = cursor.Partition;
        for (int i = 0; i < count; i++)
        {
            cursor.MoveTo(start + i);
            groups[i] = cursor.Partition - first;
        }

        _cursor = cursor;
        return _gatherer.Take(Accumulator.Finish(first, cursor.Partition - first + 1), groups);
    }

    public override void Dispose()
    {
        base.Dispose();
        _feed.Dispose();
        _gatherer.Dispose();
        _groups?.Release();
        _groups = null;
    }

    private void Fill()
    {
        Begin();
        int partitions = _rows.PartitionStarts.Count - 1;
        RowNumbers.Reader starts = _rows.PartitionStarts.Read();
        Accumulator.Resize(partitions);
        for (int partition = 0; partition < partitions; partition++)
        {
            int row = starts[partition], end = starts[partition + 1];
            while (CountsAll && row < end)
            {
                row += _feed.AddRange(row, end - row, partition);
                if (row < end)
                {
                    Context.Cancellation.ThrowIfCancellationRequested();
                    _feed.UpdateInto(Accumulator, Arguments, partitions);
                }
            }

            for (; row < end; row++)
            {
                if (Counts(row) && _feed.Add(row, partition))
                {
                    Context.Cancellation.ThrowIfCancellationRequested();
                    _feed.UpdateInto(Accumulator, Arguments, partitions);
                }
            }
        }

        _feed.UpdateInto(Accumulator, Arguments, partitions);
    }
}
