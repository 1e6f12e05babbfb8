using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using SqlCluster.Execution.Spill;

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
    private readonly KeyColumn[] _keys;
    private readonly VectorGatherer[] _gatherers;
    private readonly Stack<(List<SpillBlock> Blocks, int Level)> _parts = new();
    private GroupTable _table;
    private StateArray<long> _leftCounts;
    private StateArray<long> _rightCounts;
    private StateArray<long> _copies;
    private NativeBuffer? _groups;
    private BlockWriter? _writer;
    private SpillPartitions? _spilling;
    private bool _isCounted;
    private int _group;
    private long _copiesDone;

    private SetOperationOperator(SetOperationExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _left = OperatorFactory.Create(plan.Left, context);
        _right = OperatorFactory.Create(plan.Right, context);
        _keys = [.. plan.Columns.Select(static column => new KeyColumn(ArrowTypes.Of(column.Type), true))];
        _table = GroupTable.Create(_keys, context.Account);
        _table.Cancellation = context.Cancellation;
        _gatherers = [.. plan.Columns.Select(_ => new VectorGatherer(context.Account))];
        _copies = new StateArray<long>(context.Account);
        _leftCounts = new StateArray<long>(context.Account);
        _rightCounts = new StateArray<long>(context.Account);
    }

    public static Operator Create(SetOperationExec plan, TaskContext context, OperatorMetrics metrics) => plan.Kind == SetOperationKind.Union
        ? throw ExecutionErrors.Internal("UNION is planned as UnionExec and grouping")
        : new SetOperationOperator(plan, context, metrics);

    protected override Batch? NextCore()
    {
        if (!_isCounted)
        {
            Read(_right, isLeft: false);
            Read(_left, isLeft: true);
            EndCounting(0);
            _isCounted = true;
        }

        while (true)
        {
            if (NextRows() is { } batch)
            {
                return batch;
            }

            if (!_parts.TryPop(out (List<SpillBlock> Blocks, int Level) part))
            {
                return null;
            }

            Load(part.Blocks, part.Level + 1);
        }
    }

    /// <summary>The next rows of the table at hand.</summary>
    private Batch? NextRows()
    {
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
        _leftCounts.Dispose();
        _rightCounts.Dispose();
        _spilling?.Dispose();
        _writer?.Dispose();
        _writer?.File.Dispose();
        _groups?.Release();
        _groups = null;
        Array.ForEach(_gatherers, static gatherer => gatherer.Dispose());
    }

    private void Read(Operator input, bool isLeft)
    {
        while (input.Next() is { } batch)
        {
            Span<int> groups = FindGroups(batch);
            Span<long> counts = (isLeft ? _leftCounts : _rightCounts).Values;
            foreach (int group in groups)
            {
                counts[group]++;
            }

            SpillIfShort(0);
        }
    }

    private Span<int> FindGroups(Batch batch)
    {
        int count = batch.RowCount;
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        _table.FindOrAdd(batch.Columns.AsSpan(0, _keys.Length), batch.Selection == null ? default : batch.Selection.Rows, count, groups);
        _leftCounts.Resize(_table.Count);
        _rightCounts.Resize(_table.Count);
        return groups;
    }

    /// <summary>All rows of the table at hand, or of its parts on disk, are there: says how many copies of each come out, or leaves that to the parts.</summary>
    private void EndCounting(int level)
    {
        if (_spilling != null)
        {
            Spill(level);
            for (int p = SpillPartitions.Fanout - 1; p >= 0; p--)
            {
                if (_spilling.Blocks(p).Count > 0)
                {
                    _parts.Push((_spilling.Blocks(p), level));
                }
            }

            _spilling.Dispose();
            _spilling = null;
        }

        _copies.Clear();
        _copies.Resize(_table.Count);
        Span<long> copies = _copies.Values;
        for (int i = 0; i < copies.Length; i++)
        {
            long l = _leftCounts.Values[i], r = _rightCounts.Values[i];
            copies[i] = (_plan.Kind, _plan.IsAll) switch
            {
                (SetOperationKind.Intersect, true) => Math.Min(l, r),
                (SetOperationKind.Intersect, false) => l > 0 && r > 0 ? 1 : 0,
                (_, true) => Math.Max(l - r, 0),
                (_, false) => l > 0 && r == 0 ? 1 : 0,
            };
        }

        _group = 0;
        _copiesDone = 0;
    }

    private void SpillIfShort(int level)
    {
        MemoryArbiter memory = Context.Query.Memory;
        if (level < (memory.IsForced ? 2 : SpillPartitions.MostLevels) && !memory.IsCalm && memory.MustSpill(_table.ReservedBytes + _leftCounts.ReservedBytes + _rightCounts.ReservedBytes))
        {
            Spill(level);
        }
    }

    /// <summary>Puts rows and counts away and begins anew.</summary>
    private void Spill(int level)
    {
        _writer ??= new BlockWriter(Context.Query.Spill.Create(Metrics));
        _spilling ??= new SpillPartitions(_writer, level, Context.Account);
        NativeBuffer? left = null, right = null;
        for (int start = 0; start < _table.Count; start += Context.BatchSize)
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Context.BatchSize, _table.Count - start);
            Vector[] keys = _table.Keys(start, count);
            _spilling.Add(keys, new Batch([.. keys, CountsOf(_leftCounts, start, count, ref left), CountsOf(_rightCounts, start, count, ref right)], count));
        }

        left?.Release();
        right?.Release();
        StartTable();
    }

    private FixedVector CountsOf(StateArray<long> counts, int start, int count, ref NativeBuffer? buffer)
    {
        NativeBuffer room = NativeBuffer.Reuse(ref buffer, count * 8L, Context.Account);
        counts.Values.Slice(start, count).CopyTo(room.Span<long>(0, count));
        return new FixedVector(ArrowType.Int64, count, room);
    }

    private void StartTable()
    {
        _table.Dispose();
        _leftCounts.Dispose();
        _rightCounts.Dispose();
        _table = GroupTable.Create(_keys, Context.Account);
        _table.Cancellation = Context.Cancellation;
    }

    private void Load(List<SpillBlock> blocks, int level)
    {
        StartTable();
        foreach (Batch batch in BlockReader.ReadAll(blocks, Context.Account))
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            Span<int> groups = FindGroups(batch);
            Span<long> left = _leftCounts.Values, right = _rightCounts.Values;
            ReadOnlySpan<long> addLeft = ((FixedVector)batch.Columns[^2]).Values<long>(), addRight = ((FixedVector)batch.Columns[^1]).Values<long>();
            for (int i = 0; i < groups.Length; i++)
            {
                left[groups[i]] += addLeft[i];
                right[groups[i]] += addRight[i];
            }

            SpillIfShort(level);
        }

        EndCounting(level);
    }
}
