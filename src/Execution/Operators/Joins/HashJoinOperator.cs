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
/// A broadcast build is made by the first task that needs it, while the others wait for that running task; a partitioned build belongs to its task.
/// </remarks>
internal sealed class HashJoinOperator : Operator
{
    private readonly HashJoinExec _plan;
    private readonly JoinBuild _build;
    private readonly Operator _probe;
    private readonly ExpressionList _leftKeys;
    private readonly JoinKeys _joinKeys;
    private readonly JoinOutput _output;
    private readonly JoinCondition? _residual;
    private readonly LookupScratch _scratch;
    private readonly bool _isShared;
    private readonly PairCursor _pairs;
    private NativeBuffer? _numbers;
    private NativeBuffer? _selection;
    private NativeBuffer? _rightRows;
    private NativeBuffer? _leftRows;
    private NativeBuffer? _markBits;
    private NativeBuffer? _markValidity;
    private Batch? _batch;
    private byte[] _found = [];
    private byte[] _unknown = [];
    private int _tailRow = -1;
    private bool _ended;

    private HashJoinOperator(HashJoinExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _isShared = plan.Right is ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast } or ExchangeExec { Kind: ExchangeKind.Broadcast };

        // The build side first: scans of the probe side look for its runtime filters when they are made.
        _build = GetBuild();
        _probe = OperatorFactory.Create(plan.Left, context);
        _leftKeys = new ExpressionList(plan.LeftKeys, context.Evaluation);
        _joinKeys = new JoinKeys(plan.NullsEqual, context.Account);
        _output = new JoinOutput(plan.Left, plan.Right, plan.OutputOrdinals, context.Account);
        _residual = plan.Residual == null ? null : new JoinCondition(plan.Residual, plan.Left, plan.Right, context);
        _scratch = new LookupScratch(context.Account);
        _pairs = new PairCursor(context.BatchSize);
    }

    private bool PutsOutBuildRows => _plan.Kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti;

    private bool KeepsLeftRows => _plan.Kind is ExecJoinKind.LeftOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle;

    /// <summary>Whether only the existence of a partner counts.</summary>
    private bool IsExistence => _plan.Kind is ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark;

    public static Operator Create(HashJoinExec plan, TaskContext context, OperatorMetrics metrics) =>
        new HashJoinOperator(plan, context, metrics);

    protected override Batch? NextCore()
    {
        if (_ended)
        {
            return null;
        }

        while (_tailRow < 0)
        {
            if (_pairs.IsActive)
            {
                if ((NextPairs() ?? EndPairs()) is { } paired)
                {
                    return paired;
                }

                continue;
            }

            _batch = CanSkipProbe() ? null : _probe.Next();
            if (_batch == null)
            {
                if (PutsOutBuildRows && _build.EndProbe())
                {
                    _tailRow = 0;
                    break;
                }

                _ended = true;
                return null;
            }

            if (ProbeBatch(_batch) is { } joined)
            {
                return joined;
            }
        }

        Batch? tail = NextTail();
        _ended = tail == null;
        return tail;
    }

    public override void Dispose()
    {
        _probe.Dispose();
        _leftKeys.Dispose();
        _joinKeys.Dispose();
        _output.Dispose();
        _residual?.Dispose();
        _scratch.Dispose();
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_numbers, _selection, _rightRows, _leftRows, _markBits, _markValidity])
        {
            buffer?.Release();
        }

        _numbers = _selection = _rightRows = _leftRows = _markBits = _markValidity = null;
        if (!_isShared)
        {
            _build.Dispose();
        }
    }

    private JoinBuild GetBuild()
    {
        if (_isShared)
        {
            return Context.Query.Shared(_plan, Make);
        }

        return Make();

        JoinBuild Make()
        {
            long start = Stopwatch.GetTimestamp();
            int leftCount = _plan.Left.Output.Count, rightCount = _plan.Right.Output.Count;
            bool[] needed = JoinOutput.RightColumns(leftCount, rightCount, [.. _plan.OutputOrdinals, .. JoinCondition.Ordinals(_plan.Residual)]);
            using Operator input = OperatorFactory.Create(_plan.Right, Context);
            JoinTable table = JoinTable.Build(_plan, needed, MarkNulls.NeedsKeys(_plan), input, _isShared, Context);
            Metrics.Add("build rows", table.RowCount);
            Metrics.Add("build microseconds", (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            return new JoinBuild(table, _isShared ? Context.TaskCount : 1);
        }
    }

    /// <summary>Whether an empty build side already decides that nothing comes out.</summary>
    private bool CanSkipProbe() => _build.Table.RowCount == 0 && _plan.Kind is (ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightOuter);

    private Batch? ProbeBatch(Batch batch)
    {
        JoinTable table = _build.Table;
        if (_plan.IsNullAware && _plan.Kind == ExecJoinKind.LeftAnti && table.HasNullKey)
        {
            return null;
        }

        Vector[] keys = _leftKeys.Evaluate(batch);
        Span<int> numbers = FindNumbers(keys, batch);
        if (_residual == null && (IsExistence || _plan.Kind is ExecJoinKind.RightSemi or ExecJoinKind.RightAnti))
        {
            return IsExistence ? Existence(batch, keys, numbers) : MarkBuildRows(numbers);
        }

        if (_residual == null && table.IsUnique)
        {
            table.NumbersToRows(numbers);
            MarkMatched(numbers);
            return KeepsLeftRows ? AllLeftRows(batch, numbers) : MatchedLeftRows(batch, numbers);
        }

        if (_found.Length < numbers.Length)
        {
            _found = new byte[numbers.Length];
            _unknown = new byte[numbers.Length];
        }

        _found.AsSpan(0, numbers.Length).Clear();
        _unknown.AsSpan(0, numbers.Length).Clear();
        _pairs.Start(numbers.Length);
        return null;
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
                _build.Table.Find(keys, present, present.Length, found, _scratch);
                for (int i = 0; i < found.Length; i++)
                {
                    numbers[positions[i]] = found[i];
                }
            }
        }
        else
        {
            _build.Table.Find(keys, rows, count, numbers, _scratch);
        }

        return numbers;
    }

    private Batch? Existence(Batch batch, Vector[] keys, ReadOnlySpan<int> numbers)
    {
        if (_plan.Kind == ExecJoinKind.LeftMark)
        {
            if (_found.Length < numbers.Length)
            {
                _found = new byte[numbers.Length];
                _unknown = new byte[numbers.Length];
            }

            for (int i = 0; i < numbers.Length; i++)
            {
                _found[i] = numbers[i] >= 0 ? (byte)1 : (byte)0;
                _unknown[i] = 0;
            }

            return Marked(batch, keys, numbers.Length);
        }

        bool wanted = _plan.Kind == ExecJoinKind.LeftSemi;
        bool nullsStay = !_plan.IsNullAware || _build.Table.RowCount == 0;
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

        return count == 0 ? null : _output.Positional(batch, _build.Table.Columns, default, null, Selection(batch, count));
    }

    private Batch? MarkBuildRows(ReadOnlySpan<int> numbers)
    {
        JoinTable table = _build.Table;
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

            foreach (int row in table.RowsOf(number))
            {
                matched[row] = 1;
            }
        }

        return null;
    }

    private void MarkMatched(ReadOnlySpan<int> buildRows)
    {
        Span<byte> matched = _build.Table.Matched;
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

    /// <summary>Every probe row with its partner or nulls.</summary>
    private Batch AllLeftRows(Batch batch, ReadOnlySpan<int> buildRows)
    {
        ReadOnlySpan<int> positional = buildRows;
        if (batch.Selection != null)
        {
            Span<int> byRow = NativeBuffer.Reuse(ref _rightRows, (batch.Length + 16) * 4L, Context.Account).Span<int>(0, batch.Length);
            byRow.Fill(-1);
            ReadOnlySpan<int> rows = batch.Selection.Rows;
            for (int i = 0; i < rows.Length; i++)
            {
                byRow[rows[i]] = buildRows[i];
            }

            positional = byRow;
        }

        return _output.Positional(batch, _build.Table.Columns, positional, null, batch.Selection);
    }

    /// <summary>Probe rows that have their one partner.</summary>
    private Batch? MatchedLeftRows(Batch batch, ReadOnlySpan<int> buildRows)
    {
        Span<int> selected = SelectionRoom(buildRows.Length);
        Span<int> partners = NativeBuffer.Reuse(ref _leftRows, (buildRows.Length + 16) * 4L, Context.Account).Span<int>(0, buildRows.Length);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        int count = 0;
        for (int i = 0; i < buildRows.Length; i++)
        {
            selected[count] = rows.IsEmpty ? i : rows[i];
            partners[count] = buildRows[i];
            count += buildRows[i] >= 0 ? 1 : 0;
        }

        if (count == 0)
        {
            return null;
        }

        JoinTable table = _build.Table;
        if (count == batch.Length)
        {
            return _output.Positional(batch, table.Columns, partners[..count], null, null);
        }

        // Few rows left: move them together, so that what follows works on short vectors.
        if (count * 4 < batch.Length)
        {
            return _output.Pairs(batch.Columns, selected[..count], table.Columns, partners[..count]);
        }

        Span<int> byRow = NativeBuffer.Reuse(ref _rightRows, (batch.Length + 16) * 4L, Context.Account).Span<int>(0, batch.Length);
        byRow.Clear();                  // rows that are not selected repeat row 0: cheaper than nulls
        for (int i = 0; i < count; i++)
        {
            byRow[selected[i]] = partners[i];
        }

        return _output.Positional(batch, table.Columns, byRow, null, Selection(batch, count));
    }

    /// <summary>The next pairs that satisfy the residual, or null when this batch has none left.</summary>
    private Batch? NextPairs()
    {
        JoinTable table = _build.Table;
        Batch batch = _batch!;
        ReadOnlySpan<int> numbers = _numbers!.Span<int>(0, batch.RowCount);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        while (_pairs.Fill(numbers, rows, table))
        {
            if (_residual != null)
            {
                Vector values = _residual.Evaluate(batch.Columns, _pairs.LeftRows, table.Columns, _pairs.RightRows);
                _pairs.Keep(values, _plan.Kind == ExecJoinKind.LeftMark ? _unknown : null);
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
        foreach (int position in positions)
        {
            if (isSingle && _found[position] != 0)
            {
                throw ExecutionErrors.MoreThanOneRow();
            }

            _found[position] = 1;
        }
    }

    /// <summary>What a batch puts out once all its pairs are known.</summary>
    private Batch? EndPairs()
    {
        _pairs.Stop();
        Batch batch = _batch!;
        int length = batch.RowCount;
        if (_plan.Kind == ExecJoinKind.LeftMark)
        {
            return Marked(batch, _leftKeys.Evaluate(batch), length);
        }

        if (!KeepsLeftRows && !IsExistence)
        {
            return null;
        }

        byte wanted = _plan.Kind == ExecJoinKind.LeftSemi ? (byte)1 : (byte)0;
        Span<int> selected = SelectionRoom(length);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        int count = 0;
        for (int i = 0; i < length; i++)
        {
            selected[count] = rows.IsEmpty ? i : rows[i];
            count += _found[i] == wanted ? 1 : 0;
        }

        return count == 0 ? null
            : IsExistence ? _output.Positional(batch, _build.Table.Columns, default, null, Selection(batch, count))
            : _output.LeftOnly(batch, Selection(batch, count));
    }

    /// <summary>The probe rows and whether they found a partner: true, null or false.</summary>
    private Batch Marked(Batch batch, Vector[] keys, int count)
    {
        MarkNulls.Find(_plan, _build.Table, batch, keys, _residual, _found.AsSpan(0, count), _unknown.AsSpan(0, count));
        int words = Bits.WordCount(batch.Length);
        Span<byte> bits = NativeBuffer.Reuse(ref _markBits, words * 8L, Context.Account).Span<byte>(0, words * 8);
        Span<byte> validity = NativeBuffer.Reuse(ref _markValidity, words * 8L, Context.Account).Span<byte>(0, words * 8);
        bits.Clear();
        validity.Fill(0xFF);
        int nulls = 0;
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (_found[i] != 0)
            {
                Bits.Set(bits, row);
            }
            else if (_unknown[i] != 0)
            {
                Bits.Clear(validity, row);
                nulls++;
            }
        }

        var mark = new BooleanVector(batch.Length, _markBits!, _markValidity, nulls);
        return _output.Positional(batch, _build.Table.Columns, default, mark, batch.Selection);
    }

    private Batch? NextTail()
    {
        JoinTable table = _build.Table;
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

/// <summary>A build side and how many tasks still probe it.</summary>
internal sealed class JoinBuild(JoinTable table, int probes) : IDisposable
{
    private int _probesLeft = probes;

    public JoinTable Table => table;

    /// <summary>Books the end of one task's probe side.</summary>
    /// <returns>Whether it was the last: that task puts out what is left of the build side.</returns>
    public bool EndProbe() => Interlocked.Decrement(ref _probesLeft) == 0;

    public void Dispose() => table.Dispose();
}
