using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Looks each probe row's keys up in the build side's table.</summary>
/// <remarks>
/// <code>
/// probe batch ─▶ key numbers ─▶ one partner at most, no residual: the batch under a selection, build columns gathered beside it
///                            └▶ several partners or a residual:   pairs, a batch at a time; then the probe rows without partner
/// end of probe ─▶ build rows that found a partner, or none: by the last task that shares the table
/// </code>
/// A build side that does not fit in memory is on disk, and so are its probe rows then: <see cref="SpilledProbe"/> gives their tables and batches one after the other.
/// A broadcast build, and that of a partition that several tasks share, is made by the first task that needs it, while the others wait for that running task; any other
/// partitioned build belongs to its task.
/// </remarks>
internal sealed class HashJoinOperator : Operator
{
    private readonly HashJoinExec _plan;
    private readonly JoinBuild _build;
    private readonly SpilledProbe? _spill;
    private JoinTable _table;
    private Operator? _probe;
    private readonly ExpressionList _leftKeys;
    private readonly JoinKeys _joinKeys;
    private readonly JoinOutput _output;
    private readonly JoinCondition? _residual;
    private readonly LookupScratch _scratch;
    private readonly bool _isBroadcast;
    private readonly PairCursor _pairs;
    private readonly ProbeMarks _marks;
    private readonly SinglePartners _single;
    private NativeBuffer? _numbers;
    private NativeBuffer? _selection;
    private Batch? _batch;
    private int _tailRow = -1;
    private bool _ended;

    private HashJoinOperator(HashJoinExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _isBroadcast = plan.Right is ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast } or ExchangeExec { Kind: ExchangeKind.Broadcast };

        // The build side first: scans of the probe side look for its runtime filters when they are made.
        _build = GetBuild();
        _spill = _build.Spilled == null ? null : new SpilledProbe(plan, _build, context, metrics);
        _table = _build.Table!;
        _probe = OperatorFactory.Create(plan.Left, context);
        _leftKeys = new ExpressionList(plan.LeftKeys, context.Evaluation);
        _joinKeys = new JoinKeys(plan.NullsEqual, context.Account);
        _output = new JoinOutput(plan.Left, plan.Right, plan.OutputOrdinals, context.Account);
        _residual = plan.Residual == null ? null : new JoinCondition(plan.Residual, plan.Left, plan.Right, context);
        _scratch = new LookupScratch(context.Account);
        _pairs = new PairCursor(context.BatchSize);
        _marks = new ProbeMarks(context.Account);
        _single = new SinglePartners(_output, context.Account);
    }

    private bool PutsOutBuildRows => _plan.Kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti;

    private bool KeepsLeftRows => _plan.Kind is ExecJoinKind.LeftOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle;

    /// <summary>Whether only the existence of a partner counts.</summary>
    private bool IsExistence => _plan.Kind is ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark;

    public static Operator Create(HashJoinExec plan, TaskContext context, OperatorMetrics metrics) =>
        new HashJoinOperator(plan, context, metrics);

    protected override Batch? NextCore()
    {
        if (_spill != null && _probe != null && !_ended)
        {
            bool hasMore = _spill.Read(_probe!, PutsOutBuildRows);
            _probe!.Dispose();          // what it holds makes room for the tables
            _probe = null;
            _ended = !hasMore || !NextTable();
        }

        while (!_ended)
        {
            if (_tailRow >= 0)
            {
                if (NextTail() is { } tail)
                {
                    return tail;
                }

                _tailRow = -1;
                _ended = !NextTable();
                continue;
            }

            if (_pairs.IsActive)
            {
                if ((NextPairs() ?? EndPairs()) is { } paired)
                {
                    return paired;
                }

                continue;
            }

            _batch = NextProbe();
            if (_batch == null)
            {
                if (PutsOutBuildRows && (_spill != null || _build.EndProbe()))
                {
                    _tailRow = 0;
                }
                else
                {
                    _ended = !NextTable();
                }
            }
            else if (ProbeBatch(_batch) is { } joined)
            {
                return joined;
            }
        }

        return null;
    }

    public override void Rest()
    {
        if (!_pairs.IsActive)
        {
            _probe?.Rest();
        }
    }

    public override void Dispose()
    {
        _probe?.Dispose();
        _leftKeys.Dispose();
        _joinKeys.Dispose();
        _output.Dispose();
        _residual?.Dispose();
        _scratch.Dispose();
        _marks.Dispose();
        _single.Dispose();
        _numbers?.Release();
        _selection?.Release();
        _spill?.Dispose();
        _numbers = _selection = null;
        if (!_isBroadcast && (Context.Range.Sharers == 1 || PartitionBuilds.Of(_plan, Context).Leave(Context.Range)))
        {
            _build.Dispose();
        }
    }

    private JoinBuild GetBuild()
    {
        return _isBroadcast ? Context.Query.Shared(_plan, Make)
            : Context.Range.Sharers > 1 ? PartitionBuilds.Of(_plan, Context).Get(Context.Range, Make)
            : Make();

        JoinBuild Make()
        {
            using Operator input = OperatorFactory.Create(_plan.Right, Context);
            return JoinBuild.Read(_plan, input, _isBroadcast, _isBroadcast ? Context.TaskCount : Context.Range.Sharers, Context, Metrics);
        }
    }

    /// <summary>Goes to the next table of a build side on disk.</summary>
    private bool NextTable()
    {
        if (_spill == null || !_spill.NextTable())
        {
            return false;
        }

        _table = _spill.Table!;
        return true;
    }

    private Batch? NextProbe() => _spill != null ? _spill.NextProbe() : CanSkipProbe() ? null : _probe!.Next();

    /// <summary>Whether an empty build side already decides that nothing comes out.</summary>
    private bool CanSkipProbe() => _table.RowCount == 0 && _plan.Kind is (ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightOuter);

    private Batch? ProbeBatch(Batch batch)
    {
        JoinTable table = _table;
        if (_plan.IsNullAware && _plan.Kind == ExecJoinKind.LeftAnti && table.SideHasNullKey)
        {
            return null;
        }

        Vector[] keys = _leftKeys.Evaluate(batch);
        Span<int> numbers = FindNumbers(keys, batch);
        if (_spill is { Flags.IsEmpty: false })
        {
            return ProbeChunk(_spill, batch, keys, numbers);
        }

        if (_residual == null && (IsExistence || _plan.Kind is ExecJoinKind.RightSemi or ExecJoinKind.RightAnti))
        {
            return IsExistence ? Existence(batch, keys, numbers) : MarkBuildRows(numbers);
        }

        if (_residual == null && table.IsUnique)
        {
            table.NumbersToRows(numbers);
            MarkMatched(numbers);
            return KeepsLeftRows ? _single.All(batch, table.Columns, numbers) : _single.Matched(batch, table.Columns, numbers);
        }

        _marks.Start(numbers.Length);
        _pairs.Start(numbers.Length);
        return null;
    }

    /// <summary>Probes a part of the build rows: what comes out at the end is known with the last part.</summary>
    private Batch? ProbeChunk(SpilledProbe spill, Batch batch, Vector[] keys, ReadOnlySpan<int> numbers)
    {
        int count = numbers.Length;
        _marks.Start(count);
        spill.Flags[..count].CopyTo(_marks.Found);
        spill.Flags.Slice(count, count).CopyTo(_marks.Unknown);
        if (_residual != null || !IsExistence)
        {
            _pairs.Start(count);
            return null;
        }

        Span<byte> marked = _marks.Found;
        bool nullsDrop = _plan.IsNullAware && _plan.Kind == ExecJoinKind.LeftAnti;
        for (int i = 0; i < count; i++)
        {
            // Without its last condition an anti join leaves rows with a null key out: as if they had found a partner.
            marked[i] |= numbers[i] >= 0 || (nullsDrop && keys[0].IsNull(i)) ? (byte)1 : (byte)0;
        }

        return EndPairs();
    }

    private Span<int> FindNumbers(Vector[] keys, Batch batch)
    {
        int count = batch.RowCount;
        Span<int> numbers = NativeBuffer.Reuse(ref _numbers, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        if (_joinKeys.TryPresent(keys, rows, count, out ReadOnlySpan<int> present, out ReadOnlySpan<int> positions))
        {
            numbers.Fill(-1);
            if (!present.IsEmpty)
            {
                Span<int> found = _joinKeys.Numbers(present.Length);
                _table.Find(keys, present, present.Length, found, _scratch);
                for (int i = 0; i < found.Length; i++)
                {
                    numbers[positions[i]] = found[i];
                }
            }
        }
        else
        {
            _table.Find(keys, rows, count, numbers, _scratch);
        }

        return numbers;
    }

    private Batch? Existence(Batch batch, Vector[] keys, ReadOnlySpan<int> numbers)
    {
        if (_plan.Kind == ExecJoinKind.LeftMark)
        {
            _marks.Start(numbers.Length);
            Span<byte> found = _marks.Found;
            for (int i = 0; i < found.Length; i++)
            {
                found[i] = numbers[i] >= 0 ? (byte)1 : (byte)0;
            }

            return Marked(batch, keys);
        }

        bool wanted = _plan.Kind == ExecJoinKind.LeftSemi;
        bool nullsStay = !_plan.IsNullAware || _table.SideRowCount == 0;
        Span<int> selected = SelectionRoom(numbers.Length);
        int count = 0;
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        int flip = wanted ? -1 : 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            // The sign bit is set for rows without a partner.
            selected[count] = rows.IsEmpty ? i : rows[i];
            count += (int)((uint)(numbers[i] ^ flip) >> 31);
        }

        if (!nullsStay && keys[0].HasNulls)
        {
            var reader = new VectorReader(keys[0]);
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                selected[kept] = selected[i];
                kept += reader.IsNull(selected[i]) ? 0 : 1;
            }

            count = kept;
        }

        return count == 0 ? null : _output.Positional(batch, _table.Columns, default, null, Selection(batch, count));
    }

    private Batch? MarkBuildRows(ReadOnlySpan<int> numbers)
    {
        JoinTable table = _table;
        Span<byte> matched = table.Matched;
        foreach (int number in numbers)
        {
            if (number < 0)
            {
                continue;
            }

            if (table.IsUnique)
            {
                matched[table.RowOf(number)] = 1;
                continue;
            }

            ReadOnlySpan<int> rows = table.RowsOf(number);
            if (matched[rows[0]] == 0)
            {
                foreach (int row in rows)
                {
                    matched[row] = 1;
                }
            }
        }

        return null;
    }

    private void MarkMatched(ReadOnlySpan<int> buildRows)
    {
        Span<byte> matched = _table.Matched;
        if (matched.IsEmpty)
        {
            return;
        }

        foreach (int row in buildRows)
        {
            if (row >= 0)
            {
                matched[row] = 1;
            }
        }
    }

    /// <summary>The next pairs that satisfy the residual, or null when this batch has none left.</summary>
    private Batch? NextPairs()
    {
        JoinTable table = _table;
        Batch batch = _batch!;
        ReadOnlySpan<int> numbers = _numbers!.Span<int>(0, batch.RowCount);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        while (_pairs.Fill(numbers, rows, table))
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            if (_residual != null)
            {
                Vector values = _residual.Evaluate(batch.Columns, _pairs.LeftRows, table.Columns, _pairs.RightRows);
                _pairs.Keep(values, _plan.Kind == ExecJoinKind.LeftMark ? _marks.Unknown : default);
            }

            if (KeepsLeftRows || IsExistence)
            {
                MarkFound(_pairs.Positions);
            }

            MarkMatched(_pairs.RightRows);
            if (_pairs.Count > 0 && !IsExistence && _plan.Kind is not (ExecJoinKind.RightSemi or ExecJoinKind.RightAnti))
            {
                return _output.Pairs(batch.Columns, _pairs.LeftRows, table.Columns, _pairs.RightRows);
            }
        }

        return null;
    }

    private void MarkFound(ReadOnlySpan<int> positions)
    {
        bool isSingle = _plan.Kind == ExecJoinKind.LeftSingle;
        Span<byte> found = _marks.Found;
        foreach (int position in positions)
        {
            if (isSingle && found[position] != 0)
            {
                throw ExecutionErrors.MoreThanOneRow();
            }

            found[position] = 1;
        }
    }

    /// <summary>What a batch puts out once all its pairs are known.</summary>
    private Batch? EndPairs()
    {
        _pairs.Stop();
        Batch batch = _batch!;
        int length = batch.RowCount;
        if (_spill is { IsLastChunk: false, Flags.IsEmpty: false })
        {
            if (_plan.Kind == ExecJoinKind.LeftMark)
            {
                FindNulls(batch, _leftKeys.Evaluate(batch));
            }

            _marks.Found.CopyTo(_spill.Flags);
            _marks.Unknown.CopyTo(_spill.Flags[length..]);
            return null;
        }

        if (_plan.Kind == ExecJoinKind.LeftMark)
        {
            return Marked(batch, _leftKeys.Evaluate(batch));
        }

        if (!KeepsLeftRows && !IsExistence)
        {
            return null;
        }

        byte wanted = _plan.Kind == ExecJoinKind.LeftSemi ? (byte)1 : (byte)0;
        int count = _marks.Select(batch.Selection == null ? default : batch.Selection.Rows, wanted, SelectionRoom(length));
        return count == 0 ? null
            : IsExistence ? _output.Positional(batch, _table.Columns, default, null, Selection(batch, count))
            : _output.LeftOnly(batch, Selection(batch, count));
    }

    /// <summary>The probe rows and whether they found a partner: true, null or false.</summary>
    private Batch Marked(Batch batch, Vector[] keys)
    {
        FindNulls(batch, keys);
        return _output.Positional(batch, _table.Columns, default, _marks.ToVector(batch), batch.Selection);
    }

    private void FindNulls(Batch batch, Vector[] keys) => MarkNulls.Find(_plan, _table, batch, keys, _residual, _marks.Found, _marks.Unknown, Context.Cancellation);

    private Batch? NextTail()
    {
        JoinTable table = _table;
        ReadOnlySpan<byte> matched = table.Matched;
        byte wanted = _plan.Kind == ExecJoinKind.RightSemi ? (byte)1 : (byte)0;
        Span<int> rows = SelectionRoom(Context.BatchSize);
        int count = 0;
        while (_tailRow < matched.Length && count < rows.Length)
        {
            rows[count] = _tailRow;
            count += matched[_tailRow++] == wanted ? 1 : 0;
        }

        return count == 0 ? null : _output.RightOnly(table.Columns, rows[..count]);
    }

    private Span<int> SelectionRoom(int count) => NativeBuffer.Reuse(ref _selection, (count + 16) * 4L, Context.Account).Span<int>(0, count);

    private SelectionVector? Selection(Batch batch, int count) => count == batch.Length ? null : new SelectionVector(_selection!, count);
}
