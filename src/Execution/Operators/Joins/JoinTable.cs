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

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>A hash join's build side: keys by number, rows by key, and the columns that the join puts out. Immutable once built, but for <see cref="Matched"/>.</summary>
/// <remarks><code>
/// key ─GroupTable─▶ number ─▶ rows        unique keys:  row = number, or rowOf[number]
///                                         else:         rowList[starts[number] .. starts[number + 1]]
/// rows ─▶ columns                         copied side by side, only those that are put out
/// </code></remarks>
internal sealed class JoinTable : IDisposable
{
    private readonly ColumnAppender?[] _appenders;
    private readonly LookupTable _keys;
    private readonly List<Vector> _encoded = [];
    private NativeBuffer? _starts;
    private NativeBuffer? _rowList;
    private NativeBuffer? _matched;

    private JoinTable(LookupTable keys, ColumnAppender?[] appenders)
    {
        _keys = keys;
        _appenders = appenders;
        Columns = new Vector?[appenders.Length];
    }

    /// <summary>Rows, those with null keys included.</summary>
    public int RowCount { get; private set; }

    /// <summary>The right side's columns by ordinal, then the key columns if they were asked for; null where nobody needs one.</summary>
    public Vector?[] Columns { get; }

    /// <summary>Whether no key has two rows.</summary>
    public bool IsUnique { get; private set; }

    /// <summary>Whether some row has a null in a key where null equals nothing.</summary>
    public bool HasNullKey => NullKeyRows.Count > 0;

    /// <summary>Rows of the whole build side, of which this table may hold a part.</summary>
    public long SideRowCount { get; set; }

    /// <summary>Whether some row of the whole build side has such a null.</summary>
    public bool SideHasNullKey { get; set; }

    /// <summary>Rows with such a null.</summary>
    public List<int> NullKeyRows { get; } = [];

    /// <summary>Set to 1 for rows that found a partner; threads may all write it. Empty unless asked for.</summary>
    public Span<byte> Matched => _matched == null ? default : _matched.Span<byte>(0, RowCount);

    /// <summary>Numbers the keys of probe rows, -1 for keys that no build row has.</summary>
    public void Find(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> numbers, LookupScratch scratch) =>
        _keys.Find(columns, rows, count, numbers, scratch);

    /// <summary>The only row of a key; keys are unique.</summary>
    public int RowOf(int number)
    {
        Debug.Assert(IsUnique, "unique keys");
        return _rowList == null ? number : _rowList.Span<int>(number * 4L, 1)[0];
    }

    /// <summary>Turns key numbers into rows in place, -1 stays; keys are unique.</summary>
    public void NumbersToRows(Span<int> numbers)
    {
        if (_rowList == null)
        {
            return;
        }

        ReadOnlySpan<int> rowOf = _rowList.Span<int>(0, _keys.Count);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = numbers[i] < 0 ? -1 : rowOf[numbers[i]];
        }
    }

    /// <summary>Where each key's rows begin in <see cref="RowList"/>; one more entry than keys. Empty when keys are unique.</summary>
    public ReadOnlySpan<int> Starts => _starts == null ? default : _starts.Span<int>(0, _keys.Count + 1);

    /// <summary>Rows in the order of their keys.</summary>
    public ReadOnlySpan<int> RowList => _rowList == null ? default : _rowList.Span<int>(0, RowCount - NullKeyRows.Count);

    /// <summary>All rows of a key; keys are not unique.</summary>
    public ReadOnlySpan<int> RowsOf(int number)
    {
        ReadOnlySpan<int> starts = Starts;
        return RowList[starts[number]..starts[number + 1]];
    }

    /// <summary>Makes the table of some build rows.</summary>
    /// <param name="plan">The join.</param>
    /// <param name="needed">Right columns to keep, by ordinal.</param>
    /// <param name="rows">The rows; read more than once.</param>
    /// <param name="publishes">Whether these are all rows that any task will ask for: then their runtime filters hold, and are published.</param>
    /// <param name="context">The task that builds.</param>
    /// <exception cref="MemoryLimitException">They do not fit; nothing is left.</exception>
    public static JoinTable Build(HashJoinExec plan, bool[] needed, IBuildRows rows, bool publishes, TaskContext context)
    {
        MemoryAccount account = context.Account;
        NodeList<ExecColumn> columns = plan.Right.Output;
        KeyColumn[] keyColumns = [.. plan.RightKeys.Select((key, index) => KeyColumnOf(plan, index))];
        var appenders = new ColumnAppender?[columns.Count + (MarkNulls.NeedsKeys(plan) ? keyColumns.Length : 0)];
        for (int i = 0; i < columns.Count; i++)
        {
            appenders[i] = needed[i] ? ColumnAppender.Create(ArrowTypes.Of(columns[i].Type), account) : null;
        }

        for (int i = columns.Count; i < appenders.Length; i++)
        {
            appenders[i] = ColumnAppender.Create(keyColumns[i - columns.Count].Type, account);
        }

        LookupTable keyTable = GroupTable.Create(keyColumns, account);
        keyTable.Cancellation = context.Cancellation;
        var table = new JoinTable(keyTable, appenders);
        try
        {
            table.Fill(plan, rows, publishes, columns.Count, context);
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _keys.Dispose();
        foreach (ColumnAppender? appender in _appenders)
        {
            appender?.Dispose();
        }

        _encoded.ForEach(static column => column.Release());
        _encoded.Clear();
        _starts?.Release();
        _rowList?.Release();
        _matched?.Release();
        _starts = _rowList = _matched = null;
    }

    private void Fill(HashJoinExec plan, IBuildRows rows, bool publishes, int columnCount, TaskContext context)
    {
        MemoryAccount account = context.Account;
        using ExpressionList keys = new ExpressionList(plan.RightKeys, context.Evaluation);
        if (rows.RowCount > int.MaxValue)
        {
            throw ExecutionErrors.Unsupported("a join build side of more than 2147483647 rows in one partition");
        }

        Reserve(keys, rows, context);
        var numbers = new StateArray<int>(account);
        try
        {
            numbers.Resize((int)rows.RowCount);
            using var joinKeys = new JoinKeys(plan.NullsEqual, account);
            foreach (Batch batch in rows.Read())
            {
                context.Cancellation.ThrowIfCancellationRequested();
                Add(keys.Evaluate(batch), batch, joinKeys, ref numbers, columnCount);
            }

            for (int i = 0; i < _appenders.Length; i++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                if (_appenders[i] is not { } appender)
                {
                    continue;
                }

                if (ValueCodes.TryEncode(appender.Build(), account, context.Cancellation) is { } encoded)
                {
                    _encoded.Add(encoded);
                    appender.Dispose();
                    Columns[i] = encoded;
                }
                else
                {
                    Columns[i] = appender.Build();
                }
            }

            if (publishes && context.Query.Settings.RuntimeFilters)
            {
                foreach (RuntimeFilterSource source in plan.RuntimeFilters)
                {
                    context.Query.SharedByKey(source.Id, () => RuntimeFilter.Build(KeysOf(keys, rows, source.KeyIndex, context.Cancellation), account));
                }
            }

            context.Cancellation.ThrowIfCancellationRequested();
            ListRows(numbers.Values, account);
        }
        finally
        {
            numbers.Dispose();
        }

        SideRowCount = RowCount;
        SideHasNullKey = HasNullKey;
        if (plan.Kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti)
        {
            _matched = NativeBuffer.AllocateZeroed(Math.Max(RowCount, 1), account);
        }
    }

    /// <summary>A key's type on both sides: the wider decimal.</summary>
    private static KeyColumn KeyColumnOf(HashJoinExec plan, int index)
    {
        Expression left = plan.LeftKeys[index], right = plan.RightKeys[index];
        ArrowType leftType = ArrowTypes.Of(left.Type), rightType = ArrowTypes.Of(right.Type);
        return new KeyColumn(leftType.Width > rightType.Width ? leftType : rightType, plan.NullsEqual[index] && (left.IsNullable || right.IsNullable));
    }

    private static IEnumerable<(Vector Keys, SelectionVector? Selection)> KeysOf(ExpressionList keys, IBuildRows rows, int index, CancellationToken cancellation)
    {
        foreach (Batch batch in rows.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (keys.Evaluate(batch)[index], batch.Selection);
        }
    }

    /// <summary>Sizes the key table from the number of rows and, for one integer key, its range.</summary>
    private void Reserve(ExpressionList keys, IBuildRows rows, TaskContext context)
    {
        long least = long.MaxValue, most = long.MinValue;
        using var dense = new DenseArgument(context.Account);
        foreach (Batch batch in rows.Read())
        {
            context.Cancellation.ThrowIfCancellationRequested();
            Vector[] vectors = keys.Evaluate(batch);
            if (vectors.Length != 1 || !RuntimeFilter.IsInteger(vectors[0].Type))
            {
                (least, most) = (long.MaxValue, long.MinValue);
                break;
            }

            var all = new GroupedRows(default, batch.Selection == null ? default : batch.Selection.Rows, batch.RowCount, 1);
            (long low, long high) = IntegerRange.Of(dense.Longs(vectors[0], in all).Values);
            least = Math.Min(least, low);
            most = Math.Max(most, high);
        }

        _keys.Reserve(rows.RowCount, least, most);
    }

    private void Add(Vector[] keys, Batch batch, JoinKeys joinKeys, ref StateArray<int> numbers, int columnCount)
    {
        int count = batch.RowCount, first = RowCount;
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        Span<int> batchNumbers = numbers.Values.Slice(first, count);
        if (joinKeys.TryPresent(keys, rows, count, out ReadOnlySpan<int> present, out ReadOnlySpan<int> positions))
        {
            Span<int> found = joinKeys.Numbers(present.Length);
            _keys.FindOrAdd(keys, present, present.Length, found);
            batchNumbers.Fill(-1);
            for (int i = 0; i < found.Length; i++)
            {
                batchNumbers[positions[i]] = found[i];
            }

            for (int i = 0; i < count; i++)
            {
                if (batchNumbers[i] < 0)
                {
                    NullKeyRows.Add(first + i);
                }
            }
        }
        else
        {
            _keys.FindOrAdd(keys, rows, count, batchNumbers);
        }

        for (int i = 0; i < _appenders.Length; i++)
        {
            Vector column = i < columnCount ? batch.Columns[i] : keys[i - columnCount];
            _appenders[i]?.Append(column, batch.Selection);
        }

        RowCount += count;
    }

    /// <summary>Orders the rows by key number.</summary>
    private void ListRows(ReadOnlySpan<int> numbers, MemoryAccount account)
    {
        int keys = _keys.Count, present = RowCount - NullKeyRows.Count;
        IsUnique = keys == present;
        if (IsUnique)
        {
            bool isIdentity = true;
            for (int row = 0; row < numbers.Length && isIdentity; row++)
            {
                isIdentity = numbers[row] == row;
            }

            if (isIdentity)
            {
                return;
            }

            _rowList = NativeBuffer.Allocate(Math.Max(keys, 1) * 4L, account);
            Span<int> rowOf = _rowList.Span<int>(0, keys);
            for (int row = 0; row < numbers.Length; row++)
            {
                if (numbers[row] >= 0)
                {
                    rowOf[numbers[row]] = row;
                }
            }

            return;
        }

        _starts = NativeBuffer.AllocateZeroed((keys + 2L) * 4, account);
        _rowList = NativeBuffer.Allocate(Math.Max(present, 1) * 4L, account);
        Span<int> starts = _starts.Span<int>(0, keys + 2), rowList = _rowList.Span<int>(0, present);
        foreach (int number in numbers)
        {
            if (number >= 0)
            {
                starts[number + 2]++;
            }
        }

        for (int i = 2; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        for (int row = 0; row < numbers.Length; row++)
        {
            if (numbers[row] >= 0)
            {
                rowList[starts[numbers[row] + 1]++] = row;
            }
        }
    }
}
