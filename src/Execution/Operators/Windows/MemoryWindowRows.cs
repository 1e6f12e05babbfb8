using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators.Sorting;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Window rows in memory: collected, then sorted.</summary>
internal sealed class MemoryWindowRows : WindowRows
{
    private readonly TaskContext _context;
    private readonly int[] _partitionKeys;
    private SortBuffer _sort;
    private KeptColumn[]? _columns;
    private readonly RowNumbers _ownPartitionStarts;
    private readonly RowNumbers _peerStarts;
    private RowNumbers _partitionStarts;

    public MemoryWindowRows(WindowExec plan, TaskContext context)
        : base(plan)
    {
        _context = context;
        _sort = new SortBuffer(OrderOf(plan), context);
        _ownPartitionStarts = new RowNumbers(null, context);
        _peerStarts = new RowNumbers(null, context);
        _partitionStarts = _ownPartitionStarts;
        _partitionKeys = HasOrder ? [.. Window.PartitionBy.Select(Keep)] : [];
    }

    public override int Count => _sort.Count;

    public override RowNumbers PartitionStarts => _partitionStarts;

    public override RowNumbers PeerStarts => _peerStarts;

    /// <summary>Bytes reserved from the account.</summary>
    public long ReservedBytes => _sort.ReservedBytes + (_columns ?? []).Sum(static column => column.ReservedBytes);

    /// <summary>Bytes that sorting, and columns in window order, will take besides.</summary>
    public long BytesToSort => _sort.BytesToSort + (ReservedBytes / 2);

    private KeptColumn[] Columns => _columns ??= [.. Kept.Select(expression => new KeptColumn(expression, _context))];

    /// <summary>The input rows in the order in which they came.</summary>
    public IEnumerable<Batch> Collected() => _sort.Collected();

    /// <summary>Gives the rows collected so far to the caller, and is good for nothing but <see cref="Dispose"/> from then on.</summary>
    public SortBuffer GiveUp()
    {
        SortBuffer sort = _sort;
        _sort = new SortBuffer([], _context);
        return sort;
    }

    public void Append(Batch batch)
    {
        _sort.Append(batch);
        foreach (KeptColumn column in Columns)
        {
            column.Append(batch);
        }
    }

    /// <summary>Brings the rows into window order and finds where partitions and peers begin.</summary>
    public void Sort()
    {
        _sort.Sort();
        _sort.FindTies(_peerStarts.Add);
        if (Count == 0 || !HasOrder)
        {
            _partitionStarts = _peerStarts;     // a task without rows has no columns to read keys from
            return;
        }

        if (_partitionKeys.Length == 0)
        {
            _ownPartitionStarts.Add(0);
            _ownPartitionStarts.Add(Count);
            return;
        }

        VectorReader[] keys = Array.ConvertAll(_partitionKeys, key => new VectorReader(Columns[key].Source(_sort)));
        ReadOnlySpan<int> order = _sort.Order;
        RowNumbers.Reader peers = _peerStarts.Read();
        var pulse = new Pulse(_context.Cancellation);
        for (int i = 0; i < _peerStarts.Count; i++)
        {
            pulse.Spend(64);
            int row = peers[i];
            if (row == 0 || row == Count || !AreEqual(keys, order[row - 1], order[row]))
            {
                _ownPartitionStarts.Add(row);
            }
        }
    }

    public override WindowValues Values(int column) => new(Columns[column].Sorted(_sort));

    public override Batch? Next() => _sort.Next();

    public override SpilledColumns? MakeColumns(int mostBlocks) => null;

    public override void Dispose()
    {
        _sort.Dispose();
        _ownPartitionStarts.Dispose();
        _peerStarts.Dispose();
        Array.ForEach(_columns ?? [], static column => column.Dispose());
    }

    private static bool AreEqual(VectorReader[] keys, int left, int right)
    {
        foreach (VectorReader key in keys)
        {
            if (!RowEquality.AreEqual(in key, left, in key, right, nullsEqual: true))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A value of every row: an input column that the sort keeps anyway, or computed beside it.</summary>
    private sealed class KeptColumn(Expression expression, TaskContext context) : IDisposable
    {
        private readonly CompiledExpression? _compiled = expression is InputReference ? null : ExpressionCompiler.Compile(expression, context.Evaluation);
        private readonly ColumnAppender? _values = expression is InputReference ? null : ColumnAppender.Create(ArrowTypes.Of(expression.Type), context.Account);
        private readonly VectorGatherer _gatherer = new(context.Account);
        private Vector? _sorted;

        public long ReservedBytes => _values?.ReservedBytes ?? 0;

        public void Append(Batch batch) => _values?.Append(_compiled!.Evaluate(batch), batch.Selection);

        public Vector Source(SortBuffer sort) => _values?.Build() ?? sort.Columns[((InputReference)expression).Ordinal];

        public Vector Sorted(SortBuffer sort) => _sorted ??= _gatherer.Take(Source(sort), sort.Order);

        public void Dispose()
        {
            _compiled?.Dispose();
            _values?.Dispose();
            _gatherer.Dispose();
        }
    }
}
