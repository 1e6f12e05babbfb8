using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Adds values by group; also the first half of an average.</summary>
internal abstract class SumAccumulator(bool groupsMayBeEmpty, MemoryAccount account) : Accumulator
{
    protected MemoryAccount Account { get; } = account;

    protected DenseArgument Dense { get; } = new(account);

    public SeenGroups Seen { get; } = new(groupsMayBeEmpty, account);

    /// <summary>Adds the values of a column that are not null.</summary>
    public abstract void Add(Vector argument, in GroupedRows rows);

    /// <summary>The sums as a state column.</summary>
    public abstract Vector State(int start, int count);

    /// <summary>The sums divided by <paramref name="counts"/>, as values of <paramref name="type"/>.</summary>
    public abstract void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result);

    public sealed override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows) => Add(arguments[0], in rows);

    public sealed override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => Add(states[0], in rows);

    public sealed override void States(int start, int count, Span<Vector> states) => states[0] = State(start, count);

    public override void Dispose()
    {
        Dense.Dispose();
        Seen.Dispose();
    }
}

/// <summary>Sums of integers and decimals in 128 bits.</summary>
internal sealed class ExactSum(SqlType stateType, SqlType resultType, bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator(groupsMayBeEmpty, account)
{
    private readonly StateOutput _state = new(stateType, account);
    private readonly StateOutput _result = new(resultType, account);
    private StateArray<Int128> _sums = new(account);
    private StateArray<long> _partial = new(account);

    public override long ReservedBytes => _sums.ReservedBytes + Seen.ReservedBytes;

    public override void Resize(int groupCount)
    {
        _sums.Resize(groupCount);
        Seen.Resize(groupCount);
    }

    public override void Add(Vector argument, in GroupedRows rows)
    {
        bool isWide = argument.Type.Id == ArrowTypeId.Decimal128;
        if (isWide)
        {
            DenseValues<Int128> wide = Dense.Decimals(argument, in rows);
            AddWide(wide);
            Seen.Mark(argument, wide.Groups, wide.Values.Length);
            return;
        }

        if (rows.IsMasked && rows.GroupCount <= SumKernels.FewGroups && !argument.HasNulls && TryAddMasked(argument, in rows))
        {
            Seen.Mark(argument, rows.Groups, rows.Count);
            return;
        }

        DenseValues<long> values = Dense.Longs(argument, in rows);
        AddLongs(values, rows.GroupCount);
        Seen.Mark(argument, values.Groups, values.Values.Length);
    }

    public override Vector State(int start, int count) => _state.Wide(_sums.Values.Slice(start, count), start, Seen);

    public override Vector Finish(int start, int count) => _result.Wide(_sums.Values.Slice(start, count), start, Seen);

    public override void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result)
    {
        int digits = Math.Max(0, type.Scale - stateType.Scale);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                result.MoveTo(i);
                result.SetDecimal(Quotient.Of(_sums.Values[start + i], digits, counts[i]));
            }
        }
    }

    public override void Clear()
    {
        _sums.Clear();
        Seen.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _sums.Dispose();
        _partial.Dispose();
        _state.Dispose();
        _result.Dispose();
    }

    /// <summary>Adds a whole vector, if its values are small enough, those of rows that do not count included.</summary>
    private bool TryAddMasked(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> groups = rows.MaskedGroups;
        ReadOnlySpan<long> values = Dense.Longs(argument, new GroupedRows(groups, default, groups.Length, rows.GroupCount)).Values;
        if (!SumKernels.CanAddInLong(values))
        {
            return false;
        }

        _partial.Clear();
        _partial.Resize(SumKernels.FewGroups);
        SumKernels.ScatterMasked(values, groups, _partial.Values, rows.GroupCount);
        Fold(rows.GroupCount);
        return true;
    }

    private void Fold(int groupCount)
    {
        Span<Int128> sums = _sums.Values;
        ReadOnlySpan<long> partial = _partial.Values;
        for (int group = 0; group < groupCount; group++)
        {
            sums[group] += partial[group];
        }
    }

    private void AddLongs(DenseValues<long> values, int groupCount)
    {
        Span<Int128> sums = _sums.Values;
        bool isOneGroup = values.Groups.IsEmpty;
        if (values.Values.IsEmpty)
        {
            return;
        }

        bool isFew = isOneGroup || groupCount <= Math.Max(SumKernels.FewGroups, values.Values.Length / 4);
        if (isFew && SumKernels.CanAddInLong(values.Values))
        {
            if (isOneGroup)
            {
                sums[0] += SumKernels.Sum(values.Values);
                return;
            }

            _partial.Clear();
            _partial.Resize(Math.Max(groupCount, SumKernels.FewGroups));
            SumKernels.Scatter(values.Values, values.Groups, _partial.Values, groupCount);
            Fold(groupCount);
        }
        else if (isOneGroup)
        {
            Int128 sum = 0;
            foreach (long value in values.Values)
            {
                sum += value;
            }

            sums[0] += sum;
        }
        else
        {
            SumKernels.Scatter(values.Values, values.Groups, sums);
        }
    }

    private void AddWide(DenseValues<Int128> values)
    {
        Span<Int128> sums = _sums.Values;
        try
        {
            for (int i = 0; i < values.Values.Length; i++)
            {
                ref Int128 sum = ref sums[values.Groups.IsEmpty ? 0 : values.Groups[i]];
                sum = checked(sum + values.Values[i]);
            }
        }
        catch (OverflowException)
        {
            throw ExecutionErrors.OutOfRange("numeric");
        }
    }
}

/// <summary>Sums of floats in double precision.</summary>
internal sealed class DoubleSum(SqlType resultType, bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator(groupsMayBeEmpty, account)
{
    private readonly StateOutput _state = new(SqlType.DoublePrecision, account);
    private readonly StateOutput _result = new(resultType, account);
    private StateArray<double> _sums = new(account);

    public override long ReservedBytes => _sums.ReservedBytes + Seen.ReservedBytes;

    public override void Resize(int groupCount)
    {
        _sums.Resize(groupCount);
        Seen.Resize(groupCount);
    }

    public override void Add(Vector argument, in GroupedRows rows)
    {
        DenseValues<double> values = Dense.Doubles(argument, in rows);
        Span<double> sums = _sums.Values;
        if (values.Groups.IsEmpty)
        {
            double sum = sums[0];
            foreach (double value in values.Values)
            {
                sum += value;
            }

            sums[0] = sum;
        }
        else
        {
            for (int i = 0; i < values.Values.Length; i++)
            {
                sums[values.Groups[i]] += values.Values[i];
            }
        }

        Seen.Mark(argument, values.Groups, values.Values.Length);
    }

    public override Vector State(int start, int count) => _state.Doubles(_sums.Values.Slice(start, count), start, Seen);

    public override Vector Finish(int start, int count) => _result.Doubles(_sums.Values.Slice(start, count), start, Seen);

    public override void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                result.MoveTo(i);
                result.SetDouble(_sums.Values[start + i] / counts[i]);
            }
        }
    }

    public override void Clear()
    {
        _sums.Clear();
        Seen.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _sums.Dispose();
        _state.Dispose();
        _result.Dispose();
    }
}

/// <summary>Sums of intervals, field by field.</summary>
internal sealed class IntervalSum(bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator(groupsMayBeEmpty, account)
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private readonly StateOutput _output = new(SqlType.Interval, account);
    private StateArray<Interval> _sums = new(account);

    public override long ReservedBytes => _sums.ReservedBytes + Seen.ReservedBytes;

    public override void Resize(int groupCount)
    {
        _sums.Resize(groupCount);
        Seen.Resize(groupCount);
    }

    public override void Add(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = Dense.Present(argument, in rows, out ReadOnlySpan<int> groups, out int count);
        var reader = new VectorReader(argument);
        Span<Interval> sums = _sums.Values;
        try
        {
            for (int i = 0; i < count; i++)
            {
                Interval value = reader.Value<Interval>(picked.IsEmpty ? i : picked[i]);
                ref Interval sum = ref sums[groups.IsEmpty ? 0 : groups[i]];
                sum = checked(new Interval(sum.Months + value.Months, sum.Days + value.Days, sum.Microseconds + value.Microseconds));
            }
        }
        catch (OverflowException)
        {
            throw ExecutionErrors.OutOfRange("interval");
        }

        Seen.Mark(argument, groups, count);
    }

    public override Vector State(int start, int count) => Finish(start, count);

    public override Vector Finish(int start, int count) => _output.Fixed<Interval>(_sums.Values.Slice(start, count), start, Seen);

    /// <summary>As PostgreSQL divides intervals: what is left of a month becomes days of 30 to the month, what is left of a day time.</summary>
    public override void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                Interval sum = _sums.Values[start + i];
                long count = counts[i];
                double monthDays = sum.Months % count * 30.0 / count;
                double days = monthDays + ((double)(sum.Days % count) / count);
                int wholeDays = (int)(sum.Days / count) + (int)days;
                double microseconds = ((days - (int)days) * MicrosecondsPerDay) + ((double)sum.Microseconds / count);
                result.MoveTo(i);
                result.SetInterval(new Interval((int)(sum.Months / count), wholeDays, (long)Math.Round(microseconds)));
            }
        }
    }

    public override void Clear()
    {
        _sums.Clear();
        Seen.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _sums.Dispose();
        _output.Dispose();
    }
}
