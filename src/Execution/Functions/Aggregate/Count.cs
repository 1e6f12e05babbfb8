using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>count(*) and count(x): rows, or rows where x is not null.</summary>
internal static class Count
{
    public static readonly AggregateFunction[] Functions =
    [
        AggregateFunction.Create("count", [], FunctionSignature.Returns(SqlType.BigInt), static _ => [SqlType.BigInt],
            static binding => new CountAccumulator(binding.Context.Account), "Number of rows.", neverNull: true),
        AggregateFunction.Create("count", [ParameterType.Any], FunctionSignature.Returns(SqlType.BigInt), static _ => [SqlType.BigInt],
            static binding => new CountAccumulator(binding.Context.Account), "Number of rows whose value is not null.", neverNull: true),
    ];
}

/// <summary>Counts rows by group. Several counts over the same rows share one counter of all rows and count only the nulls of their own argument.</summary>
internal sealed class CountAccumulator(MemoryAccount account) : Accumulator
{
    private readonly StateOutput _output = new(SqlType.BigInt, account);
    private readonly DenseArgument _dense = new(account);
    private StateArray<long> _counts = new(account);
    private CountAccumulator? _allRows;
    private long[] _present = [];
    private int _groupCount;

    public override long ReservedBytes => _counts.ReservedBytes;

    /// <summary>From now on counts nulls and subtracts them from a counter of all rows, which somebody else updates first.</summary>
    public void ShareRows(CountAccumulator allRows) => _allRows = allRows;

    /// <summary>Rows by group, valid until the next call.</summary>
    public ReadOnlySpan<long> Counts(int start, int count)
    {
        ReadOnlySpan<long> counts = _counts.Values.Slice(start, count);
        if (_allRows == null)
        {
            return counts;
        }

        if (_present.Length < count)
        {
            _present = new long[count];
        }

        ReadOnlySpan<long> all = _allRows._counts.Values.Slice(start, count);
        for (int i = 0; i < count; i++)
        {
            _present[i] = all[i] - counts[i];
        }

        return _present.AsSpan(0, count);
    }

    public override void Resize(int groupCount)
    {
        _groupCount = Math.Max(_groupCount, groupCount);
        _counts.Resize(Math.Max(_groupCount, SumKernels.FewGroups));
    }

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        bool hasNulls = arguments.Length > 0 && arguments[0].HasNulls;
        if (_allRows != null)
        {
            if (hasNulls)
            {
                AddNulls(arguments[0], in rows);
            }

            return;
        }

        if (!hasNulls)
        {
            Add(rows.IsMasked && rows.GroupCount <= SumKernels.FewGroups ? rows.MaskedGroups : rows.Groups, rows.Count, rows.GroupCount);
            return;
        }

        if (rows.IsOneGroup && rows.Rows.IsEmpty)
        {
            _counts.Values[0] += rows.Count - arguments[0].NullCount;
            return;
        }

        _dense.Present(arguments[0], in rows, out ReadOnlySpan<int> groups, out int count);
        Add(groups, count, rows.GroupCount);
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows)
    {
        DenseValues<long> added = _dense.Longs(states[0], in rows);
        if (rows.IsOneGroup)
        {
            _counts.Values[0] += SumKernels.Sum(added.Values);
        }
        else
        {
            SumKernels.Scatter(added.Values, added.Groups, _counts.Values, rows.GroupCount);
        }
    }

    public override void States(int start, int count, Span<Vector> states) => states[0] = Finish(start, count);

    public override Vector Finish(int start, int count) => _output.Longs(Counts(start, count), start, null);

    public override void Clear()
    {
        _counts.Clear();
        _groupCount = 0;
    }

    public override void Dispose()
    {
        _counts.Dispose();
        _output.Dispose();
        _dense.Dispose();
    }

    private void Add(ReadOnlySpan<int> groups, int count, int groupCount)
    {
        if (groups.IsEmpty)
        {
            _counts.Values[0] += count;
        }
        else
        {
            SumKernels.Count(groups, _counts.Values, groupCount);
        }
    }

    private void AddNulls(Vector argument, in GroupedRows rows)
    {
        var reader = new VectorReader(argument);
        Span<long> nulls = _counts.Values;
        for (int i = 0; i < rows.Count; i++)
        {
            nulls[rows.Group(i)] += reader.IsNull(rows.Row(i)) ? 1 : 0;
        }
    }
}
