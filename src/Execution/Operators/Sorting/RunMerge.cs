using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Merges sorted runs as they are read, by a heap of their first rows. Rows that tie come in the order of the runs.</summary>
internal sealed class RunMerge : IDisposable
{
    private readonly TaskContext _context;
    private readonly Func<Func<Batch?>, RunCursor> _makeCursor;
    private readonly RunCursor[] _cursors;
    private readonly int[] _heap;
    private readonly int[] _rows;
    private ColumnAppender[]? _columns;
    private int _heapCount;
    private Batch? _last;
    private RunCursor? _lastCursor;
    private bool _isReady;

    /// <param name="runs">Each gives the batches of a run, which pass to the merge.</param>
    /// <param name="keys">The order.</param>
    /// <param name="context">The task.</param>
    public RunMerge(IEnumerable<Func<Batch?>> runs, NodeList<SortKey> keys, TaskContext context)
    {
        _context = context;
        _makeCursor = next => new RunCursor(next, keys, context);
        RunCursor[] cursors = _cursors = [.. runs.Select(_makeCursor)];
        _heap = new int[cursors.Length];
        _rows = new int[context.BatchSize];
    }

    /// <summary>The next rows in order, at most a batch and at most <paramref name="limit"/>; null at the end.</summary>
    public Batch? Next(long limit = long.MaxValue)
    {
        if (!_isReady)
        {
            Start();
        }

        int wanted = (int)Math.Min(limit, _context.BatchSize), count = 0;
        if (_heapCount == 0 || wanted <= 0)
        {
            return null;
        }

        _context.Cancellation.ThrowIfCancellationRequested();
        Array.ForEach(_columns ?? [], static column => column.Reset());
        while (_heapCount > 0 && count < wanted)
        {
            count += TakeFromFirst(wanted - count);
        }

        return Made(count);
    }

    /// <summary>The next rows whose keys equal those of the last row put out; null when there is none.</summary>
    public Batch? NextTied()
    {
        if (_last == null)
        {
            return null;
        }

        _context.Cancellation.ThrowIfCancellationRequested();
        RunCursor last = LastRow();
        Array.ForEach(_columns!, static column => column.Reset());
        int count = 0;
        while (_heapCount > 0 && count < _context.BatchSize && _cursors[_heap[0]].CompareTo(last) == 0)
        {
            count += TakeFromFirst(1);
        }

        return count == 0 ? null : Made(count);
    }

    public void Dispose()
    {
        Array.ForEach(_cursors, static cursor => cursor.Dispose());
        _lastCursor?.Dispose();
        Array.ForEach(_columns ?? [], static column => column.Dispose());
    }

    private Batch Made(int count)
    {
        _last = new Batch(Array.ConvertAll(_columns!, static column => column.Build()), count);
        return _last;
    }

    /// <summary>A run of the last row put out, copied before its batch is written over.</summary>
    private RunCursor LastRow()
    {
        if (_lastCursor == null)
        {
            Batch? row = Copy(_last!, _last!.Length - 1);
            _lastCursor = _makeCursor(() => Interlocked.Exchange(ref row, null));
            _lastCursor.Load();
        }

        return _lastCursor;
    }

    private Batch Copy(Batch batch, int row) => new Batch(
        Array.ConvertAll(batch.Columns, column =>
        {
            using ColumnAppender appender = ColumnAppender.Create(column.Type, _context.Account);
            appender.Append(column, [row]);
            Vector copy = appender.Build();
            copy.Retain();
            return copy;
        }),
        1);

    private void Start()
    {
        _isReady = true;
        for (int i = 0; i < _cursors.Length; i++)
        {
            if (_cursors[i].Load())
            {
                _heap[_heapCount++] = i;
            }
        }

        for (int i = (_heapCount / 2) - 1; i >= 0; i--)
        {
            SiftDown(i);
        }
    }

    /// <summary>Copies rows of the run whose row is first, as long as it stays first and its batch lasts.</summary>
    private int TakeFromFirst(int most)
    {
        RunCursor first = _cursors[_heap[0]];
        Batch batch = first.Batch!;
        _columns ??= Array.ConvertAll(batch.Columns, column => ColumnAppender.Create(column.Type, _context.Account));
        int count = 0, winner = _heap[0];
        do
        {
            _rows[count++] = first.Row++;
            if (first.Row == batch.Length)
            {
                break;
            }

            SiftDown(0);
        }
        while (count < most && _heap[0] == winner);

        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].Append(batch.Columns[i], _rows.AsSpan(0, count));
        }

        if (first.Row == batch.Length)
        {
            if (!first.Load())
            {
                _heap[0] = _heap[--_heapCount];
            }

            if (_heapCount > 1)
            {
                SiftDown(0);
            }
        }

        return count;
    }

    private bool IsBefore(int left, int right)
    {
        int order = _cursors[left].CompareTo(_cursors[right]);
        return order < 0 || (order == 0 && left < right);
    }

    private void SiftDown(int at)
    {
        int moved = _heap[at];
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heapCount)
            {
                break;
            }

            if (child + 1 < _heapCount && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBefore(_heap[child], moved))
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = moved;
    }
}
