using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Keeps the rows of each group and feeds them in order to the function once all are there (ORDER BY inside a call, WITHIN GROUP).</summary>
/// <remarks>Columns are the arguments, then the order keys. The sort is stable: rows that tie come in the order they arrived.</remarks>
internal sealed class OrderedAccumulator : Accumulator
{
    private const int FeedRows = 4096;
    private readonly AggregateFunction _function;
    private readonly AggregateBinding _binding;
    private readonly NodeList<SortKey> _keys;
    private readonly bool _isDistinct;
    private readonly int _argumentCount;
    private readonly ColumnAppender[] _columns;
    private readonly VectorGatherer[] _gatherers;
    private StateArray<int> _groups;
    private Accumulator? _sorted;
    private int _groupCount;

    public OrderedAccumulator(AggregateCall call, AggregateFunction function, AggregateBinding binding, bool isDistinct)
    {
        _function = function;
        _binding = binding;
        _keys = call.OrderBy;
        _isDistinct = isDistinct;
        _argumentCount = call.Arguments.Count;
        MemoryAccount account = binding.Context.Account;
        _groups = new StateArray<int>(account);
        _columns = [.. call.Arguments.Concat(call.OrderBy.Select(static key => key.Expression)).Select(input => ColumnAppender.Create(ArrowTypes.Of(input.Type), account))];
        _gatherers = Array.ConvertAll(_columns, _ => new VectorGatherer(account));
    }

    public override long ReservedBytes => _columns.Sum(static column => column.ReservedBytes) + _groups.ReservedBytes + (_sorted?.ReservedBytes ?? 0);

    public override bool KeepsRows => true;

    public override Vector[] KeptColumns() => Array.ConvertAll(_columns, static column => column.Build());

    public override ReadOnlySpan<int> KeptGroups() => _groups.Values;

    public override void Resize(int groupCount) => _groupCount = Math.Max(_groupCount, groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        Forget();
        int first = _groups.Count;
        _groups.Resize(first + rows.Count);
        if (!rows.IsOneGroup)
        {
            rows.Groups.CopyTo(_groups.Values[first..]);
        }

        for (int c = 0; c < _columns.Length; c++)
        {
            if (rows.Rows.IsEmpty)
            {
                _columns[c].AppendRange(arguments[c], 0, rows.Count);
            }
            else
            {
                _columns[c].Append(arguments[c], rows.Rows);
            }
        }
    }

    public override Vector Finish(int start, int count)
    {
        _sorted ??= Sort();
        return _sorted.Finish(start, count);
    }

    public override void Clear()
    {
        Forget();
        _groups.Clear();
        _groupCount = 0;
        foreach (ColumnAppender column in _columns)
        {
            column.Reset();
        }
    }

    public override void Dispose()
    {
        Forget();
        _groups.Dispose();
        foreach (ColumnAppender column in _columns)
        {
            column.Dispose();
        }

        foreach (VectorGatherer gatherer in _gatherers)
        {
            gatherer.Dispose();
        }
    }

    private void Forget()
    {
        _sorted?.Dispose();
        _sorted = null;
    }

    private Accumulator Sort()
    {
        Vector[] columns = Array.ConvertAll(_columns, static column => column.Build());
        int[] order = Permutation(columns);
        Accumulator inner = _function.Bind(_binding);
        Accumulator target = _isDistinct ? new DistinctAccumulator(_binding, inner) : inner;
        target.Resize(_groupCount);
        int inputs = _argumentCount;
        var vectors = new Vector[inputs];
        var groups = new int[Math.Min(order.Length, FeedRows)];
        ReadOnlySpan<int> groupOf = _groups.Values;
        for (int start = 0; start < order.Length; start += FeedRows)
        {
            _binding.Context.Cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<int> part = order.AsSpan(start, Math.Min(FeedRows, order.Length - start));
            for (int c = 0; c < inputs; c++)
            {
                vectors[c] = _gatherers[c].Take(columns[c], part);
            }

            for (int i = 0; i < part.Length; i++)
            {
                groups[i] = groupOf[part[i]];
            }

            target.Update(vectors, new GroupedRows(groups.AsSpan(0, part.Length), default, part.Length, _groupCount));
        }

        return target;
    }

    private static int Compare(in VectorReader reader, int left, int right, SortKey key)
    {
        bool leftNull = reader.IsNull(left), rightNull = reader.IsNull(right);
        if (leftNull || rightNull)
        {
            return leftNull == rightNull ? 0 : leftNull == key.NullsFirst ? -1 : 1;
        }

        int order = RowOrder.Compare(in reader, left, in reader, right);
        return key.Descending ? -order : order;
    }

    private int[] Permutation(Vector[] columns)
    {
        var order = new int[_groups.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        VectorReader[] readers = [.. columns.Skip(_argumentCount).Select(static column => new VectorReader(column))];
        NodeList<SortKey> keys = _keys;
        new Pulse(_binding.Context.Cancellation).Sort(order, (left, right) =>
        {
            for (int k = 0; k < readers.Length; k++)
            {
                int result = Compare(in readers[k], left, right, keys[k]);
                if (result != 0)
                {
                    return result;
                }
            }

            return left.CompareTo(right);
        });
        return order;
    }
}
