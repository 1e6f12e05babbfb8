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
/// <remarks>
/// The table is what names stand for; its rows are those of a <see cref="TableVersion"/>, one of which is the current one. A query reads the version that it was
/// given (<see cref="Show"/>), or the one that is current when its scan opens. Thread-safe.
/// </remarks>
public sealed class MemoryTable : IScannableTable, IDisposable
{
    private readonly MemoryAccount _account;
    private readonly Lock _lock = new();
    private TableVersion? _current = TableVersion.Of();
    private long _rowCount;
    private long _published;

    public MemoryTable(string name, NodeList<TableColumn> columns, long limitBytes = long.MaxValue)
        : this(name, columns, new MemoryAccount($"table {name}", limitBytes))
    {
    }

    private MemoryTable(string name, NodeList<TableColumn> columns, MemoryAccount account)
    {
        Name = name;
        Columns = columns;
        _account = account;
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    /// <summary>Rows of the current version.</summary>
    public long RowCount => Volatile.Read(ref _rowCount);

    /// <summary>Bytes of all versions that are still held, and of rows on their way in.</summary>
    public long UsedBytes => _account.UsedBytes;

    public TableStatistics Statistics => new(RowCount, true, Columns.Map(static _ => new ColumnStatistics(null, null)));

    public string ContentVersion => Volatile.Read(ref _published).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Comparisons with a key are looked up in the stored columns.</summary>
    public bool CanPushFilter(Expression predicate) => KeyFilter.IsOne(predicate);

    /// <exception cref="Parser.Errors.QueryException">42P01: the table was dropped since the query was planned.</exception>
    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new MemoryScan(scan, query.FindShared<ShownVersion>(this)?.Version.Retain() ?? Pin());

    /// <summary>Has a query read a version instead of the current one.</summary>
    /// <param name="query">The query, before it starts; it holds the version until its end.</param>
    /// <param name="version">The version; the query takes over the caller's hold.</param>
    public void Show(QueryContext query, TableVersion version)
    {
        ShownVersion? shown = null;
        query.SharedByKey(this, () => shown = new ShownVersion(version));
        if (shown == null)
        {
            version.Release();
        }
    }

    /// <summary>The current version, to be released.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P01: the table was dropped.</exception>
    public TableVersion Pin() => TryPin() ?? throw ExecutionErrors.TableDropped(Name);

    /// <summary>As <see cref="Pin"/>; null when the table was dropped.</summary>
    public TableVersion? TryPin()
    {
        lock (_lock)
        {
            return _current?.Retain();
        }
    }

    /// <summary>Makes a version the current one, taking over the caller's hold; versions that others hold stay readable for them. After <see cref="Drop"/> nothing happens.</summary>
    public void Publish(TableVersion version)
    {
        TableVersion? old;
        lock (_lock)
        {
            old = _current;
            if (old != null)
            {
                _current = version;
                _rowCount = version.RowCount;
                _published++;
            }
        }

        (old ?? version).Release();
    }

    /// <summary>Gives the rows back as soon as nobody reads them; new queries fail.</summary>
    public void Drop()
    {
        TableVersion? old;
        lock (_lock)
        {
            old = _current;
            _current = null;
        }

        old?.Release();
    }

    /// <summary>A table for rows that are to become this one's, with other columns beside them perhaps: its bytes count as this one's.</summary>
    public MemoryTable Beside(NodeList<TableColumn> columns) => new(Name, columns, _account);

    /// <summary>Collects rows for the table.</summary>
    public Writer OpenWriter() => new(this);

    /// <summary>Gives the memory back. No scan may be open.</summary>
    public void Dispose() => _account.Dispose();

    /// <summary>Rows on their way into the table; they are copied. Unless they are taken or committed nothing is kept.</summary>
    public sealed class Writer : IDisposable
    {
        private readonly List<Batch> _kept = [];
        private readonly List<Batch> _batches = [];
        private readonly PartitionBuffer _buffer;
        private bool _taken;

        internal Writer(MemoryTable table)
        {
            Table = table;
            _buffer = new PartitionBuffer(table._account, Batch.DefaultRows, _batches.Add);
        }

        public MemoryTable Table { get; }

        /// <summary>Rows appended.</summary>
        public long RowCount { get; private set; }

        /// <exception cref="Parser.Errors.QueryException">A row breaks a constraint of the table (23502, 22001).</exception>
        public void Append(Batch batch)
        {
            RowConstraints.Check(Table.Columns, Table.Name, batch);
            RowCount += batch.RowCount;
            _buffer.Append(batch);
        }

        /// <summary>Appends some rows of a batch, one at least.</summary>
        /// <exception cref="Parser.Errors.QueryException">A row breaks a constraint of the table (23502, 22001).</exception>
        public void Append(Batch batch, ReadOnlySpan<int> rows)
        {
            RowConstraints.Check(Table.Columns, Table.Name, batch, rows);
            RowCount += rows.Length;
            _buffer.Append(batch, rows);
        }

        /// <summary>Takes a stored batch of the table as it is, in front of the rows appended.</summary>
        public void Keep(Batch stored) => _kept.Add(stored.Retain());

        /// <summary>Takes rows of a stored batch of the table; they count as kept, not as appended.</summary>
        public void Copy(Batch stored, ReadOnlySpan<int> rows) => _buffer.Append(stored, rows);

        /// <summary>Takes all rows of a batch, whose constraints have been checked; they count as kept, not as appended.</summary>
        public void Copy(Batch batch) => _buffer.Append(batch);

        /// <summary>The rows, whose references pass to the caller; the writer has none any more.</summary>
        public Batch[] Take()
        {
            _buffer.Finish();
            _taken = true;
            return [.. _kept, .. _batches];
        }

        /// <summary>Makes the rows the table's only ones at once, outside of transactions: for tables that nobody else sees yet.</summary>
        public void Fill() => Table.Publish(TableVersion.Of(Take()));

        public void Dispose()
        {
            if (!_taken)
            {
                _buffer.Dispose();
                _batches.ForEach(static batch => batch.Release());
                _kept.ForEach(static batch => batch.Release());
            }
        }
    }

    /// <summary>The version that a query reads, held with the query.</summary>
    private sealed class ShownVersion(TableVersion version) : IDisposable
    {
        public TableVersion Version => version;

        public void Dispose() => version.Release();
    }
}
