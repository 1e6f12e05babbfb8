using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Joins on any condition: every left row with every right row, a left batch against one right row at a time, or only those between limits that the condition sets.</summary>
/// <remarks>
/// <code>
/// one right row                       left batch as it is, right columns as constants: the condition costs what a filter costs
/// several                             the same, right row by right row
/// many, and a range of some key       right rows sorted by the key, pairs of those in the range alone: RangeIndex
/// </code>
/// The right side is read once and shared by the stage's tasks.
/// </remarks>
internal sealed class NestedLoopJoinOperator : Operator
{
    private readonly NestedLoopJoinExec _plan;
    private readonly Operator _left;
    private readonly SharedRows _shared;
    private readonly bool _isShared;
    private readonly JoinOutput _output;
    private readonly JoinCondition? _condition;
    private readonly VectorGatherer[] _constantGatherers;
    private readonly ProbeMarks _marks;
    private readonly RangeProbe? _range;
    private readonly JoinCondition? _residual;
    private readonly PairCursor _pairs;
    private bool _walksAll;
    private Vector[]? _values;
    private NativeBuffer? _selection;
    private Batch? _batch;
    private readonly RowStoreCursor _rights;
    private bool _isTail;
    private int _tailRow;
    private bool _ended;

    private NestedLoopJoinOperator(NestedLoopJoinExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _isShared = plan.Right is ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast } or ExchangeExec { Kind: ExchangeKind.Broadcast };
        // A mark asks for null conditions too, which no range leaves.
        RangeCondition? range = plan.Kind == ExecJoinKind.LeftMark ? null : RangeCondition.Of(plan.Condition, plan.Left.Output.Count);
        _shared = _isShared ? context.Query.Shared(plan, () => Read(context.TaskCount)) : Read(1);
        _rights = new RowStoreCursor(_shared.Rows);
        _left = OperatorFactory.Create(plan.Left, context);
        _output = new JoinOutput(plan.Left, plan.Right, plan.OutputOrdinals, context.Account);
        _condition = plan.Condition == null ? null : new JoinCondition(plan.Condition, plan.Left, plan.Right, context);
        _marks = new ProbeMarks(context.Account);
        _pairs = new PairCursor(context.BatchSize);
        if (_shared.Index != null)
        {
            _range = new RangeProbe(range!, context);
            _residual = range!.Residual is { } residual ? new JoinCondition(residual, plan.Left, plan.Right, context) : null;
        }

        _constantGatherers = [.. plan.Right.Output.Select(_ => new VectorGatherer(context.Account))];

        SharedRows Read(int tasks)
        {
            using Operator right = OperatorFactory.Create(plan.Right, context);
            RowStore rows = RowStore.Read(right, PutsOutRightRows, context, metrics);
            RangeIndex? index = range is null ? null : RangeIndex.TryBuild(range, rows, context);
            if (index != null)
            {
                metrics.Add("sorted rows", rows.RowCount);
            }

            return new SharedRows(rows, index, tasks);
        }
    }

    private bool PutsOutRightRows => _plan.Kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti;

    private bool IsExistence => _plan.Kind is ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark;

    private bool PutsOutPairs => !IsExistence && _plan.Kind is not (ExecJoinKind.RightSemi or ExecJoinKind.RightAnti);

    public static Operator Create(NestedLoopJoinExec plan, TaskContext context, OperatorMetrics metrics) => new NestedLoopJoinOperator(plan, context, metrics);

    protected override Batch? NextCore()
    {
        while (!_ended && !_isTail)
        {
            if (_batch == null)
            {
                _batch = _left.Next();
                if (_batch == null)
                {
                    _isTail = PutsOutRightRows && _shared.EndProbe();
                    _ended = !_isTail;
                    _rights.Restart();
                    break;
                }

                _marks.Start(_batch.RowCount);
                _walksAll = _shared.Index == null || !_range!.TryStart(_batch, _shared.Index);
                if (_walksAll)
                {
                    _rights.Rewind();
                }
                else
                {
                    _pairs.Start(_batch.RowCount);
                }
            }

            if ((_walksAll ? NextPairs(_batch) : NextInRange(_batch, _shared.Index!)) is { } pairs)
            {
                return pairs;
            }

            Batch done = _batch;
            _batch = null;
            if (EndOf(done) is { } rest)
            {
                return rest;
            }
        }

        if (_ended)
        {
            return null;
        }

        Batch? tail = NextTail();
        _ended = tail == null;
        return tail;
    }

    public override void Dispose()
    {
        _left.Dispose();
        _rights.Dispose();
        _output.Dispose();
        _condition?.Dispose();
        _residual?.Dispose();
        _range?.Dispose();
        Array.ForEach(_constantGatherers, static gatherer => gatherer.Dispose());
        _marks.Dispose();
        _selection?.Release();
        _selection = null;
        if (!_isShared)
        {
            _shared.Dispose();
        }
    }

    /// <summary>Goes on with the right rows for the present left batch: the rows that match the next one that matches any.</summary>
    private Batch? NextPairs(Batch left)
    {
        RowStore store = _shared.Rows;
        int count = left.RowCount;
        ReadOnlySpan<int> rows = left.Selection == null ? default : left.Selection.Rows;
        while (_rights.Next())
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            Vector?[] constants = Constants(store, left.Length);
            Span<int> selected = NativeBuffer.Reuse(ref _selection, (count + 16) * 4L, Context.Account).Span<int>(0, count);
            int matches = Match(left, rows, count, constants, selected);
            if (matches == 0)
            {
                continue;
            }

            if (!store.Matched.IsEmpty)
            {
                store.Matched[_rights.StoreRow] = 1;
            }

            if (PutsOutPairs)
            {
                SelectionVector? selection = matches == left.Length ? null : new SelectionVector(_selection!, matches);
                return _output.WithConstants(left, constants, selection);
            }
        }

        return null;
    }

    /// <summary>Goes on with the pairs between the limits of the present left batch's rows.</summary>
    private Batch? NextInRange(Batch left, RangeIndex index)
    {
        if (IsExistence && _residual == null)
        {
            _range!.MarkFound(index, _marks.Found);
            return null;
        }

        ReadOnlySpan<int> rows = left.Selection == null ? default : left.Selection.Rows;
        while (_pairs.Fill(_range!, rows, index))
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            if (_residual != null)
            {
                _pairs.Keep(_residual.Evaluate(left.Columns, _pairs.LeftRows, index.Columns, _pairs.RightRows), default);
            }

            Book(_pairs);
            if (PutsOutPairs && _pairs.Count > 0)
            {
                return _output.Pairs(left.Columns, _pairs.LeftRows, index.Columns, _pairs.RightRows);
            }
        }

        _pairs.Stop();
        return null;
    }

    private void Book(PairCursor pairs)
    {
        Span<byte> found = _marks.Found, matched = _shared.Rows.Matched;
        ReadOnlySpan<int> positions = pairs.Positions, rights = pairs.RightRows;
        bool isSingle = _plan.Kind == ExecJoinKind.LeftSingle;
        for (int i = 0; i < positions.Length; i++)
        {
            if (isSingle && found[positions[i]] != 0)
            {
                throw ExecutionErrors.MoreThanOneRow();
            }

            found[positions[i]] = 1;
            if (!matched.IsEmpty)
            {
                matched[rights[i]] = 1;
            }
        }
    }

    /// <summary>Finds the left rows that match one right row and books them.</summary>
    private int Match(Batch left, ReadOnlySpan<int> rows, int count, Vector?[] constants, Span<int> selected)
    {
        int matches = 0;
        VectorReader reader = default;
        if (_condition != null)
        {
            reader = new VectorReader(_condition.EvaluateConstant(left, constants));
        }

        Span<byte> found = _marks.Found, unknown = _marks.Unknown;
        bool isSingle = _plan.Kind == ExecJoinKind.LeftSingle, hasTwo = false;
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            bool isNull = _condition != null && reader.IsNull(row);
            bool isMatch = _condition == null || (!isNull && reader.Boolean(row));
            selected[matches] = row;
            matches += isMatch ? 1 : 0;
            hasTwo |= isMatch && found[i] != 0;
            found[i] |= isMatch ? (byte)1 : (byte)0;
            unknown[i] |= isNull ? (byte)1 : (byte)0;
        }

        return isSingle && hasTwo ? throw ExecutionErrors.MoreThanOneRow() : matches;
    }

    private Vector?[] Constants(RowStore store, int length)
    {
        // One value a column is gathered per right row; the constants over it are re-made per batch.
        if (_values == null || store.RowCount > 1)
        {
            Vector[] columns = _rights.Batch!.Columns;
            _values = new Vector[columns.Length];
            for (int i = 0; i < _values.Length; i++)
            {
                Vector value = _constantGatherers[i].Take(columns[i], [_rights.Row]);
                _values[i] = value is ConstantVector constant ? constant.Value : value;
            }
        }

        return Array.ConvertAll(_values, value => (Vector?)new ConstantVector(value, length));
    }

    /// <summary>What a left batch puts out once all right rows have been seen.</summary>
    private Batch? EndOf(Batch left)
    {
        int count = left.RowCount;
        ReadOnlySpan<int> rows = left.Selection == null ? default : left.Selection.Rows;
        if (_plan.Kind == ExecJoinKind.LeftMark)
        {
            return _output.Positional(left, [], default, _marks.ToVector(left), left.Selection);
        }

        bool keepsLeft = _plan.Kind is ExecJoinKind.LeftOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle;
        if (!keepsLeft && !IsExistence)
        {
            return null;
        }

        byte wanted = _plan.Kind == ExecJoinKind.LeftSemi ? (byte)1 : (byte)0;
        Span<int> selected = NativeBuffer.Reuse(ref _selection, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        int kept = _marks.Select(rows, wanted, selected);
        if (kept == 0)
        {
            return null;
        }

        SelectionVector? selection = kept == left.Length ? null : new SelectionVector(_selection!, kept);
        return IsExistence ? _output.Positional(left, [], default, null, selection) : _output.LeftOnly(left, selection);
    }

    private Batch? NextTail()
    {
        ReadOnlySpan<byte> matched = _shared.Rows.Matched;
        byte wanted = _plan.Kind == ExecJoinKind.RightSemi ? (byte)1 : (byte)0;
        var rows = new int[Context.BatchSize];
        while (_rights.NextBatch())
        {
            int count = 0, length = _rights.Batch!.Length;
            for (int row = 0; row < length; row++)
            {
                rows[count] = row;
                count += matched[_tailRow++] == wanted ? 1 : 0;
            }

            if (count > 0)
            {
                return _output.RightOnly(_rights.Batch.Columns, rows.AsSpan(0, count));
            }
        }

        return null;
    }

    /// <summary>The right side, sorted too where that helps, and how many tasks still probe it.</summary>
    private sealed class SharedRows(RowStore rows, RangeIndex? index, int probes) : IDisposable
    {
        private int _probesLeft = probes;

        public RowStore Rows => rows;

        public RangeIndex? Index => index;

        public bool EndProbe() => Interlocked.Decrement(ref _probesLeft) == 0;

        public void Dispose()
        {
            index?.Dispose();
            rows.Dispose();
        }
    }
}
