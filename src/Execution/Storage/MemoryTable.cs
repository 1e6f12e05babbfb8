using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Storage;

/// <summary>A table whose rows are batches in memory: CREATE TABLE, temporary tables, cached results.</summary>
/// <remarks>Readers see the rows of the moment their scan opens; writers replace the list of batches as a whole. Thread-safe.</remarks>
public sealed class MemoryTable : IScannableTable, IDisposable
{
    private readonly MemoryAccount _account;
    private readonly Lock _lock = new();
    private Batch[] _batches = [];
    private Snapshot? _snapshot;
    private long _version;

    public MemoryTable(string name, NodeList<TableColumn> columns, long limitBytes = long.MaxValue)
    {
        Name = name;
        Columns = columns;
        _account = new MemoryAccount($"table {name}", limitBytes);
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public long RowCount => Batches.Sum(static batch => (long)batch.Length);

    public TableStatistics Statistics => new(RowCount, true, Columns.Map(static _ => new ColumnStatistics(null, null)));

    public string ContentVersion
    {
        get
        {
            lock (_lock)
            {
                return _version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    private Batch[] Batches
    {
        get
        {
            lock (_lock)
            {
                return _batches;
            }
        }
    }

    /// <summary>Comparisons with a key are looked up in the stored columns.</summary>
    public bool CanPushFilter(Expression predicate) => KeyFilter.IsOne(predicate);

    public IScanSource OpenScan(ScanExec scan, QueryContext query)
    {
        lock (_lock)
        {
            _snapshot ??= new Snapshot(_batches);
            _snapshot.Retain();
            return new MemoryScan(scan, _snapshot);
        }
    }

    /// <summary>Collects rows that become visible all at once.</summary>
    /// <param name="replace">Whether they take the place of the rows that are there.</param>
    public Writer OpenWriter(bool replace) => new(this, replace);

    /// <summary>Gives the memory back. No scan may be open.</summary>
    public void Dispose() => _account.Dispose();

    private void Publish(List<Batch> added, bool replace)
    {
        lock (_lock)
        {
            Batch[] old = _batches;
            _batches = replace ? [.. added] : [.. old, .. added];
            _version++;
            Snapshot? snapshot = _snapshot;
            _snapshot = null;
            if (replace)
            {
                // Scans that are open hold references of their own through their snapshot.
                Array.ForEach(old, static batch => batch.Release());
            }

            snapshot?.Release();
        }
    }

    /// <summary>Rows on their way into the table; they are copied. Without <see cref="Commit"/> nothing is kept.</summary>
    public sealed class Writer : IDisposable
    {
        private readonly MemoryTable _table;
        private readonly bool _replace;
        private readonly List<Batch> _batches = [];
        private readonly PartitionBuffer _buffer;
        private bool _committed;

        internal Writer(MemoryTable table, bool replace)
        {
            _table = table;
            _replace = replace;
            _buffer = new PartitionBuffer(table._account, Batch.DefaultRows, _batches.Add);
        }

        public long RowCount { get; private set; }

        /// <exception cref="Parser.Errors.QueryException">A row breaks a constraint of the table (23502, 22001).</exception>
        public void Append(Batch batch)
        {
            RowConstraints.Check(_table.Columns, _table.Name, batch);
            RowCount += batch.RowCount;
            _buffer.Append(batch);
        }

        public void Commit()
        {
            _buffer.Finish();
            _table.Publish(_batches, _replace);
            _committed = true;
        }

        public void Dispose()
        {
            if (!_committed)
            {
                _buffer.Dispose();
                _batches.ForEach(static batch => batch.Release());
            }
        }
    }

    /// <summary>The batches of a moment, kept while scans read them.</summary>
    private sealed class Snapshot
    {
        private int _users = 1;

        public Snapshot(Batch[] batches)
        {
            Batches = batches;
            Array.ForEach(batches, static batch => batch.Retain());
        }

        public Batch[] Batches { get; }

        public void Retain() => Interlocked.Increment(ref _users);

        public void Release()
        {
            if (Interlocked.Decrement(ref _users) == 0)
            {
                Array.ForEach(Batches, static batch => batch.Release());
            }
        }
    }

    private sealed class MemoryScan(ScanExec scan, Snapshot snapshot) : IScanSource
    {
        private int _next;

        public Operator CreateReader(TaskContext context, OperatorMetrics metrics) =>
            scan.Filters.IsEmpty ? new Reader(scan, this, context, metrics) : new KeyLookupReader(scan, Take, context, metrics);

        public Batch? Take()
        {
            int index = Interlocked.Increment(ref _next) - 1;
            return (uint)index < (uint)snapshot.Batches.Length ? snapshot.Batches[index] : null;
        }

        public void Dispose() => snapshot.Release();
    }

    /// <summary>Hands out stored batches, in windows of the session's batch size.</summary>
    private sealed class Reader(ScanExec scan, MemoryScan source, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
    {
        private readonly int[] _ordinals = [.. scan.OutputOrdinals.Select(ordinal => scan.TableOrdinals[ordinal])];
        private Batch? _current;
        private int _start;
        private NativeBuffer? _rows;

        protected override Batch? NextCore()
        {
            if (_current == null || _start >= _current.Length)
            {
                Batch? stored = source.Take();
                if (stored == null)
                {
                    return null;
                }

                _current = new Batch(Array.ConvertAll(_ordinals, ordinal => stored.Columns[ordinal]), stored.Length);
                _start = 0;
            }

            int first = _start, count = Math.Min(Context.BatchSize, _current.Length - first);
            _start += count;
            return count == _current.Length ? _current : Window(_current, first, count);
        }

        public override void Dispose()
        {
            _rows?.Release();
            _rows = null;
        }

        private Batch Window(Batch batch, int first, int count)
        {
            NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, count * 4L, Context.Account);
            Span<int> rows = buffer.Span<int>(0, count);
            for (int i = 0; i < count; i++)
            {
                rows[i] = first + i;
            }

            return new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, count));
        }
    }
}
