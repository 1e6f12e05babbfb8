using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Reading;

namespace SqlCluster.Execution.Storage;

/// <summary>A scan of text files that is open: blocks go to whichever task asks next, and a limit is counted over all tasks.</summary>
internal sealed class TextScanSource(ScanExec scan, TextBlockSource blocks, Func<TextScanSource, TaskContext, OperatorMetrics, TextScanReader> makeReader) : IScanSource
{
    private long _remaining = scan.Limit < 0 ? long.MaxValue : scan.Limit;

    public ScanExec Scan { get; } = scan;

    public TextBlockSource Blocks { get; } = blocks;

    public bool IsDone => Volatile.Read(ref _remaining) <= 0;

    public Operator CreateReader(TaskContext context, OperatorMetrics metrics) => makeReader(this, context, metrics);

    /// <summary>Takes rows from what the limit leaves, and returns how many of them may be put out.</summary>
    public int TakeRows(int rowCount) =>
        Scan.Limit < 0 ? rowCount : (int)Math.Clamp(Interlocked.Add(ref _remaining, -rowCount) + rowCount, 0, rowCount);

    public void Dispose() => Blocks.Dispose();
}

/// <summary>Reads blocks of a text format until none is left: filters first, then the other columns.</summary>
internal abstract class TextScanReader : Operator
{
    private readonly TextScanSource _source;
    private readonly ScanFilter[] _filters;
    private readonly ScanRuntimeFilters _runtimeFilters;
    private readonly Vector?[] _columns;
    private NativeBuffer? _rows;

    protected TextScanReader(TextScanSource source, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _source = source;
        _columns = new Vector?[source.Scan.ReadColumns.Count];
        _filters = ScanFilter.Compile(source.Scan.Filters, context.Evaluation);
        _runtimeFilters = new ScanRuntimeFilters(source.Scan, context, metrics);
    }

    protected ScanExec Scan => _source.Scan;

    /// <summary>Marks rows that are left out because they cannot be read; empty: such rows end the query. Looked at after all columns are read.</summary>
    protected virtual ReadOnlySpan<bool> DroppedRows => default;

    public override void Dispose()
    {
        foreach (ScanFilter filter in _filters)
        {
            filter.Dispose();
        }

        _runtimeFilters.Dispose();
        _rows?.Release();
        _rows = null;
    }

    protected sealed override Batch? NextCore()
    {
        while (!_source.IsDone)
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            Array.Clear(_columns);
            int rowCount = NextRows();
            if (rowCount < 0)
            {
                return null;
            }

            if (rowCount > 0 && Filter(rowCount, out SelectionVector? selection) && Output(rowCount, selection) is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    /// <summary>Takes a block.</summary>
    protected bool TryTakeBlock(ref NativeBuffer? buffer, out TextBlock block)
    {
        bool taken = _source.Blocks.TryFill(ref buffer, Context.Account, out block, Context.Cancellation);
        if (taken)
        {
            Metrics.Add("bytes read", block.LengthBytes);
        }

        return taken;
    }

    /// <summary>Goes on to the next rows: at most a batch; 0: none here, ask again; -1: the end.</summary>
    protected abstract int NextRows();

    /// <summary>Makes the vector of a read column for the current rows.</summary>
    protected abstract Vector MakeColumn(int readOrdinal);

    private Vector Column(int readOrdinal) => _columns[readOrdinal] ??= MakeColumn(readOrdinal);

    private bool Filter(int rowCount, out SelectionVector? selection)
    {
        selection = null;
        foreach (ScanFilter filter in _filters)
        {
            foreach (int ordinal in filter.Ordinals)
            {
                Column(ordinal);
            }

            selection = Kept(selection, rowCount);
            selection = filter.Apply(_columns, rowCount, selection) ?? selection;
            if (selection is { Count: 0 })
            {
                return false;
            }
        }

        for (int i = 0; i < _runtimeFilters.Count; i++)
        {
            if (_runtimeFilters.IsWorthwhile(i))
            {
                selection = _runtimeFilters.Apply(i, Column(_runtimeFilters.Ordinal(i)), selection);
            }

            if (selection is { Count: 0 })
            {
                return false;
            }
        }

        return true;
    }

    private Batch? Output(int rowCount, SelectionVector? selection)
    {
        var output = new Vector[Scan.OutputOrdinals.Count];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = Column(Scan.OutputOrdinals[i]);
        }

        selection = Kept(selection, rowCount);
        int selected = selection?.Count ?? rowCount, granted = _source.TakeRows(selected);
        if (granted == 0)
        {
            return null;
        }

        if (granted < selected)
        {
            selection = selection != null ? new SelectionVector(selection.Buffer, granted) : AllRows(granted);
        }

        return new Batch(output, rowCount, selection);
    }

    private SelectionVector AllRows(int count)
    {
        NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, (count + 16L) * sizeof(int), Context.Account);
        Span<int> rows = buffer.Span<int>(0, count);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        return new SelectionVector(buffer, count);
    }

    private SelectionVector? Kept(SelectionVector? selection, int rowCount)
    {
        ReadOnlySpan<bool> dropped = DroppedRows;
        if (dropped.IsEmpty || !dropped[..rowCount].Contains(true))
        {
            return selection;
        }

        ReadOnlySpan<int> old = selection == null ? default : selection.Rows.ToArray();
        int count = 0, candidates = selection?.Count ?? rowCount;
        NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, (rowCount + 16L) * sizeof(int), Context.Account);
        Span<int> rows = buffer.Span<int>(0, rowCount);
        for (int i = 0; i < candidates; i++)
        {
            int row = selection == null ? i : old[i];
            if (!dropped[row])
            {
                rows[count++] = row;
            }
        }

        return new SelectionVector(buffer, count);
    }
}
