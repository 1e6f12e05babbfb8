using System.Numerics;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;
using SqlCluster.Execution.Functions.Scalar.Numbers;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>variance and stddev of integers and numeric, in numeric and without rounding on the way: N * sum(x²) - sum(x)², over N * (N - 1) or N².</summary>
internal static class ExactMoments
{
    private static readonly (string Name, bool IsSample, bool IsDeviation, string Description)[] Forms =
    [
        ("variance", true, false, "Sample variance."),
        ("var_samp", true, false, "Sample variance."),
        ("var_pop", false, false, "Population variance."),
        ("stddev", true, true, "Sample standard deviation."),
        ("stddev_samp", true, true, "Sample standard deviation."),
        ("stddev_pop", false, true, "Population standard deviation."),
    ];

    public static readonly AggregateFunction[] Functions =
    [
        .. from form in Forms
           from type in new ParameterType[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, NumericParameter.Any }
           select AggregateFunction.Create(
               form.Name, [type], types => TypeOf(types[0], form.IsDeviation), StatesOf, binding => new ExactMomentAccumulator(binding, form.IsSample, form.IsDeviation), form.Description),
    ];

    /// <summary>16 fraction digits, as far as the squares of the type's largest values leave room; at least 8, beyond which a result may be out of range.</summary>
    private static SqlType TypeOf(SqlType type, bool isDeviation)
    {
        SqlType numeric = NumericTyping.ToNumeric(type);
        int whole = (numeric.Precision - numeric.Scale) * (isDeviation ? 1 : 2);
        return SqlType.Numeric(SqlType.MaxPrecision, Math.Clamp(SqlType.MaxPrecision - whole, 8, NumericTyping.MinDivisionScale));
    }

    /// <summary>Count, sum, and the sum of squares in two parts.</summary>
    private static SqlType[] StatesOf(IReadOnlyList<SqlType> types) =>
        [SqlType.BigInt, SqlType.Numeric(SqlType.MaxPrecision, 0), SqlType.Numeric(SqlType.MaxPrecision, 0), SqlType.Numeric(SqlType.MaxPrecision, 0)];
}

/// <summary>Unscaled sums; the squares are High * 10^36 + Low.</summary>
internal struct ExactMomentState
{
    private static readonly Int128 Unit = DecimalMath.PowerOfTen(36);

    public long Count;
    public Int128 Sum;
    public Int128 High;
    public Int128 Low;

    public readonly BigInteger Squares => ((BigInteger)High * (BigInteger)Unit) + (BigInteger)Low;

    public void Add(Int128 value)
    {
        Count++;
        Sum = checked(Sum + value);
        if (value >= -long.MaxValue && value <= long.MaxValue)
        {
            AddSquare(value * value);
            return;
        }

        BigInteger square = BigInteger.DivRem((BigInteger)value * value, (BigInteger)Unit, out BigInteger low);
        High += (Int128)square;
        AddSquare((Int128)low);
    }

    /// <summary>Adds a batch: in 64 bits what its largest value lets stay there.</summary>
    public void Add(ReadOnlySpan<long> values)
    {
        (long least, long most) = IntegerRange.Of(values);
        UInt128 largest = UInt128.Max((UInt128)Int128.Abs(least), (UInt128)Int128.Abs(most));
        if (largest >= (UInt128)1 << 31 || largest * largest * (uint)values.Length >= (UInt128)1 << 63)
        {
            foreach (long value in values)
            {
                Add(value);
            }

            return;
        }

        long sum = 0, squares = 0;
        foreach (long value in values)
        {
            sum += value;
            squares += value * value;
        }

        Count += values.Length;
        Sum = checked(Sum + sum);
        AddSquare(squares);
    }

    public void Merge(in ExactMomentState other)
    {
        Count += other.Count;
        Sum = checked(Sum + other.Sum);
        High += other.High;
        AddSquare(other.Low);
    }

    /// <summary>The square is below 2^126, so that a low part below 10^36 stays below 10^38.</summary>
    private void AddSquare(Int128 square)
    {
        if (Low >= Unit)
        {
            (Int128 carry, Low) = Int128.DivRem(Low, Unit);
            High += carry;
        }

        Low += square;
    }

    /// <summary>The variance or its root at a scale; null for too few rows.</summary>
    public readonly Int128? Result(bool isSample, bool isDeviation, int inputScale, int scale)
    {
        return Count < (isSample ? 2 : 1) ? null : SmallMoments.Result(in this, isSample, isDeviation, inputScale, scale) ?? LargeResult(isSample, isDeviation, inputScale, scale);
    }

    /// <summary>The result of sums of any size.</summary>
    public readonly Int128 LargeResult(bool isSample, bool isDeviation, int inputScale, int scale)
    {
        BigInteger count = Count, sum = Sum;
        var dividend = new BigNumber((count * Squares) - (sum * sum), 2 * inputScale);
        var divisor = new BigNumber(count * (isSample ? count - 1 : count), 0);
        BigNumber variance = dividend.DividedBy(divisor, isDeviation ? Math.Max(scale, ResultScales.OfQuotient(dividend, divisor)) : scale);
        return (isDeviation ? BigElementary.Sqrt(variance, scale) : variance).ToDecimal(scale);
    }
}

/// <summary>Exact moments by group.</summary>
internal sealed class ExactMomentAccumulator(AggregateBinding binding, bool isSample, bool isDeviation) : Accumulator
{
    private readonly bool _isInteger = binding.ArgumentTypes[0].IsInteger;
    private readonly DenseArgument _dense = new(binding.Context.Account);
    private readonly ResultColumn _output = new(binding.ResultType, binding.Context.Account);
    private readonly ResultColumn[] _stateOutputs =
    [
        new(SqlType.BigInt, binding.Context.Account),
        .. Enumerable.Range(0, 3).Select(_ => new ResultColumn(SqlType.Numeric(SqlType.MaxPrecision, 0), binding.Context.Account)),
    ];

    private StateArray<ExactMomentState> _states = new(binding.Context.Account);

    public override long ReservedBytes => _states.ReservedBytes;

    public override void Resize(int groupCount) => _states.Resize(groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        Span<ExactMomentState> states = _states.Values;
        if (!_isInteger && arguments[0].Type.Id == ArrowTypeId.Decimal128)
        {
            DenseValues<Int128> wide = _dense.Decimals(arguments[0], in rows);
            for (int i = 0; i < wide.Values.Length; i++)
            {
                states[wide.Groups.IsEmpty ? 0 : wide.Groups[i]].Add(wide.Values[i]);
            }

            return;
        }

        DenseValues<long> values = _dense.Longs(arguments[0], in rows);
        if (values.Groups.IsEmpty && values.Values.Length > 0)
        {
            states[0].Add(values.Values);
            return;
        }

        for (int i = 0; i < values.Values.Length; i++)
        {
            states[values.Groups[i]].Add(values.Values[i]);
        }
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows)
    {
        VectorReader count = new(states[0]), sum = new(states[1]), high = new(states[2]), low = new(states[3]);
        Span<ExactMomentState> own = _states.Values;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Row(i);
            var other = new ExactMomentState { Count = count.Integer(row), Sum = sum.Decimal(row), High = high.Decimal(row), Low = low.Decimal(row) };
            own[rows.Group(i)].Merge(in other);
        }
    }

    public override void States(int start, int count, Span<Vector> states)
    {
        ReadOnlySpan<ExactMomentState> own = _states.Values.Slice(start, count);
        for (int c = 0; c < states.Length; c++)
        {
            ResultColumn output = _stateOutputs[c];
            output.Start(count);
            for (int i = 0; i < count; i++)
            {
                output.MoveTo(i);
                if (c == 0)
                {
                    output.SetLong(own[i].Count);
                }
                else
                {
                    output.SetDecimal(c switch { 1 => own[i].Sum, 2 => own[i].High, _ => own[i].Low });
                }
            }

            states[c] = output.Build();
        }
    }

    public override Vector Finish(int start, int count)
    {
        ReadOnlySpan<ExactMomentState> own = _states.Values.Slice(start, count);
        SqlType type = binding.ArgumentTypes[0];
        int inputScale = type.Kind == TypeKind.Numeric ? type.Scale : 0;
        _output.Start(count);
        for (int i = 0; i < count; i++)
        {
            if (own[i].Result(isSample, isDeviation, inputScale, binding.ResultType.Scale) is { } value)
            {
                _output.MoveTo(i);
                _output.SetDecimal(value);
            }
        }

        return _output.Build();
    }

    public override void Clear() => _states.Clear();

    public override void Dispose()
    {
        _states.Dispose();
        _dense.Dispose();
        _output.Dispose();
        Array.ForEach(_stateOutputs, static output => output.Dispose());
    }
}
