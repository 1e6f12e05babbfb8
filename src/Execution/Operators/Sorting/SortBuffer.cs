using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Rows with their encoded sort keys: collected, then brought into order, then read batch by batch.</summary>
internal sealed class SortBuffer : IDisposable
{
    /// <summary>Rows compared between looks at the cancellation.</summary>
    private const int StretchRows = 1 << 16;

    /// <summary>Bytes a row needs while it is sorted: an entry, another to merge into, its place in the order.</summary>
    private const int SortingBytes = 36;

    /// <summary>The same of rows with few keys: their places only.</summary>
    private const int CountingBytes = 4;
    private readonly TaskContext _context;
    private readonly NodeList<SortKey> _order;
    private readonly CompiledExpression[] _keys;
    private readonly Vector[] _keyVectors;
    private SortKeyEncoder? _encoder;
    private ColumnAppender[]? _columns;
    private ColumnAppender?[] _keyColumns = [];
    private VectorGatherer[] _gatherers = [];
    private GrowingBuffer _encoded;
    private GrowingBuffer _encodedBatch;
    private KeyCodes? _codes;
    private NativeBuffer? _rows;
    private Vector[] _sortedColumns = [];
    private int _next;

    public SortBuffer(NodeList<SortKey> keys, TaskContext context)
    {
        _context = context;
        _order = keys;
        _keys = ExpressionCompiler.CompileAll([.. keys.Select(static key => key.Expression)], context.Evaluation);
        _keyVectors = new Vector[keys.Count];
        _encoded = new GrowingBuffer(context.Account);
        _encodedBatch = new GrowingBuffer(context.Account);
    }

    /// <summary>Rows collected.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes reserved from the account.</summary>
    public long ReservedBytes => (_columns ?? []).Sum(static column => column.ReservedBytes) + _keyColumns.Sum(static column => column?.ReservedBytes ?? 0) + _encoded.ReservedBytes + _encodedBatch.ReservedBytes + (_codes?.ReservedBytes ?? 0);

    /// <summary>Bytes that sorting will take besides.</summary>
    public long BytesToSort => (long)Count * (_codes == null ? SortingBytes : CountingBytes);

    /// <summary>Copies the rows of a batch that count.</summary>
    public void Append(Batch batch)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            _keyVectors[i] = _keys[i].Evaluate(batch);
        }

        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        if (_columns == null)
        {
            _columns = Array.ConvertAll(batch.Columns, column => ColumnAppender.Create(column.Type, _context.Account));
            _gatherers = Array.ConvertAll(batch.Columns, _ => new VectorGatherer(_context.Account));
            _encoder = SortKeyEncoder.Fitting(SortDirections.Of(_order), _keyVectors, rows, batch.RowCount);
            _keyColumns = MakeKeyColumns();
            _codes = new KeyCodes(_encoder.Stride, _context.Account);
        }

        Encode(rows, batch.RowCount);
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].Append(batch.Columns[i], batch.Selection);
        }

        for (int i = 0; i < _keyColumns.Length; i++)
        {
            _keyColumns[i]?.Append(_keyVectors[i], batch.Selection);
        }

        Count = checked(Count + batch.RowCount);
    }

    /// <summary>The rows in the order in which they came; each batch is valid until the next is asked for.</summary>
    public IEnumerable<Batch> Collected()
    {
        Vector[] all = Array.ConvertAll(_columns ?? [], static column => column.Build());
        var rows = new int[_context.BatchSize];
        for (int start = 0; start < Count; start += rows.Length)
        {
            int count = Math.Min(rows.Length, Count - start);
            for (int i = 0; i < count; i++)
            {
                rows[i] = start + i;
            }

            var columns = new Vector[all.Length];
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = _gatherers[i].Take(all[i], rows.AsSpan(0, count));
            }

            yield return new Batch(columns, count);
        }
    }

    /// <summary>Brings all rows into order.</summary>
    public void Sort() => Arrange(
        static (entries, comparer, context) =>
        {
            NativeBuffer room = NativeBuffer.Allocate(entries.Length * 16L, context.Account);
            try
            {
                SortKernel.Sort(entries, room.Span<SortEntry>(0, entries.Length), in comparer, context.Cancellation);
            }
            finally
            {
                room.Release();
            }
        },
        _context);

    /// <summary>Brings rows into order that were appended as sorted runs.</summary>
    /// <param name="runStarts">Row where each run begins.</param>
    public void MergeRuns(int[] runStarts) => Arrange(
        static (entries, comparer, argument) => RunMerger.Merge(entries, comparer, argument.Starts, argument.Context.Account, argument.Context.Cancellation), (Starts: runStarts, Context: _context));

    /// <summary>Row numbers in order, after <see cref="Sort"/>.</summary>
    public ReadOnlySpan<int> Order => _rows == null ? default : _rows.Span<int>(0, Count);

    /// <summary>Columns by row number, after <see cref="Sort"/>.</summary>
    public Vector[] Columns => _sortedColumns;

    /// <summary>Tells whether rows, by row number, have equal keys.</summary>
    public bool AreTied(int left, int right) => _codes != null ? _codes.Code(left) == _codes.Code(right) : Comparer().AreTied(left, right);

    /// <summary>Gives the positions in the order at which the keys differ from those before, 0 first, then the number of rows; after <see cref="Sort"/>.</summary>
    public void FindTies(Action<int> start)
    {
        start(0);
        if (Count == 0)
        {
            return;
        }

        if (_codes != null)
        {
            foreach (int tie in _codes.Ties().Skip(1))
            {
                start(tie);
            }

            return;
        }

        SortEntryComparer comparer = Comparer();
        ReadOnlySpan<int> order = Order;
        for (int i = 1; i < order.Length; i++)
        {
            if (i % StretchRows == 0)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
            }

            if (!comparer.AreTied(order[i - 1], order[i]))
            {
                start(i);
            }
        }

        start(Count);
    }

    /// <summary>The next rows in order, at most a batch and at most <paramref name="limit"/> of them; null at the end.</summary>
    public Batch? Next(int limit = int.MaxValue)
    {
        int count = Math.Min(Math.Min(Count - _next, _context.BatchSize), limit);
        if (count <= 0)
        {
            return null;
        }

        ReadOnlySpan<int> rows = Order.Slice(_next, count);
        _next += count;
        var columns = new Vector[_sortedColumns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _gatherers[i].Take(_sortedColumns[i], rows);
        }

        return new Batch(columns, count);
    }

    /// <summary>Leaves rows out of what <see cref="Next"/> gives.</summary>
    public void Skip(int rows) => _next = Math.Min(Count, _next + rows);

    public void Dispose()
    {
        Array.ForEach(_keys, static key => key.Dispose());
        Array.ForEach(_columns ?? [], static column => column.Dispose());
        Array.ForEach(_keyColumns, static column => column?.Dispose());
        Array.ForEach(_gatherers, static gatherer => gatherer.Dispose());
        _encoded.Dispose();
        _encodedBatch.Dispose();
        _codes?.Dispose();
        _rows?.Release();
        _rows = null;
    }

    /// <summary>Appenders for keys whose values may be needed to decide, unless they are a column that is kept anyway.</summary>
    private ColumnAppender?[] MakeKeyColumns()
    {
        var columns = new ColumnAppender?[_keys.Length];
        bool isOpen = false;
        for (int i = 0; i < columns.Length; i++)
        {
            isOpen |= SortKeyEncoder.MayBeOpen(_keyVectors[i].Type);
            columns[i] = isOpen && _order[i].Expression is not InputReference ? ColumnAppender.Create(_keyVectors[i].Type, _context.Account) : null;
        }

        return columns;
    }

    /// <summary>Encodes the keys of more rows: as numbers of whole keys as long as those are few.</summary>
    private void Encode(ReadOnlySpan<int> rows, int count)
    {
        long used = (long)Count * _encoder!.Stride;
        int bytes = count * _encoder.Stride;
        if (_codes == null)
        {
            _encoder.Encode(_keyVectors, rows, count, _encoded.Ensure(used + bytes, used).Span<byte>(used, bytes));
            return;
        }

        Span<byte> batch = _encodedBatch.Ensure(bytes, 0).Span<byte>(0, bytes);
        _encoder.Encode(_keyVectors, rows, count, batch);
        if (_encoder.IsExact && _codes.TryAppend(batch, count))
        {
            return;
        }

        Span<byte> target = _encoded.Ensure(used + bytes, 0).Span<byte>(used, bytes);
        for (int start = 0; start < Count; start += StretchRows)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            int some = Math.Min(StretchRows, Count - start);
            _codes.Decode(start, some, _encoded.Buffer.Span<byte>((long)start * _encoder.Stride, some * _encoder.Stride));
        }

        batch.CopyTo(target);
        _encodedBatch.Dispose();
        _codes.Dispose();
        _codes = null;
    }

    private SortEntryComparer Comparer()
    {
        var values = new VectorReader[_encoder!.IsExact ? 0 : _keys.Length];
        for (int i = 0; i < values.Length; i++)
        {
            // Keys before the first one that is open are never asked for.
            ColumnAppender? column = _keyColumns[i] ?? (_order[i].Expression is InputReference input ? _columns![input.Ordinal] : null);
            values[i] = column == null ? default : new VectorReader(column.Build());
        }

        return new SortEntryComparer(_encoder, _encoded.Buffer, values);
    }

    private delegate void Arrangement<in T>(Span<SortEntry> entries, SortEntryComparer comparer, T argument);

    private void Arrange<T>(Arrangement<T> arrange, T argument)
    {
        if (Count == 0)
        {
            return;
        }

        _context.Cancellation.ThrowIfCancellationRequested();
        if (_codes != null)
        {
            _codes.Sort(NativeBuffer.Reuse(ref _rows, Count * 4L, _context.Account).Span<int>(0, Count), _context.Cancellation);
        }
        else
        {
            SortEntryComparer comparer = Comparer();
            NativeBuffer buffer = NativeBuffer.Allocate(Count * 16L, _context.Account);
            try
            {
                Arrange(arrange, argument, comparer, buffer.Span<SortEntry>(0, Count));
            }
            finally
            {
                buffer.Release();
            }
        }

        _sortedColumns = Array.ConvertAll(_columns!, static column => column.Build());
        _next = 0;
    }

    private void Arrange<T>(Arrangement<T> arrange, T argument, SortEntryComparer comparer, Span<SortEntry> entries)
    {
        var pulse = new Pulse(_context.Cancellation);
        for (int row = 0; row < entries.Length; row++)
        {
            pulse.Spend(1);
            entries[row] = comparer.Entry(row);
        }

        arrange(entries, comparer, argument);
        Span<int> order = NativeBuffer.Reuse(ref _rows, Count * 4L, _context.Account).Span<int>(0, Count);
        for (int i = 0; i < entries.Length; i++)
        {
            pulse.Spend(1);
            order[i] = entries[i].Row;
        }
    }
}
