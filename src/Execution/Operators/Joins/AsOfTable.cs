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
    private const int ComparisonsPerCheck = 1 << 16;
    private readonly ColumnAppender[] _appenders;
    private readonly ColumnAppender _order;
    private readonly LookupTable? _keys;
    private int[] _rows = [];
    private int[] _starts = [];
    private Vector? _orderValues;

    private AsOfTable(AsOfJoinExec plan, MemoryAccount account)
    {
        _appenders = [.. plan.Right.Output.Select(column => ColumnAppender.Create(ArrowTypes.Of(column.Type), account))];
        _order = ColumnAppender.Create(ArrowTypes.Of(plan.RightOrder.Type), account);
        _keys = plan.RightKeys.IsEmpty ? null : GroupTable.Create([.. plan.RightKeys.Select(static key => new KeyColumn(ArrowTypes.Of(key.Type), false))], account);
    }

    /// <summary>The right side's columns.</summary>
    public Vector[] Columns { get; private set; } = [];

    public static AsOfTable Build(AsOfJoinExec plan, Operator input, TaskContext context)
    {
        var table = new AsOfTable(plan, context.Account);
        using var expressions = new ExpressionList([.. plan.RightKeys, plan.RightOrder], context.Evaluation);
        using var joinKeys = new JoinKeys([.. plan.RightKeys.Select(static _ => false), false], context.Account);
        var groups = new List<int>();
        while (input.Next() is { } batch)
        {
            table.Add(batch, expressions.Evaluate(batch), joinKeys, groups);
        }

        table.Sort(groups, context.Cancellation);
        return table;
    }

    /// <summary>Numbers of the keys of some rows without nulls, -1 where there is none.</summary>
    public void FindKeys(ReadOnlySpan<Vector> keys, ReadOnlySpan<int> rows, int count, Span<int> numbers, LookupScratch scratch)
    {
        if (_keys == null)
        {
            numbers[..count].Fill(_rows.Length == 0 ? -1 : 0);
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
        ReadOnlySpan<int> rows = _rows.AsSpan(_starts[number].._starts[number + 1]);
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
    }

    private void Add(Batch batch, Vector[] values, JoinKeys joinKeys, List<int> groups)
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
        foreach (int number in numbers)
        {
            groups.Add(number);
        }

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

    private void Sort(List<int> groups, CancellationToken cancellation)
    {
        Columns = Array.ConvertAll(_appenders, static appender => appender.Build());
        _orderValues = _order.Build();
        _starts = new int[(_keys?.Count ?? 1) + 1];
        foreach (int group in groups)
        {
            _starts[group + 1]++;
        }

        for (int i = 1; i < _starts.Length; i++)
        {
            _starts[i] += _starts[i - 1];
        }

        _rows = new int[groups.Count];
        for (int row = 0; row < _rows.Length; row++)
        {
            _rows[row] = row;
        }

        var values = new VectorReader(_orderValues);
        int comparisons = 0;
        Array.Sort(_rows, (left, right) =>
        {
            if (++comparisons % ComparisonsPerCheck == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            int order = groups[left].CompareTo(groups[right]);
            order = order != 0 ? order : RowOrder.Compare(in values, left, in values, right);
            return order != 0 ? order : left.CompareTo(right);
        });
    }
}
