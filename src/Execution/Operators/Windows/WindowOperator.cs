using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Window;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Collects and sorts its input, then adds the window columns batch by batch.</summary>
/// <remarks><code>
/// rows ─▶ in memory, sorted                                          when they fit
///      ─▶ spread over files by their partition keys, each as above   when they do not
///      ─▶ sorted on disk, read by row number from there              one partition that is too large
/// </code></remarks>
internal sealed class WindowOperator : Operator
{
    private readonly WindowExec _plan;
    private readonly ExpressionList? _keys;
    private readonly Stack<(List<SpillBlock> Blocks, int Level)> _parts = new();
    private Operator? _input;
    private WindowPart? _part;
    private BlockWriter? _writer;

    public WindowOperator(WindowExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _input = input;
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
            if (_part?.Next() is { } batch)
            {
                return batch;
            }

            if (!_parts.TryPop(out (List<SpillBlock> Blocks, int Level) part))
            {
                return null;
            }

            Collect(BlockReader.ReadAll(part.Blocks, Context.Account), part.Level + 1);
        }
    }

    public override void Dispose()
    {
        _part?.Dispose();
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

    /// <summary>Takes rows into memory and sorts them; when they are too many, spreads them over new parts on disk, or sorts them there if they are of one partition.</summary>
    private void Collect(IEnumerable<Batch> batches, int level)
    {
        MemoryArbiter memory = Context.Query.Memory;
        bool maySpread = _keys != null && level < (memory.IsForced ? 2 : SpillPartitions.MostLevels);
        MemoryWindowRows? rows = new(_plan, Context);
        SetPart(rows);
        SpilledRows? spread = null;
        ExternalSort? sort = null;
        try
        {
            foreach (Batch batch in batches)
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                if (rows == null)
                {
                    spread?.Append(batch);
                    sort?.Append(batch);
                    continue;
                }

                rows.Append(batch);
                if (!memory.IsCalm && memory.MustSpill(rows.ReservedBytes, rows.BytesToSort))
                {
                    _writer ??= new BlockWriter(Context.Query.Spill.Create(Metrics));
                    spread = maySpread ? Spread(rows, level) : null;
                    sort = maySpread ? null : new ExternalSort(WindowRows.OrderOf(_plan), rows.GiveUp(), Context, Metrics);
                    rows = null;
                    SetPart(null);
                }
            }

            rows?.Sort();
            if (spread != null)
            {
                spread.Complete();
                Push(spread, level);
            }

            if (sort != null)
            {
                sort.Complete();
                var spilled = new SpilledWindowRows(_plan, _writer!, Context);
                SetPart(spilled);
                spilled.Fill(sort, WindowRows.OrderOf(_plan));
                Metrics.Add("spilled window partitions", spilled.PartitionStarts.Count - 1);
            }
        }
        finally
        {
            spread?.Dispose();
            sort?.Dispose();
        }
    }

    private SpilledRows Spread(MemoryWindowRows rows, int level)
    {
        var spread = new SpilledRows(_writer!, level, _keys!.Evaluate, Context);
        foreach (Batch batch in rows.Collected())
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            spread.Append(batch);
        }

        return spread;
    }

    private void Push(SpilledRows spread, int level)
    {
        int[] used = [.. Enumerable.Range(0, SpillPartitions.Fanout).Where(part => spread.Blocks(part).Count > 0)];
        for (int i = used.Length - 1; i >= 0; i--)
        {
            // What spreading leaves together is one partition, or as good as one.
            _parts.Push((spread.Blocks(used[i]), used.Length == 1 ? SpillPartitions.MostLevels : level));
        }
    }

    private void SetPart(WindowRows? rows)
    {
        _part?.Dispose();
        _part = rows == null ? null : new WindowPart(rows, _plan, Context);
    }
}

/// <summary>Rows of whole window partitions, and the window columns over them.</summary>
internal sealed class WindowPart : IDisposable
{
    private readonly WindowRows _rows;
    private readonly WindowColumn[] _columns;
    private readonly CancellationToken _cancellation;
    private int _next;

    /// <param name="rows">Before the first row has come; disposed with this.</param>
    /// <param name="plan">The window.</param>
    /// <param name="context">The task.</param>
    public WindowPart(WindowRows rows, WindowExec plan, TaskContext context)
    {
        _rows = rows;
        _cancellation = context.Cancellation;
        _columns = new WindowColumn[plan.Calls.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            _columns[i] = Column(plan.Calls[i], rows, context);
        }
    }

    /// <summary>The next rows in window order with their window columns, once they are sorted; null at the end.</summary>
    public Batch? Next()
    {
        if (_rows.Next() is not { } rows)
        {
            return null;
        }

        var columns = new Vector[rows.Columns.Length + _columns.Length];
        rows.Columns.CopyTo(columns, 0);
        for (int i = 0; i < _columns.Length; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            columns[rows.Columns.Length + i] = _columns[i].Compute(_next, rows.Length);
        }

        _next += rows.Length;
        return new Batch(columns, rows.Length);
    }

    public void Dispose()
    {
        Array.ForEach(_columns, static column => column.Dispose());
        _rows.Dispose();
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
