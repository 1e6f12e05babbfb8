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
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>Groups rows by key in a table of group numbers and feeds their accumulators.</summary>
/// <remarks>
/// <code>
/// key vectors ──▶ group numbers ──▶ accumulators (columns by group number)
///                   │ from dictionary codes: DictionaryGroups
///                   │ from one small-range integer: direct address
///                   ├ from anything else: hash table
///                   └ for grouping sets: a table a set, GroupingSetTable
/// </code>
/// A partial aggregation keeps its table small enough for the cache: <see cref="PartialStrategy"/> says when it puts the table out and starts anew, lets it grow, or passes
/// rows through as states of their own because grouping them saves nothing. Any other aggregation puts its groups on disk when memory is short: <see cref="GroupSpill"/>.
/// </remarks>
internal sealed class HashAggregateOperator : Operator
{
    /// <summary>Input rows of a partition up to which its table may start with direct addresses.</summary>
    private const long DenseRows = 1 << 15;

    /// <summary>What a key may take in a table with room for it, doubled sizes included.</summary>
    private const long ReservedKeyBytes = 64;

    /// <summary>Keys that room is made for ahead of time.</summary>
    private const long MostReserved = 1 << 21;

    private readonly HashAggregateExec _plan;
    private Operator? _input;
    private readonly ExpressionList _keys;
    private AccumulatorSet _accumulators;
    private GroupSpill? _spill;
    private SpillPartitions[] _spilling = [];
    private readonly KeyColumn[] _columns;
    private GroupTable? _table;
    private DictionaryGroups? _dictionaryGroups;
    private readonly PartialStrategy? _strategy;
    private readonly GroupingSetKeys? _groupingSets;
    private readonly int _keyCount;
    private readonly VectorGatherer[] _keyGatherers;
    private readonly Func<bool> _isShort;
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
        _strategy = plan.Mode is AggregateMode.Partial or AggregateMode.Merge ? new PartialStrategy(canPassThrough: _groupingSets == null) : null;
        _isShort = IsShort;
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
                if (!_inputEnded)
                {
                    EmptyTable();
                }
                else if (_spill == null)
                {
                    _emitCount = 0;
                    return null;
                }
            }

            if (_inputEnded)
            {
                if (_spill == null || !LoadSpilled(_spill))
                {
                    return null;
                }

                BeginEmit();
                continue;
            }

            Batch? batch = _input!.Next();
            if (batch == null)
            {
                EndInput();
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
            if (_strategy == null)
            {
                if (IsShort())
                {
                    SpillGroups();
                }
            }
            else if (_strategy.ShouldFlush(GroupCount, Context.BatchSize, Context.Account, _isShort))
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
        _spill?.Dispose();
        Array.ForEach(_spilling, static stream => stream.Dispose());
        _keys.Dispose();
        _groupingSets?.Dispose();
        foreach (VectorGatherer gatherer in _keyGatherers)
        {
            gatherer.Dispose();
        }

        _groups?.Release();
        _groups = null;
        _input?.Dispose();
    }

    private void BeginEmit()
    {
        _emitted = 0;
        _emitCount = GroupCount;
        Metrics.Max("groups", _emitCount);
    }

    /// <summary>Forgets the groups put out; when memory is short, gives up what they were kept in.</summary>
    private void EmptyTable()
    {
        if (Context.Query.Memory.IsShortOf(0))
        {
            ReleaseTable(_plan.Mode, _groupingSets is { HasEmptySet: true });
            return;
        }

        _table?.Clear();
        _accumulators.Clear();
        _dictionaryGroups?.Reset();
    }

    private void ReleaseTable(AggregateMode mode, bool groupsMayBeEmpty)
    {
        _table?.Dispose();
        _dictionaryGroups?.Dispose();
        _accumulators.Dispose();
        _table = null;
        _dictionaryGroups = null;
        _accumulators = AccumulatorSet.Create(_plan.Calls, mode, groupsMayBeEmpty, Context);
    }

    private bool IsShort() => !Context.Query.Memory.IsCalm && Context.Query.Memory.MustSpill((_table?.ReservedBytes ?? 0) + _accumulators.ReservedBytes);

    private void EndInput()
    {
        _inputEnded = true;
        _input!.Dispose();          // what it holds makes room
        _input = null;
        if (_spill == null)
        {
            AddEmptySets();
            BeginEmit();
            return;
        }

        SpillGroups();
        _spill.Close(_spilling, 0);
        _spilling = [];
    }

    /// <summary>Puts all groups away and begins anew.</summary>
    private void SpillGroups()
    {
        if (_spill == null)
        {
            _spill = new GroupSpill(Context, Metrics);
            _spilling = _spill.Open(0, _accumulators);
        }

        if (_table != null)
        {
            _spill.Write(_spilling, _table, _keyCount, _accumulators);
            Metrics.Add("spilled groups", GroupCount);
        }

        ReleaseTable(_plan.Mode, _groupingSets is { HasEmptySet: true });
    }

    /// <summary>Makes groups of the next partition put away; those of a partition that is too large are spread over new partitions first.</summary>
    /// <returns>False when there is none left.</returns>
    private bool LoadSpilled(GroupSpill spill)
    {
        while (spill.Next() is { } partition)
        {
            // A call that keeps rows meets groups again whose states were put away: they have seen no row then.
            ReleaseTable(AggregateMode.Final, _groupingSets is { HasEmptySet: true } || partition.Streams.Length > 1);
            int level = partition.Level + 1;
            bool maySpread = level < (Context.Query.Memory.IsForced ? 2 : SpillPartitions.MostLevels);
            for (int stream = 0; stream < partition.Streams.Length; stream++)
            {
                foreach (SpillBlock block in partition.Streams[stream])
                {
                    Context.Cancellation.ThrowIfCancellationRequested();
                    Load(stream, in block);
                    if (maySpread && IsShort())
                    {
                        _spilling = _spilling.Length == 0 ? spill.Open(level, _accumulators) : _spilling;
                        spill.Write(_spilling, _table!, _keyCount, _accumulators);
                        ReleaseTable(AggregateMode.Final, groupsMayBeEmpty: true);
                    }
                }
            }

            if (_spilling.Length == 0)
            {
                return true;
            }

            if (_table != null)
            {
                spill.Write(_spilling, _table, _keyCount, _accumulators);
            }

            spill.Close(_spilling, level);
            _spilling = [];
        }

        return false;
    }

    private void Load(int stream, in SpillBlock block)
    {
        Batch batch = BlockReader.Read(in block, Context.Account);
        Span<int> groups = FindGroups(batch, batch.Columns[.._keyCount]);
        if (stream == 0)
        {
            _accumulators.Merge(batch, _keyCount, groups, GroupCount);
        }
        else
        {
            _accumulators.Resize(GroupCount);
            _accumulators.RowKeepers.ElementAt(stream - 1).Update(batch.Columns.AsSpan(_keyCount), new GroupedRows(groups, default, batch.Length, GroupCount));
        }

        batch.Release();
    }

    /// <summary>The table, made when the first keys are seen.</summary>
    private GroupTable TableFor(Vector[] firstKeys)
    {
        if (_table != null)
        {
            return _table;
        }

        if (_groupingSets != null)
        {
            return _table = new GroupingSetTable(_columns[..^1], _groupingSets.Contains, Context.Account) { Cancellation = Context.Cancellation };
        }

        _table = GroupTable.Create(_columns, firstKeys, Context.Account);
        _table.Cancellation = Context.Cancellation;
        if (!_inputEnded && _spill == null && _plan.Input is ShuffleReadExec read && ShuffleReadOperator.RowCount(read, Context) is > DenseRows and var rows
            && Context.Query.Memory.Allowance > Math.Min(rows, MostReserved) * ReservedKeyBytes)
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
        bool takesStates = _plan.Mode is AggregateMode.Final or AggregateMode.Merge;
        if (!takesStates)
        {
            _accumulators.Prepare(batch);
        }

        for (int set = 0; set < (_groupingSets?.Count ?? 1); set++)
        {
            Span<int> groups = FindGroups(batch, _groupingSets == null ? keys : _groupingSets.Keys(keys, set, batch.Length));
            if (takesStates)
            {
                _accumulators.Merge(batch, keys.Length, groups, GroupCount);
            }
            else
            {
                _accumulators.Update(batch, groups, GroupCount);
            }

            _strategy?.Observe(groups);
        }
    }

    private Span<int> FindGroups(Batch batch, Vector[] keys)
    {
        int count = batch.RowCount;
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        GroupTable table = TableFor(keys);
        if (_dictionaryGroups?.TryFindOrAdd(keys, rows, count, groups) != true)
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
        if (_plan.Mode is AggregateMode.Partial or AggregateMode.Merge)
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
