using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Window;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Collects and sorts its input, then adds the window columns batch by batch.</summary>
/// <remarks>When memory is short, the rows go to disk, spread by the partition keys, and the windows of one such part are computed after the other. Windows without partition keys stay in memory.</remarks>
internal sealed class WindowOperator : Operator
{
    private readonly WindowExec _plan;
    private readonly ExpressionList? _keys;
    private readonly Stack<(List<SpillBlock> Blocks, int Level)> _parts = new();
    private Operator? _input;
    private WindowPart _part;
    private BlockWriter? _writer;

    public WindowOperator(WindowExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _input = input;
        _part = new WindowPart(plan, context);
        _keys = plan.Calls[0].PartitionBy.IsEmpty ? null : new ExpressionList(plan.Calls[0].PartitionBy, context.Evaluation);
    }

    protected override Batch? NextCore()
    {
        if (_input != null)
        {
            Collect(Batches(_input), 0);
            _input.Dispose();           // what it holds makes room
            _input = null;
        }

        while (true)
        {
            if (_part.Next() is { } batch)
            {
                return batch;
            }

            if (!_parts.TryPop(out (List<SpillBlock> Blocks, int Level) part))
            {
                return null;
            }

            _part.Dispose();
            _part = new WindowPart(_plan, Context);
            Collect(BlockReader.ReadAll(part.Blocks, Context.Account), part.Level + 1);
        }
    }

    public override void Dispose()
    {
        _part.Dispose();
        _keys?.Dispose();
        _writer?.Dispose();
        _writer?.File.Dispose();
        _input?.Dispose();
    }

    private static IEnumerable<Batch> Batches(Operator input)
    {
        while (input.Next() is { } batch)
        {
            yield return batch;
        }
    }

    /// <summary>Takes rows into memory and sorts them, or spreads them over new parts on disk when they are too many.</summary>
    private void Collect(IEnumerable<Batch> batches, int level)
    {
        MemoryArbiter memory = Context.Query.Memory;
        bool maySpill = _keys != null && level < (memory.IsForced ? 2 : SpillPartitions.MostLevels);
        SpilledRows? spilled = null;
        try
        {
            foreach (Batch batch in batches)
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                if (spilled != null)
                {
                    spilled.Append(batch);
                    continue;
                }

                _part.Rows.Append(batch);
                if (maySpill && !memory.IsCalm && memory.MustSpill(_part.Rows.ReservedBytes, _part.Rows.BytesToSort))
                {
                    spilled = MoveOut(level);
                }
            }

            if (spilled == null)
            {
                _part.Rows.Sort();
                return;
            }

            spilled.Complete();
            for (int p = SpillPartitions.Fanout - 1; p >= 0; p--)
            {
                if (spilled.Blocks(p).Count > 0)
                {
                    _parts.Push((spilled.Blocks(p), level));
                }
            }
        }
        finally
        {
            spilled?.Dispose();
        }
    }

    private SpilledRows MoveOut(int level)
    {
        _writer ??= new BlockWriter(Context.Query.Spill.Create(Metrics));
        var spilled = new SpilledRows(_writer, level, _keys!.Evaluate, Context);
        foreach (Batch batch in _part.Rows.Collected())
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            spilled.Append(batch);
        }

        _part.Dispose();
        _part = new WindowPart(_plan, Context);
        return spilled;
    }
}

/// <summary>Rows of whole window partitions, and the window columns over them.</summary>
internal sealed class WindowPart : IDisposable
{
    private readonly WindowColumn[] _columns;
    private int _next;

    public WindowPart(WindowExec plan, TaskContext context)
    {
        Rows = new WindowRows(plan, context);
        _columns = [.. plan.Calls.Select(call => Column(call, Rows, context))];
    }

    public WindowRows Rows { get; }

    /// <summary>The next rows in window order with their window columns, once they are sorted; null at the end.</summary>
    public Batch? Next()
    {
        if (Rows.Next() is not { } rows)
        {
            return null;
        }

        var columns = new Vector[rows.Columns.Length + _columns.Length];
        rows.Columns.CopyTo(columns, 0);
        for (int i = 0; i < _columns.Length; i++)
        {
            columns[rows.Columns.Length + i] = _columns[i].Compute(_next, rows.Length);
        }

        _next += rows.Length;
        return new Batch(columns, rows.Length);
    }

    public void Dispose()
    {
        Array.ForEach(_columns, static column => column.Dispose());
        Rows.Dispose();
    }

    private static WindowColumn Column(WindowCall call, WindowRows rows, TaskContext context) => WindowFunctions.Find(call.Function) switch
    {
        null => AggregateColumn.Create(call, rows, context),
        WindowFunctionKind.Lag or WindowFunctionKind.Lead => new OffsetColumn(call, rows, context),
        WindowFunctionKind.FirstValue or WindowFunctionKind.LastValue or WindowFunctionKind.NthValue => new FrameValueColumn(call, rows, context),
        { } kind => new RankColumn(kind, call, rows, context),
    };
}

/// <summary>Computes one call for rows in window order. Columns ask for what they need when they are made and compute when all rows are in order.</summary>
internal abstract class WindowColumn : IDisposable
{
    /// <summary>Values of the next rows: <paramref name="start"/> is where the last call ended. Valid until the next call.</summary>
    public abstract Vector Compute(int start, int count);

    public abstract void Dispose();
}
