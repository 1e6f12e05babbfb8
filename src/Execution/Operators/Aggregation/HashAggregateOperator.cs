using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>Groups rows by key in a table of group numbers and feeds their accumulators.</summary>
/// <remarks>
/// <code>
/// key vectors ──▶ group numbers ──▶ accumulators (columns by group number)
///                   │ from dictionary codes: DictionaryGroups
///                   │ from one small-range integer: direct address
///                   └ from anything else: hash table
/// </code>
/// A partial aggregation keeps its table small enough for the cache: <see cref="PartialStrategy"/> says when it puts the table out and starts anew, lets it grow, or passes
/// rows through as states of their own because grouping them saves nothing.
/// </remarks>
internal sealed class HashAggregateOperator : Operator
{
    /// <summary>Input rows of a partition up to which its table may start with direct addresses.</summary>
    private const long DenseRows = 1 << 15;

    /// <summary>Keys that room is made for ahead of time.</summary>
    private const long MostReserved = 1 << 21;

    private readonly HashAggregateExec _plan;
    private readonly Operator _input;
    private readonly ExpressionList _keys;
    private readonly AccumulatorSet _accumulators;
    private readonly KeyColumn[] _columns;
    private GroupTable? _table;
    private DictionaryGroups? _dictionaryGroups;
    private readonly PartialStrategy? _strategy;
    private readonly GroupingSetKeys? _groupingSets;
    private readonly int _keyCount;
    private readonly VectorGatherer[] _keyGatherers;
    private NativeBuffer? _groups;
    private int _emitted = -1;
    private int _emitCount;
    private bool _inputEnded;

    private HashAggregateOperator(HashAggregateExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _input = input;
        _keys = new ExpressionList(plan.Keys, context.Evaluation);
        _groupingSets = plan.GroupingSets is { } sets ? new GroupingSetKeys(plan.Keys, sets, context.Account) : null;
        _accumulators = AccumulatorSet.Create(plan.Calls, plan.Mode, _groupingSets is { HasEmptySet: true }, context);
        _columns =
        [
            .. plan.Keys.Select(key => new KeyColumn(ArrowTypes.Of(key.Type), key.IsNullable || _groupingSets != null)),
            .. _groupingSets == null ? [] : new[] { new KeyColumn(ArrowType.Int64, false) },
        ];
        _keyCount = _columns.Length;
        _strategy = plan.Mode == AggregateMode.Partial ? new PartialStrategy(canPassThrough: _groupingSets == null) : null;
        _keyGatherers = Array.ConvertAll(_columns, _ => new VectorGatherer(context.Account));
    }

    public static Operator Create(HashAggregateExec plan, Operator input, TaskContext context, OperatorMetrics metrics) =>
        plan.Keys.IsEmpty && plan.GroupingSets is null
            ? new GlobalAggregateOperator(plan, input, context, metrics)
            : new HashAggregateOperator(plan, input, context, metrics);

    private int GroupCount => _table?.Count ?? 0;

    protected override Batch? NextCore()
    {
        while (true)
        {
            if (_emitted >= 0)
            {
                if (_emitted < _emitCount)
                {
                    return EmitGroups();
                }

                _emitted = -1;
                if (_inputEnded)
                {
                    _emitCount = 0;
                    return null;
                }

                ClearTable();
            }

            if (_inputEnded)
            {
                return null;
            }

            Batch? batch = _input.Next();
            if (batch == null)
            {
                _inputEnded = true;
                AddEmptySets();
                BeginEmit();
                continue;
            }

            if (_strategy is { PassesThrough: true })
            {
                if (PassThrough(batch) is { } passed)
                {
                    return passed;
                }

                continue;
            }

            Consume(batch);
            if (_strategy != null && _strategy.ShouldFlush(GroupCount, Context.BatchSize, Context.Account))
            {
                Metrics.Add("partial flushes", 1);
                BeginEmit();
            }
        }
    }

    public override void Dispose()
    {
        _table?.Dispose();
        _dictionaryGroups?.Dispose();
        _accumulators.Dispose();
        _keys.Dispose();
        _groupingSets?.Dispose();
        foreach (VectorGatherer gatherer in _keyGatherers)
        {
            gatherer.Dispose();
        }

        _groups?.Release();
        _groups = null;
        _input.Dispose();
    }

    private void BeginEmit()
    {
        _emitted = 0;
        _emitCount = GroupCount;
        Metrics.Max("groups", _emitCount);
    }

    private void ClearTable()
    {
        _table?.Clear();
        _accumulators.Clear();
        _dictionaryGroups?.Reset();
    }

    /// <summary>The table, made when the first keys are seen.</summary>
    private GroupTable TableFor(Vector[] firstKeys)
    {
        if (_table != null)
        {
            return _table;
        }

        _table = GroupTable.Create(_columns, firstKeys, Context.Account);
        if (_plan.Input is ShuffleReadExec read && ShuffleReadOperator.RowCount(read, Context) is > DenseRows and var rows)
        {
            // Rows of one partition are scattered over the range of their keys, and their number is known: a hash table of its final size.
            _table.Reserve(Math.Min(rows, MostReserved), long.MaxValue, long.MinValue);
        }

        _dictionaryGroups = new DictionaryGroups(_table, Context.Account);
        return _table;
    }

    private void Consume(Batch batch)
    {
        Vector[] keys = _keys.Evaluate(batch);
        if (_plan.Mode == AggregateMode.Final)
        {
            Span<int> groups = FindGroups(batch, keys);
            _accumulators.Merge(batch, _keyCount, groups, GroupCount);
            return;
        }

        _accumulators.Prepare(batch);
        for (int set = 0; set < (_groupingSets?.Count ?? 1); set++)
        {
            Span<int> groups = FindGroups(batch, _groupingSets == null ? keys : _groupingSets.Keys(keys, set, batch.Length));
            _accumulators.Update(batch, groups, GroupCount);
            _strategy?.Observe(groups);
        }
    }

    private Span<int> FindGroups(Batch batch, Vector[] keys)
    {
        int count = batch.RowCount;
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        GroupTable table = TableFor(keys);
        if (!_dictionaryGroups!.TryFindOrAdd(keys, rows, count, groups))
        {
            table.FindOrAdd(keys, rows, count, groups);
        }

        return groups;
    }

    /// <summary>The empty grouping set has its group even without rows.</summary>
    private void AddEmptySets()
    {
        if (_groupingSets is not { HasEmptySet: true } || GroupCount > 0)
        {
            return;
        }

        for (int set = 0; set < _groupingSets.Count; set++)
        {
            if (_groupingSets.IsEmpty(set))
            {
                Span<int> group = [0];
                Vector[] keys = _groupingSets.NullKeys(set);
                TableFor(keys).FindOrAdd(keys, default, 1, group);
            }
        }

        _accumulators.Resize(GroupCount);
    }

    private Batch EmitGroups()
    {
        int count = Math.Min(Context.BatchSize, _emitCount - _emitted);
        var columns = new Vector[_plan.Columns.Count];
        _table!.Keys(_emitted, count).CopyTo(columns, 0);
        Span<Vector> values = columns.AsSpan(_keyCount);
        if (_plan.Mode == AggregateMode.Partial)
        {
            _accumulators.States(_emitted, count, values);
        }
        else
        {
            _accumulators.Finish(_emitted, count, values);
        }

        _emitted += count;
        return new Batch(columns, count);
    }

    /// <summary>Makes each row a group of its own.</summary>
    private Batch? PassThrough(Batch batch)
    {
        Debug.Assert(_groupingSets == null && GroupCount == 0, "rows pass through an empty table");
        int count = batch.RowCount;
        _strategy!.CountPassed(count);
        Vector[] keys = _keys.Evaluate(batch);
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        for (int i = 0; i < count; i++)
        {
            groups[i] = i;
        }

        _accumulators.Clear();
        _accumulators.Prepare(batch);
        _accumulators.Update(batch, groups, count);
        var columns = new Vector[_plan.Columns.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            columns[i] = batch.Selection == null ? keys[i] : _keyGatherers[i].Take(keys[i], batch.Selection.Rows);
        }

        _accumulators.States(0, count, columns.AsSpan(_keyCount));
        if (!_strategy.PassesThrough)
        {
            _accumulators.Clear();
        }

        Metrics.Add("rows passed through", count);
        return new Batch(columns, count);
    }
}
