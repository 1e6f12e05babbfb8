using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Sums of integers and decimals in 128 bits.</summary>
internal sealed class ExactSum(SqlType stateType, SqlType resultType, bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator<Int128>(groupsMayBeEmpty, account)
{
    private readonly StateOutput _state = new(stateType, account);
    private readonly StateOutput _result = new(resultType, account);
    private StateArray<long> _partial = new(account);

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

    public override Vector State(int start, int count) => _state.Wide(Sums.Slice(start, count), start, Seen);

    public override Vector Finish(int start, int count) => _result.Wide(Sums.Slice(start, count), start, Seen);

    public override void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result)
    {
        int digits = Math.Max(0, type.Scale - stateType.Scale);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                result.MoveTo(i);
                result.SetDecimal(Quotient.Of(Sums[start + i], digits, counts[i]));
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
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
        Span<Int128> sums = Sums;
        ReadOnlySpan<long> partial = _partial.Values;
        for (int group = 0; group < groupCount; group++)
        {
            sums[group] += partial[group];
        }
    }

    private void AddLongs(DenseValues<long> values, int groupCount)
    {
        Span<Int128> sums = Sums;
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
        Span<Int128> sums = Sums;
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
