using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;
using BigInteger = System.Numerics.BigInteger;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>avg(x): exact to the result's scale for integers and numeric; null without a value.</summary>
internal static class Average
{
    public static readonly AggregateFunction[] Functions =
    [
        .. new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Numeric(SqlType.MaxPrecision, 0), SqlType.Real, SqlType.DoublePrecision, SqlType.Interval }
            .Select(static type => AggregateFunction.Create(
                "avg", [type], static types => NumericTyping.Average(types[0]), static types => [Sum.StateType(types[0]), SqlType.BigInt],
                static binding => new AverageAccumulator(binding), "Arithmetic mean of the values.")),
    ];
}

/// <summary>A sum and a count by group; the sum may be another call's.</summary>
internal sealed class AverageAccumulator(AggregateBinding binding) : Accumulator
{
    private readonly ResultColumn _result = new(binding.ResultType, binding.Context.Account);
    private bool _ownsSum = true;

    public override long ReservedBytes => Sum.ReservedBytes + Count.ReservedBytes;

    /// <summary>The sums.</summary>
    public SumAccumulator Sum { get; private set; } = Aggregate.Sum.Bind(binding, Aggregate.Sum.StateType(binding.ArgumentTypes[0]));

    /// <summary>The counts.</summary>
    public CountAccumulator Count { get; } = new(binding.Context.Account);

    /// <summary>Takes the sums from another call over the same rows and argument, which updates them.</summary>
    public void ShareSum(SumAccumulator sum)
    {
        Sum.Dispose();
        Sum = sum;
        _ownsSum = false;
    }

    public override void Resize(int groupCount)
    {
        Sum.Resize(groupCount);
        Count.Resize(groupCount);
    }

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        if (_ownsSum)
        {
            Sum.Add(arguments[0], in rows);
        }

        Count.Update(arguments, in rows);
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows)
    {
        Sum.Add(states[0], in rows);
        Count.Merge(states[1..], in rows);
    }

    public override void States(int start, int count, Span<Vector> states)
    {
        states[0] = Sum.State(start, count);
        states[1] = Count.Finish(start, count);
    }

    public override Vector Finish(int start, int count)
    {
        _result.Start(count);
        Sum.Average(Count.Counts(start, count), start, binding.ResultType, _result);
        return _result.Build();
    }

    public override void Clear()
    {
        if (_ownsSum)
        {
            Sum.Clear();
        }

        Count.Clear();
    }

    public override void Dispose()
    {
        if (_ownsSum)
        {
            Sum.Dispose();
        }

        Count.Dispose();
        _result.Dispose();
    }
}

/// <summary>Divides sums, rounding half away from zero as PostgreSQL does.</summary>
internal static class Quotient
{
    /// <summary>sum * 10^digits / count.</summary>
    public static Int128 Of(Int128 sum, int digits, long count)
    {
        Int128 limit = Int128.MaxValue / PowerOfTen(digits);
        if (Int128.Abs(sum) < limit)
        {
            (Int128 quotient, Int128 rest) = Int128.DivRem(sum * PowerOfTen(digits), count);
            return Int128.Abs(rest) >= count - Int128.Abs(rest) ? quotient + Int128.Sign(sum) : quotient;
        }

        BigInteger scaled = (BigInteger)sum * BigInteger.Pow(10, digits);
        BigInteger result = BigInteger.DivRem(scaled, count, out BigInteger remainder);
        if (BigInteger.Abs(remainder) * 2 >= count)
        {
            result += scaled.Sign;
        }

        return result >= (BigInteger)Int128.MinValue && result <= (BigInteger)Int128.MaxValue ? (Int128)result : throw ExecutionErrors.OutOfRange("numeric");
    }

    private static Int128 PowerOfTen(int digits)
    {
        Int128 power = 1;
        for (int i = 0; i < digits; i++)
        {
            power *= 10;
        }

        return power;
    }
}
