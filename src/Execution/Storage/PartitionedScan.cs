using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Storage;

/// <summary>A partition's part of a scan.</summary>
/// <param name="Scan">What its files are asked for.</param>
/// <param name="Values">Per output column the partition's value; null: the column comes from the files.</param>
internal sealed record PartitionScan(ScanExec Scan, IReadOnlyList<Literal?> Values);

/// <summary>Scans partitions one after the other; tasks share a partition's files and go on to the next on their own.</summary>
internal sealed class PartitionedScanSource(ScanExec scan, IReadOnlyList<PartitionScan> partitions, int prunedCount, QueryContext query) : IScanSource
{
    private readonly Lazy<IScanSource>[] _sources =
        [.. partitions.Select((partition, index) => new Lazy<IScanSource>(() => ((IScannableTable)partition.Scan.Table).OpenScan(partition.Scan, Shared(query, index))))];

    private long _remaining = scan.Limit < 0 ? long.MaxValue : scan.Limit;
    private int _prunedCount = prunedCount;

    public int Count => partitions.Count;

    public bool IsDone => Volatile.Read(ref _remaining) <= 0;

    public Operator CreateReader(TaskContext context, OperatorMetrics metrics)
    {
        int pruned = Interlocked.Exchange(ref _prunedCount, 0);
        if (pruned > 0)
        {
            metrics.Add("partitions pruned", pruned);
        }

        return new Reader(this, context, metrics);
    }

    public void Dispose()
    {
        foreach (Lazy<IScanSource> source in _sources)
        {
            if (source.IsValueCreated)
            {
                source.Value.Dispose();
            }
        }
    }

    private int TakeRows(int rowCount) => scan.Limit < 0 ? rowCount : (int)Math.Clamp(Interlocked.Add(ref _remaining, -rowCount) + rowCount, 0, rowCount);

    private sealed class Reader(PartitionedScanSource source, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
    {
        private readonly List<ResultColumn> _constants = [];
        private Vector?[] _values = [];
        private OperatorMetrics _partMetrics = new();
        private Operator? _reader;
        private int _next;
        private NativeBuffer? _rows;

        public override void Dispose()
        {
            Close();
            _rows?.Release();
            _rows = null;
        }

        protected override Batch? NextCore()
        {
            while (!source.IsDone && (_reader != null || Open()))
            {
                if (_reader!.Next() is not { } batch)
                {
                    Close();
                    continue;
                }

                int granted = source.TakeRows(batch.RowCount);
                return granted == 0 ? null : Complete(batch, granted);
            }

            return null;
        }

        private bool Open()
        {
            if (_next == source.Count)
            {
                return false;
            }

            Context.Cancellation.ThrowIfCancellationRequested();
            _partMetrics = new OperatorMetrics(Metrics.Memory);
            _values = [.. source.Values(_next).Select(value => value == null ? null : Constant(value))];
            _reader = source._sources[_next++].Value.CreateReader(Context, _partMetrics);
            return true;
        }

        private Vector Constant(Literal literal)
        {
            Vector vector = LiteralVectors.ToVector(literal, Context.Account, out ResultColumn column);
            _constants.Add(column);
            return vector;
        }

        private void Close()
        {
            _reader?.Dispose();
            _reader = null;
            _constants.ForEach(static column => column.Dispose());
            _constants.Clear();
            foreach ((string name, long amount) in _partMetrics.Counters)
            {
                Metrics.Add(name, amount);
            }

            _partMetrics = new OperatorMetrics(Metrics.Memory);
        }

        private Batch Complete(Batch batch, int granted)
        {
            var columns = new Vector[_values.Length];
            int inFile = 0;
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = _values[i] is { } value ? new ConstantVector(value, batch.Length) : batch.Columns[inFile++];
            }

            SelectionVector? selection = batch.Selection;
            if (granted < batch.RowCount)
            {
                selection = selection != null ? new SelectionVector(selection.Buffer, granted) : FirstRows(granted);
            }

            return new Batch(columns, batch.Length, selection);
        }

        private SelectionVector FirstRows(int count)
        {
            NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, (count + 16L) * sizeof(int), Context.Account);
            Span<int> rows = buffer.Span<int>(0, count);
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = i;
            }

            return new SelectionVector(buffer, count);
        }
    }

    /// <summary>Among several executors each partition is dealt beginning with another one, as most partitions are a single piece.</summary>
    private static QueryContext Shared(QueryContext query, int index) => query.Share.IsWhole ? query : new QueryContext(query, query.Share.Rotated(index), query.Cancellation);

    private IReadOnlyList<Literal?> Values(int index) => partitions[index].Values;
}
