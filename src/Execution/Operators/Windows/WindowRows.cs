using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators.Sorting;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>All rows of a window operator's task in window order, partition after partition, and the columns its calls need.</summary>
/// <remarks><code>
/// row         0  1  2  3  4  5  6
/// partition   a  a  a  a  b  b  b        PartitionStarts 0 4 7
/// order key   1  1  2  3  1  2  2        PeerStarts      0 2 3 4 5 7
/// </code></remarks>
internal sealed class WindowRows : IDisposable
{
    private readonly TaskContext _context;
    private readonly SortBuffer _sort;
    private readonly List<KeptColumn> _columns = [];
    private readonly int[] _partitionKeys;

    public WindowRows(WindowExec plan, TaskContext context)
    {
        _context = context;
        WindowCall window = plan.Calls[0];
        _sort = new SortBuffer([.. window.PartitionBy.Select(static key => new SortKey(key)), .. window.OrderBy], context);
        HasOrder = !window.OrderBy.IsEmpty;
        _partitionKeys = HasOrder ? [.. window.PartitionBy.Select(Keep)] : [];
    }

    public bool HasOrder { get; }

    public int Count => _sort.Count;

    /// <summary>Bytes reserved from the account.</summary>
    public long ReservedBytes => _sort.ReservedBytes + _columns.Sum(static column => column.ReservedBytes);

    /// <summary>Bytes that sorting, and columns in window order, will take besides.</summary>
    public long BytesToSort => _sort.BytesToSort + (ReservedBytes / 2);

    /// <summary>The input rows in the order in which they came.</summary>
    public IEnumerable<Batch> Collected() => _sort.Collected();

    /// <summary>First row of each partition, then the number of rows.</summary>
    public int[] PartitionStarts { get; private set; } = [];

    /// <summary>First row of each group of peers (rows of one partition that tie in the window's order), then the number of rows.</summary>
    public int[] PeerStarts { get; private set; } = [];

    /// <summary>Asks for an expression over the input, before the first row comes.</summary>
    /// <returns>What to pass to <see cref="Sorted"/>.</returns>
    public int Keep(Expression expression)
    {
        int index = _columns.FindIndex(column => column.Expression.Equals(expression));
        if (index < 0)
        {
            index = _columns.Count;
            _columns.Add(new KeptColumn(expression, _context));
        }

        return index;
    }

    public void Append(Batch batch)
    {
        _sort.Append(batch);
        foreach (KeptColumn column in _columns)
        {
            column.Append(batch);
        }
    }

    /// <summary>Brings the rows into window order and finds where partitions and peers begin.</summary>
    public void Sort()
    {
        _sort.Sort();
        PeerStarts = _sort.TieStarts();
        if (Count == 0 || !HasOrder || _partitionKeys.Length == 0)
        {
            PartitionStarts = HasOrder && Count > 0 ? [0, Count] : PeerStarts;   // a task without rows has no columns to read keys from
            return;
        }

        VectorReader[] keys = Array.ConvertAll(_partitionKeys, key => new VectorReader(_columns[key].Source(_sort)));
        ReadOnlySpan<int> order = _sort.Order;
        var starts = new List<int>();
        foreach (int row in PeerStarts)
        {
            if (row == 0 || row == Count || !AreEqual(keys, order[row - 1], order[row]))
            {
                starts.Add(row);
            }
        }

        PartitionStarts = [.. starts];
    }

    /// <summary>A kept expression's value for every row, in window order; valid until this object is disposed.</summary>
    public Vector Sorted(int column) => _columns[column].Sorted(_sort);

    /// <summary>The next input rows in window order.</summary>
    public Batch? Next() => _sort.Next();

    public void Dispose()
    {
        _sort.Dispose();
        _columns.ForEach(static column => column.Dispose());
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

        public Expression Expression => expression;

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

/// <summary>Walks forward over window rows and knows each row's partition and peers.</summary>
internal struct RowCursor(WindowRows rows)
{
    private readonly int[] _partitions = rows.PartitionStarts;
    private readonly int[] _peers = rows.PeerStarts;

    public int Row { get; private set; }

    /// <summary>Number of the partition.</summary>
    public int Partition { get; private set; }

    /// <summary>Number of the group of peers, over all partitions.</summary>
    public int Peer { get; private set; }

    /// <summary>Number of the partition's first group of peers.</summary>
    public int FirstPeer { get; private set; }

    public readonly int PartitionStart => _partitions[Partition];

    public readonly int PartitionEnd => _partitions[Partition + 1];

    public readonly int PeerStart => _peers[Peer];

    public readonly int PeerEnd => _peers[Peer + 1];

    public void MoveTo(int row)
    {
        Row = row;
        while (row >= _peers[Peer + 1])
        {
            Peer++;
        }

        while (row >= _partitions[Partition + 1])
        {
            Partition++;
            int first = Array.BinarySearch(_peers, _partitions[Partition]);
            FirstPeer = first;
        }
    }
}
