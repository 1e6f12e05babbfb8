using System.Numerics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>What an ordered-set aggregate takes from its values.</summary>
internal enum Taken
{
    /// <summary>The value at or after a fraction of the order.</summary>
    Discrete,

    /// <summary>Between the two values around a fraction, doubles only.</summary>
    Continuous,

    /// <summary>The most frequent value.</summary>
    MostFrequent,
}

/// <summary>percentile_cont, percentile_disc, mode and median of numbers, dates and times: keeps the bare values, and selects rather than sorts.</summary>
/// <remarks><code>
/// few integers    counted by group and value, ValueCounts: no row is kept
/// many values     values, groups ── lay out group by group as integers in their order ──▶ | 7 3 9 | 4 4 | ... |     once for all groups
///                                                                                         └ select each place asked for
/// </code>
/// A descending order is the ascending one read from behind. Doubles become integers of the same order (NaN last). The fractions are one literal.
/// </remarks>
internal sealed class SelectingAccumulator : Accumulator
{
    private readonly Taken _taken;
    private readonly double? _fixedFraction;
    private readonly bool _descends;
    private readonly int _valueColumn;
    private readonly SqlType _valueType;
    private readonly MemoryAccount _account;
    private readonly CancellationToken _cancellation;
    private readonly DenseArgument _present;
    private readonly ColumnAppender? _fraction;
    private readonly ColumnAppender _values;
    private readonly ResultColumn _result;
    private StateArray<int> _groups;
    private ValueCounts? _counts;
    private NativeBuffer? _laid;
    private int[] _starts = [];
    private int _groupCount;
    private bool _isLaid;
    private double?[]? _fractions;

    /// <param name="binding">Of a call that <see cref="Takes"/> allows.</param>
    /// <param name="taken">What to take.</param>
    /// <param name="fixedFraction">The fraction of a call whose only argument is the value.</param>
    public SelectingAccumulator(AggregateBinding binding, Taken taken, double? fixedFraction)
    {
        _taken = taken;
        _fixedFraction = fixedFraction;
        _descends = binding.OrderBy is [{ Descending: true }];
        _valueColumn = binding.ArgumentTypes.Length - 1;
        _valueType = binding.ArgumentTypes[_valueColumn];
        _account = binding.Context.Account;
        _cancellation = binding.Context.Cancellation;
        _present = new DenseArgument(_account);
        _fraction = _valueColumn == 0 ? null : ColumnAppender.Create(ArrowTypes.Of(binding.ArgumentTypes[0]), _account);
        _values = ColumnAppender.Create(ArrowTypes.Of(_valueType), _account);
        _result = new ResultColumn(binding.ResultType, _account);
        _groups = new StateArray<int>(_account);
        _counts = IsCountable(_values.Type) ? new ValueCounts(_account) : null;
    }

    public override long ReservedBytes => _values.ReservedBytes + _groups.ReservedBytes + (_counts?.ReservedBytes ?? 0) + (_laid?.SizeBytes ?? 0);

    public override bool KeepsRows => true;

    private bool IsWide => _values.Build().Type.Id == ArrowTypeId.Decimal128;

    private bool IsArray => _fraction?.Type.Id == ArrowTypeId.List;

    /// <summary>Whether the values can be kept bare: their order is the one asked for, and the fractions are the same for all rows.</summary>
    public static bool Takes(AggregateCall call)
    {
        Expression value = call.Arguments[^1];
        return !call.IsDistinct && IsBare(value.Type)
            && (call.Arguments.Count == 1 || call.Arguments[0] is Literal)
            && (call.OrderBy.IsEmpty || (call.OrderBy is [var key] && (key.Expression.Equals(value) || IsSameOrder(key.Expression, value))));
    }

    public override Vector[] KeptColumns()
    {
        KeepRows();
        Vector values = _values.Build();
        return _fraction == null ? [values] : [new ConstantVector(_fraction.Build(), values.Length), values];
    }

    public override ReadOnlySpan<int> KeptGroups()
    {
        KeepRows();
        _groups.Resize(_values.Count);
        return _groups.Values;
    }

    public override void Resize(int groupCount) => _groupCount = Math.Max(_groupCount, groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        _isLaid = false;
        if (_fraction is { Count: 0 } && rows.Count > 0)
        {
            _fraction.Append(arguments[0], [rows.Row(0)]);
        }

        if (_counts != null && arguments[_valueColumn].Type.Id != ArrowTypeId.Decimal128)
        {
            DenseValues<long> values = _present.Longs(arguments[_valueColumn], in rows);
            if (_counts.TryAdd(values.Values, values.Groups, Math.Max(_groupCount, rows.GroupCount)))
            {
                return;
            }
        }

        KeepRows();
        ReadOnlySpan<int> picked = _present.Present(arguments[_valueColumn], in rows, out ReadOnlySpan<int> groups, out int count);
        int before = _values.Count;
        if (picked.IsEmpty)
        {
            _values.AppendRange(arguments[_valueColumn], 0, count);
        }
        else
        {
            _values.Append(arguments[_valueColumn], picked[..count]);
        }

        // Rows of one group need no numbers until others come.
        if (!groups.IsEmpty)
        {
            _groups.Resize(before + count);
            groups.CopyTo(_groups.Values[before..]);
        }
    }

    public override Vector Finish(int start, int count)
    {
        if (_counts != null)
        {
            return FinishCounts(_counts, start, count);
        }

        if (!_isLaid)
        {
            LayOut();
        }

        _result.Start(count);
        for (int i = 0; i < count; i++)
        {
            int from = _starts[start + i], size = _starts[start + i + 1] - from;
            if (size > 0)
            {
                _result.MoveTo(i);
                if (IsWide)
                {
                    Take(Laid<Int128>(from, size));
                }
                else
                {
                    Take(Laid<long>(from, size));
                }
            }
        }

        return _result.Build();
    }

    public override void Clear()
    {
        _counts?.Clear();
        _groups.Clear();
        _values.Reset();
        _fraction?.Reset();
        _fractions = null;
        _groupCount = 0;
        _isLaid = false;
    }

    public override void Dispose()
    {
        _groups.Dispose();
        _values.Dispose();
        _fraction?.Dispose();
        _result.Dispose();
        _present.Dispose();
        _counts?.Dispose();
        _laid?.Release();
        _laid = null;
    }

    private static bool IsCountable(ArrowType type) => type.Id is ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.Date32 or ArrowTypeId.Decimal64;

    private static bool IsBare(SqlType type) => ArrowTypes.Of(type).Id is ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64
        or ArrowTypeId.Date32 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Float32 or ArrowTypeId.Float64;

    /// <summary>Whether the value is the key as a double: rounding keeps the order.</summary>
    private static bool IsSameOrder(Expression key, Expression value) =>
        value is Cast { Target.Kind: TypeKind.DoublePrecision } cast && cast.Input.Equals(key) && key.Type.IsNumber;

    private Span<T> Laid<T>(int from, int size)
        where T : unmanaged => _laid!.Span<T>((long)from * Unsafe.SizeOf<T>(), size);

    /// <summary>Writes the values side by side, group by group.</summary>
    private void LayOut()
    {
        var values = (FixedVector)_values.Build();
        NativeBuffer laid = NativeBuffer.Reuse(ref _laid, Math.Max((long)values.Length * (IsWide ? 16 : 8), 8), _account);

        // While values are laid out, _starts[g + 1] is where the next of group g goes: afterwards it is where group g ends.
        _starts = new int[_groupCount + 2];
        ReadOnlySpan<int> groups = _groups.Count == 0 ? default : KeptGroups();
        foreach (int group in groups)
        {
            _starts[group + 2]++;
        }

        for (int i = 2; i < _starts.Length; i++)
        {
            _starts[i] += _starts[i - 1];
        }

        OrderedLayout.Run(values, groups, _starts.AsSpan(1), laid, _cancellation);
        if (groups.IsEmpty)
        {
            _starts.AsSpan(1).Fill(values.Length);
        }

        _isLaid = true;
    }

    /// <summary>Turns counts back into rows: values that are too many or too far apart to be counted have come, or somebody asks for the rows.</summary>
    private void KeepRows()
    {
        if (_counts is not { } counts)
        {
            return;
        }

        _counts = null;
        using (counts)
        {
            for (int group = 0; group < counts.GroupCount; group++)
            {
                ReadOnlySpan<int> cells = counts.CountsOf(group);
                for (int place = 0; place < cells.Length; place++)
                {
                    if (cells[place] > 0)
                    {
                        _cancellation.ThrowIfCancellationRequested();
                        Append(counts.ValueAt(place), cells[place], group);
                    }
                }
            }
        }
    }

    private void Append(long value, int times, int group)
    {
        NativeBuffer one = NativeBuffer.Allocate(8, _account);
        try
        {
            one.Span<long>(0, 1)[0] = value;        // little endian: the narrower types' bytes come first
            _values.AppendRange(new ConstantVector(new FixedVector(_values.Type, 1, one, 0, null, 0), times), 0, times);
        }
        finally
        {
            one.Release();
        }

        int before = _groups.Count;
        _groups.Resize(before + times);
        _groups.Values[before..].Fill(group);
    }

    private Vector FinishCounts(ValueCounts counts, int start, int count)
    {
        _result.Start(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<int> cells = counts.CountsOf(start + i);
            int size = 0;
            foreach (int times in cells)
            {
                size += times;
            }

            if (size > 0)
            {
                _result.MoveTo(i);
                TakeCounted(counts, cells, size);
            }
        }

        return _result.Build();
    }

    private void TakeCounted(ValueCounts counts, ReadOnlySpan<int> cells, int size)
    {
        if (_taken == Taken.MostFrequent)
        {
            int best = 0;
            for (int place = 1; place < cells.Length; place++)
            {
                best = cells[place] > cells[best] || (_descends && cells[place] == cells[best]) ? place : best;
            }

            Set(counts.ValueAt(best), _result);
        }
        else if ((_fractions ??= Fractions()) is { } fractions)
        {
            if (!IsArray)
            {
                Set(CountedAt(counts, cells, Place(size, fractions[0]!.Value, upper: false)), _result);
                return;
            }

            using var elements = new ResultColumn(_valueType, _account);
            elements.Start(fractions.Length);
            for (int i = 0; i < fractions.Length; i++)
            {
                elements.MoveTo(i);
                if (fractions[i] is { } fraction)
                {
                    Set(CountedAt(counts, cells, Place(size, fraction, upper: false)), elements);
                }
            }

            _result.BeginList().AppendRange(elements.Build(), 0, fractions.Length);
            _result.EndList();
        }
    }

    /// <summary>The value at a place of the ascending order.</summary>
    private static long CountedAt(ValueCounts counts, ReadOnlySpan<int> cells, int place)
    {
        int at = 0;
        for (int before = cells[0]; before <= place; before += cells[at])
        {
            at++;
        }

        return counts.ValueAt(at);
    }

    private void Take<T>(Span<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (_taken == Taken.MostFrequent)
        {
            OrderStatistics.Sort(values, _cancellation);
            Set(MostFrequent(values), _result);
            return;
        }

        if ((_fractions ??= Fractions()) is not { } fractions)
        {
            return;
        }

        Select(values, fractions);
        if (!IsArray)
        {
            SetAt(values, fractions[0]!.Value, _result);
            return;
        }

        using var elements = new ResultColumn(_taken == Taken.Continuous ? SqlType.DoublePrecision : _valueType, _account);
        elements.Start(fractions.Length);
        for (int i = 0; i < fractions.Length; i++)
        {
            elements.MoveTo(i);
            if (fractions[i] is { } fraction)
            {
                SetAt(values, fraction, elements);
            }
        }

        _result.BeginList().AppendRange(elements.Build(), 0, fractions.Length);
        _result.EndList();
    }

    /// <summary>The fractions, checked; null when there are none.</summary>
    private double?[]? Fractions()
    {
        if (_fraction == null)
        {
            return [_fixedFraction];
        }

        var reader = new VectorReader(_fraction.Build());
        if (reader.IsNull(0))
        {
            return null;
        }

        int start = 0, count = 1;
        if (reader.Flat is ListVector list)
        {
            (start, count) = (list.Offsets[0], list.Offsets[1] - list.Offsets[0]);
            reader = new VectorReader(list.Child);
        }

        var fractions = new double?[count];
        for (int i = 0; i < count; i++)
        {
            if (!reader.IsNull(start + i))
            {
                double fraction = reader.Double(start + i);
                fractions[i] = fraction is >= 0 and <= 1 ? fraction : throw ExecutionErrors.PercentileOutOfRange(fraction);
            }
        }

        return fractions;
    }

    /// <summary>Brings the values at all fractions to their places.</summary>
    private void Select<T>(Span<T> values, double?[] fractions)
        where T : unmanaged, IBinaryInteger<T>
    {
        var places = new SortedSet<int>();
        foreach (double? fraction in fractions)
        {
            if (fraction is { } present)
            {
                places.Add(Place(values.Length, present, upper: false));
                places.Add(Place(values.Length, present, upper: true));
            }
        }

        OrderStatistics.Select(values, [.. places], _cancellation);
    }

    /// <summary>Where the value at a fraction is, in ascending order; for continuous ones the lower or the upper of the two around it.</summary>
    private int Place(int count, double fraction, bool upper)
    {
        double position = fraction * (count - 1);
        int place = _taken == Taken.Discrete ? Math.Clamp((int)Math.Ceiling(fraction * count) - 1, 0, count - 1) : (int)(upper ? Math.Ceiling(position) : Math.Floor(position));
        return _descends ? count - 1 - place : place;
    }

    private void SetAt<T>(ReadOnlySpan<T> values, double fraction, ResultColumn result)
        where T : unmanaged, IBinaryInteger<T>
    {
        T low = values[Place(values.Length, fraction, upper: false)];
        if (_taken == Taken.Discrete)
        {
            Set(low, result);
            return;
        }

        double position = fraction * (values.Length - 1), first = OrderedLayout.DoubleOf(long.CreateTruncating(low));
        T high = values[Place(values.Length, fraction, upper: true)];
        result.SetDouble(position == Math.Floor(position) ? first : first + ((position - Math.Floor(position)) * (OrderedLayout.DoubleOf(long.CreateTruncating(high)) - first)));
    }

    /// <summary>The first in order of those that occur most.</summary>
    private T MostFrequent<T>(ReadOnlySpan<T> sorted)
        where T : unmanaged, IBinaryInteger<T>
    {
        T best = sorted[0];
        int bestCount = 0;
        for (int start = 0; start < sorted.Length;)
        {
            int end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            if (end - start > bestCount || (_descends && end - start == bestCount))
            {
                (best, bestCount) = (sorted[start], end - start);
            }

            start = end;
        }

        return best;
    }

    private void Set<T>(T value, ResultColumn result)
        where T : unmanaged, IBinaryInteger<T>
    {
        switch (_values.Type.Id)
        {
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128: result.SetDecimal(Int128.CreateTruncating(value)); break;
            case ArrowTypeId.Float32 or ArrowTypeId.Float64: result.SetDouble(OrderedLayout.DoubleOf(long.CreateTruncating(value))); break;
            default: result.SetLong(long.CreateTruncating(value)); break;
        }
    }
}
