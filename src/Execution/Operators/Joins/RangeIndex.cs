using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>The right rows of a join sorted by a key, so that those between limits are found by bisection, and among them those whose second key lies beyond a limit without looking at each.</summary>
/// <remarks><code>
/// place        0   1   2   3   4   5  ...           rows in the order of the key; rows without a key are left out
/// key          1   1   4   7   9   9
/// second       8   3   9   2   2   5
/// level 1      [   9 (the best of 32 places)   ] [ ... ]
/// level 2      [   9 (the best of 32 of those)             ...   ]
/// </code>
/// Shared by tasks and not changed once made. Keys are 128-bit integers of the values' order.
/// </remarks>
internal sealed class RangeIndex : IDisposable
{
    /// <summary>Rows below which walking them all costs no more.</summary>
    private const int LeastRows = 64;
    private const int FanOutBits = 5;

    /// <summary>Bytes a row takes besides its columns: two keys, twice while they are brought into order, and its place.</summary>
    private const int SortedRowBytes = 100;

    private readonly RangeCondition _condition;
    private readonly SortBuffer _sort;
    private StateArray<Int128> _keys;
    private readonly List<StateArray<Int128>> _levels = [];

    private RangeIndex(RangeCondition condition, TaskContext context)
    {
        _condition = condition;
        _sort = new SortBuffer([new SortKey(condition.Key)], context);
        _keys = new StateArray<Int128>(context.Account);
    }

    /// <summary>The right columns, by row of the store.</summary>
    public Vector[] Columns => _sort.Columns;

    /// <summary>Row of the store at each place.</summary>
    public ReadOnlySpan<int> Rows => _sort.Order;

    /// <summary>Sorts the rows of a store.</summary>
    /// <returns>Null when they are few or too many for memory, or when a key cannot be computed for all of them: then the pairs are to be walked.</returns>
    public static RangeIndex? TryBuild(RangeCondition condition, RowStore store, TaskContext context)
    {
        if (store.RowCount < LeastRows || (!context.Query.Memory.IsCalm && context.Query.Memory.MustSpill(0, (2 * store.MemoryBytes) + (store.RowCount * (long)SortedRowBytes))))
        {
            return null;
        }

        var index = new RangeIndex(condition, context);
        try
        {
            index.Fill(store, context);
            return index;
        }
        catch (Exception error) when (error is MemoryLimitException or QueryException { Kind: ErrorKind.User })
        {
            index.Dispose();
            return null;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>The places between a left row's limits.</summary>
    /// <param name="limits">In the order of the condition's bounds.</param>
    public (int Start, int End) Find(ReadOnlySpan<Int128> limits)
    {
        ReadOnlySpan<Int128> keys = _keys.Values;
        int start = 0, end = keys.Length;
        for (int i = 0; i < limits.Length; i++)
        {
            RangeBound bound = _condition.Bounds[i];
            if (bound.IsLower)
            {
                start = Bisect(keys, limits[i], behindEqual: !bound.IsInclusive);
            }
            else
            {
                end = Bisect(keys, limits[i], behindEqual: bound.IsInclusive);
            }
        }

        return (start, Math.Max(start, end));
    }

    /// <summary>The first place from <paramref name="place"/> on, before <paramref name="end"/>, whose second key is beyond a limit; <paramref name="end"/> when there is none.</summary>
    public int Next(int place, int end, Int128 limit)
    {
        if (_levels.Count == 0)
        {
            return Math.Min(place, end);
        }

        while (place < end)
        {
            // The highest level whose node begins here and holds nothing is stepped over.
            int level = 0;
            while (level + 1 < _levels.Count && (place & ((1 << (FanOutBits * (level + 1))) - 1)) == 0 && !IsBeyond(_levels[level + 1].Values[place >> (FanOutBits * (level + 1))], limit))
            {
                level++;
            }

            if (level == 0 && IsBeyond(_levels[0].Values[place], limit))
            {
                return place;
            }

            place += 1 << (FanOutBits * level);
        }

        return end;
    }

    /// <summary>A value as an integer of the same order.</summary>
    public static Int128 KeyOf(in VectorReader reader, int row, SqlType type, int scale) => type.Kind switch
    {
        TypeKind.Numeric => reader.Decimal(row) * Functions.DecimalMath.PowerOfTen(scale - type.Scale),
        TypeKind.Real or TypeKind.DoublePrecision => OrderedLayout.OrderOf(reader.Double(row)),
        _ => reader.Integer(row),
    };

    public void Dispose()
    {
        _sort.Dispose();
        _keys.Dispose();
        foreach (StateArray<Int128> level in _levels)
        {
            level.Dispose();
        }
    }

    private void Fill(RowStore store, TaskContext context)
    {
        using CompiledExpression key = ExpressionCompiler.Compile(_condition.Key, context.Evaluation);
        using CompiledExpression? second = _condition.SecondKey is null ? null : ExpressionCompiler.Compile(_condition.SecondKey, context.Evaluation);
        var keys = new StateArray<Int128>(context.Account);
        var seconds = new StateArray<Int128>(context.Account);
        int present = 0;
        try
        {
            for (int i = 0; i < store.BatchCount; i++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                Batch batch = store.ReadBatch(i);
                try
                {
                    present += Append(ref keys, key.Evaluate(batch), key.Type, batch.Length, Scale, 0);
                    if (second != null)
                    {
                        Append(ref seconds, second.Evaluate(batch), second.Type, batch.Length, _condition.SecondBound!.Scale, Never);
                    }

                    _sort.Append(batch);
                }
                finally
                {
                    batch.Release();
                }
            }

            _sort.Sort();
            Arrange(keys.Values, present, ref _keys);
            if (second != null)
            {
                var level = new StateArray<Int128>(context.Account);
                Arrange(seconds.Values, present, ref level);
                _levels.Add(level);
                AddLevels(context);
            }
        }
        finally
        {
            keys.Dispose();
            seconds.Dispose();
        }
    }

    /// <summary>Fraction digits of the keys: those of all limits.</summary>
    private int Scale => _condition.Scale;

    /// <summary>A second key that no limit is met by.</summary>
    private Int128 Never => _condition.SecondBound!.IsLower ? Int128.MinValue : Int128.MaxValue;

    /// <returns>How many are not null.</returns>
    private static int Append(ref StateArray<Int128> keys, Vector values, SqlType type, int count, int scale, Int128 ofNull)
    {
        int start = keys.Count, present = 0;
        keys.Resize(start + count);
        var reader = new VectorReader(values);
        Span<Int128> added = keys.Values[start..];
        for (int i = 0; i < count; i++)
        {
            bool isNull = reader.IsNull(i);
            added[i] = isNull ? ofNull : KeyOf(in reader, i, type, scale);
            present += isNull ? 0 : 1;
        }

        return present;
    }

    private void Arrange(ReadOnlySpan<Int128> byRow, int count, ref StateArray<Int128> byPlace)
    {
        byPlace.Resize(count);
        ReadOnlySpan<int> order = _sort.Order;
        Span<Int128> target = byPlace.Values;
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = byRow[order[i]];
        }
    }

    private void AddLevels(TaskContext context)
    {
        while (_levels[^1].Count > 1 << FanOutBits)
        {
            ReadOnlySpan<Int128> below = _levels[^1].Values;
            var level = new StateArray<Int128>(context.Account);
            level.Resize((below.Length + (1 << FanOutBits) - 1) >> FanOutBits);
            Span<Int128> best = level.Values;
            best.Fill(Never);
            for (int i = 0; i < below.Length; i++)
            {
                ref Int128 node = ref best[i >> FanOutBits];
                node = _condition.SecondBound!.IsLower ? Int128.Max(node, below[i]) : Int128.Min(node, below[i]);
            }

            _levels.Add(level);
        }
    }

    private bool IsBeyond(Int128 key, Int128 limit)
    {
        RangeBound bound = _condition.SecondBound!;
        return bound.IsLower ? key > limit || (bound.IsInclusive && key == limit) : key < limit || (bound.IsInclusive && key == limit);
    }

    private static int Bisect(ReadOnlySpan<Int128> keys, Int128 limit, bool behindEqual)
    {
        int low = 0, high = keys.Length;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            bool isBefore = behindEqual ? keys[middle] <= limit : keys[middle] < limit;
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
