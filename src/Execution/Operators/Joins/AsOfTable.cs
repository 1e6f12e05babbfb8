using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>The right side of an ASOF join: for each key its rows in ascending order, so that the nearest is found by bisection.</summary>
/// <remarks>Rows with a null key or order value have no partner and are left out. Of rows that tie, the last read is the nearest.</remarks>
internal sealed class AsOfTable : IDisposable
{
    /// <summary>Bytes a row takes while the rows are brought into order.</summary>
    private const int SortingBytes = 12;

    private readonly ColumnAppender[] _appenders;
    private readonly ColumnAppender _order;
    private readonly LookupTable? _keys;
    private StateArray<int> _groups;
    private StateArray<int> _rows;
    private StateArray<int> _starts;
    private Vector? _orderValues;

    private AsOfTable(AsOfJoinExec plan, TaskContext context)
    {
        MemoryAccount account = context.Account;
        _groups = new StateArray<int>(account);
        _rows = new StateArray<int>(account);
        _starts = new StateArray<int>(account);
        _appenders = [.. plan.Right.Output.Select(column => ColumnAppender.Create(ArrowTypes.Of(column.Type), account))];
        _order = ColumnAppender.Create(ArrowTypes.Of(plan.RightOrder.Type), account);
        _keys = plan.RightKeys.IsEmpty ? null : GroupTable.Create([.. plan.RightKeys.Select(static key => new KeyColumn(ArrowTypes.Of(key.Type), false))], account);
        if (_keys != null)
        {
            _keys.Cancellation = context.Cancellation;
        }
    }

    private long ReservedBytes => _appenders.Sum(static appender => appender.ReservedBytes) + _order.ReservedBytes + _groups.ReservedBytes + (_keys?.ReservedBytes ?? 0);

    /// <summary>The right side's columns.</summary>
    public Vector[] Columns { get; private set; } = [];

    /// <summary>Reads the right side.</summary>
    /// <returns>It in memory, or where it is on disk.</returns>
    public static (AsOfTable? Table, AsOfRun? Run) Build(AsOfJoinExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
    {
        var table = new AsOfTable(plan, context);
        AsOfRun? run = null;
        try
        {
            run = table.Fill(plan, input, context, metrics);
            if (run == null)
            {
                return (table, null);
            }

            table.Dispose();
            return (null, run);
        }
        catch
        {
            table.Dispose();
            run?.Dispose();
            throw;
        }
    }

    /// <returns>Where all rows are when they did not fit in memory; else null.</returns>
    private AsOfRun? Fill(AsOfJoinExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
    {
        using var expressions = new ExpressionList([.. plan.RightKeys, plan.RightOrder], context.Evaluation);
        using var joinKeys = new JoinKeys([.. plan.RightKeys.Select(static _ => false), false], context.Account);
        while (input.Next() is { } batch)
        {
            Add(batch, expressions.Evaluate(batch), joinKeys);
            if (!context.Query.Memory.IsCalm && context.Query.Memory.MustSpill(ReservedBytes, (long)_groups.Count * SortingBytes))
            {
                return Spill(plan, input, context, metrics);
            }
        }

        Sort(context.Cancellation);
        return null;
    }

    /// <summary>Moves the rows read so far to disk, and then those that are still to be read.</summary>
    private AsOfRun Spill(AsOfJoinExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
    {
        var run = new AsOfRun(plan, context, metrics);
        try
        {
            int count = _groups.Count;
            Vector[] columns = Array.ConvertAll(_appenders, static appender => appender.Build());
            NativeBuffer? selection = null;
            for (int start = 0; start < count; start += context.BatchSize)
            {
                Span<int> rows = NativeBuffer.Reuse(ref selection, context.BatchSize * 4L, context.Account).Span<int>(0, Math.Min(context.BatchSize, count - start));
                for (int i = 0; i < rows.Length; i++)
                {
                    rows[i] = start + i;
                }

                run.Append(new Batch(columns, count, new SelectionVector(selection!, rows.Length)));
            }

            selection?.Release();
            Dispose();
            while (input.Next() is { } batch)
            {
                run.Append(batch);
            }

            run.Complete();
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>Numbers of the keys of some rows without nulls, -1 where there is none.</summary>
    public void FindKeys(ReadOnlySpan<Vector> keys, ReadOnlySpan<int> rows, int count, Span<int> numbers, LookupScratch scratch)
    {
        if (_keys == null)
        {
            numbers[..count].Fill(_rows.Count == 0 ? -1 : 0);
        }
        else
        {
            _keys.Find(keys, rows, count, numbers, scratch);
        }
    }

    /// <summary>The nearest row of a key, or -1.</summary>
    /// <param name="number">The key's number.</param>
    /// <param name="order">Left order values.</param>
    /// <param name="row">Left row.</param>
    /// <param name="comparison">left op right.</param>
    public int Nearest(int number, in VectorReader order, int row, ComparisonOperator comparison)
    {
        ReadOnlySpan<int> rows = _rows.Values[_starts.Values[number].._starts.Values[number + 1]];
        var values = new VectorReader(_orderValues!);

        // First position whose value is greater than the left one, or not less, by what the comparison wants to step over.
        bool stepsOverEqual = comparison is ComparisonOperator.GreaterOrEqual or ComparisonOperator.Less;
        int low = 0, high = rows.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int compared = RowOrder.Compare(in values, rows[middle], in order, row);
            if (compared < 0 || (compared == 0 && stepsOverEqual))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        bool looksDown = comparison is ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;
        int found = looksDown ? low - 1 : low;
        return found >= 0 && found < rows.Length ? rows[found] : -1;
    }

    public void Dispose()
    {
        Array.ForEach(_appenders, static appender => appender.Dispose());
        _order.Dispose();
        _keys?.Dispose();
        _groups.Dispose();
        _rows.Dispose();
        _starts.Dispose();
    }

    private void Add(Batch batch, Vector[] values, JoinKeys joinKeys)
    {
        int count = batch.RowCount;
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        if (joinKeys.TryPresent(values, rows, count, out ReadOnlySpan<int> present, out _))
        {
            rows = present;
            count = present.Length;
            if (count == 0)
            {
                return;
            }
        }

        Span<int> numbers = joinKeys.Numbers(count);
        numbers.Clear();
        _keys?.FindOrAdd(values.AsSpan(0, values.Length - 1), rows, count, numbers);
        int known = _groups.Count;
        _groups.Resize(known + count);
        numbers.CopyTo(_groups.Values[known..]);

        for (int c = 0; c < _appenders.Length; c++)
        {
            Append(_appenders[c], batch.Columns[c], rows, count);
        }

        Append(_order, values[^1], rows, count);
    }

    private static void Append(ColumnAppender appender, Vector source, ReadOnlySpan<int> rows, int count)
    {
        if (rows.IsEmpty)
        {
            appender.AppendRange(source, 0, count);
        }
        else
        {
            appender.Append(source, rows);
        }
    }

    private void Sort(CancellationToken cancellation)
    {
        Columns = Array.ConvertAll(_appenders, static appender => appender.Build());
        _orderValues = _order.Build();
        int[] groups = _groups.Values.ToArray();
        _starts.Resize((_keys?.Count ?? 1) + 1);
        Span<int> starts = _starts.Values;
        foreach (int group in groups)
        {
            starts[group + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        _rows.Resize(groups.Length);
        Span<int> rows = _rows.Values;
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
        }

        var values = new VectorReader(_orderValues);
        new Pulse(cancellation).Sort(rows, (left, right) =>
        {
            int order = groups[left].CompareTo(groups[right]);
            order = order != 0 ? order : RowOrder.Compare(in values, left, in values, right);
            return order != 0 ? order : left.CompareTo(right);
        });
    }
}
