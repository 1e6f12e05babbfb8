using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>INTERSECT and EXCEPT: numbers the distinct rows of both inputs and counts how often each side has them. Nulls are equal.</summary>
/// <remarks><code>
///                 DISTINCT                        ALL
/// INTERSECT       once if both sides have it      the smaller of the two counts
/// EXCEPT          once if only the left has it    left count less right count
/// </code></remarks>
internal sealed class SetOperationOperator : Operator
{
    private readonly SetOperationExec _plan;
    private readonly Operator _left;
    private readonly Operator _right;
    private readonly GroupTable _table;
    private readonly VectorGatherer[] _gatherers;
    private StateArray<long> _copies;
    private NativeBuffer? _groups;
    private bool _isCounted;
    private int _group;
    private long _copiesDone;

    private SetOperationOperator(SetOperationExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _left = OperatorFactory.Create(plan.Left, context);
        _right = OperatorFactory.Create(plan.Right, context);
        _table = GroupTable.Create([.. plan.Columns.Select(static column => new KeyColumn(ArrowTypes.Of(column.Type), true))], context.Account);
        _gatherers = [.. plan.Columns.Select(_ => new VectorGatherer(context.Account))];
        _copies = new StateArray<long>(context.Account);
    }

    public static Operator Create(SetOperationExec plan, TaskContext context, OperatorMetrics metrics) => plan.Kind == SetOperationKind.Union
        ? throw ExecutionErrors.Internal("UNION is planned as UnionExec and grouping")
        : new SetOperationOperator(plan, context, metrics);

    protected override Batch? NextCore()
    {
        if (!_isCounted)
        {
            CountRows();
            _isCounted = true;
        }

        Span<int> rows = NativeBuffer.Reuse(ref _groups, (Context.BatchSize + 16) * 4L, Context.Account).Span<int>(0, Context.BatchSize);
        ReadOnlySpan<long> copies = _copies.Values;
        int count = 0;
        while (_group < copies.Length && count < rows.Length)
        {
            if (_copiesDone >= copies[_group])
            {
                _group++;
                _copiesDone = 0;
                continue;
            }

            rows[count++] = _group;
            _copiesDone++;
        }

        if (count == 0)
        {
            return null;
        }

        int first = rows[0], last = rows[count - 1];
        for (int i = 0; i < count; i++)
        {
            rows[i] -= first;
        }

        Vector[] keys = _table.Keys(first, last - first + 1);
        for (int c = 0; c < keys.Length; c++)
        {
            keys[c] = _gatherers[c].Take(keys[c], rows[..count]);
        }

        return new Batch(keys, count);
    }

    public override void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _table.Dispose();
        _copies.Dispose();
        _groups?.Release();
        _groups = null;
        Array.ForEach(_gatherers, static gatherer => gatherer.Dispose());
    }

    /// <summary>Counts both sides and leaves how many copies of each row come out.</summary>
    private void CountRows()
    {
        using var left = new CountColumn(Context.Account);
        using var right = new CountColumn(Context.Account);
        Read(_right, right);
        Read(_left, left);
        right.Resize(_table.Count);
        left.Resize(_table.Count);
        _copies.Resize(_table.Count);
        Span<long> copies = _copies.Values;
        for (int i = 0; i < copies.Length; i++)
        {
            long l = left.Counts[i], r = right.Counts[i];
            copies[i] = (_plan.Kind, _plan.IsAll) switch
            {
                (SetOperationKind.Intersect, true) => Math.Min(l, r),
                (SetOperationKind.Intersect, false) => l > 0 && r > 0 ? 1 : 0,
                (_, true) => Math.Max(l - r, 0),
                (_, false) => l > 0 && r == 0 ? 1 : 0,
            };
        }
    }

    private void Read(Operator input, CountColumn counts)
    {
        while (input.Next() is { } batch)
        {
            int count = batch.RowCount;
            Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
            _table.FindOrAdd(batch.Columns, batch.Selection == null ? default : batch.Selection.Rows, count, groups);
            counts.Resize(_table.Count);
            counts.Add(groups);
        }
    }

    private sealed class CountColumn(MemoryAccount account) : IDisposable
    {
        private StateArray<long> _counts = new(account);

        public ReadOnlySpan<long> Counts => _counts.Values;

        public void Resize(int count) => _counts.Resize(count);

        public void Add(ReadOnlySpan<int> groups)
        {
            Span<long> counts = _counts.Values;
            foreach (int group in groups)
            {
                counts[group]++;
            }
        }

        public void Dispose() => _counts.Dispose();
    }
}
