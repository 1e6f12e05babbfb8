using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Sums of floats in double precision.</summary>
internal sealed class DoubleSum(SqlType resultType, bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator<double>(groupsMayBeEmpty, account)
{
    private readonly StateOutput _state = new(SqlType.DoublePrecision, account);
    private readonly StateOutput _result = new(resultType, account);

    public override void Add(Vector argument, in GroupedRows rows)
    {
        DenseValues<double> values = Dense.Doubles(argument, in rows);
        Span<double> sums = Sums;
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

    public override Vector State(int start, int count) => _state.Doubles(Sums.Slice(start, count), start, Seen);

    public override Vector Finish(int start, int count) => _result.Doubles(Sums.Slice(start, count), start, Seen);

    public override void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                result.MoveTo(i);
                result.SetDouble(Sums[start + i] / counts[i]);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _state.Dispose();
        _result.Dispose();
    }
}
