using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>sqrt, exp, ln, log and power of numeric, in numeric: right in every digit, and slower than their double precision kin.</summary>
internal static class NumericElementary
{
    private delegate BigNumber Compute(BigNumber value, int scale);

    private delegate BigNumber ComputeTwo(BigNumber left, BigNumber right, int scale);

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Of("sqrt", ResultScales.OfSqrt, Sqrt, static type => ((type.Precision - type.Scale + 1) / 2) + 1, "Square root", ("sqrt(2.0)", "1.414213562373095")),
        Of("exp", ResultScales.OfExp, BigElementary.Exp, static _ => 22, "e to the power of x", ("exp(1.0)", "2.7182818284590452")),
        Of("ln", ResultScales.OfLn, Ln, static _ => 2, "Natural logarithm", ("ln(2.0)", "0.6931471805599453")),
        Of("log", OfLog10, Log10, static _ => 2, "Logarithm to base 10", ("log(100.0)", "2.0000000000000000")),
        Of("log10", OfLog10, Log10, static _ => 2, "Logarithm to base 10", ("log10(1000.0)", "3.0000000000000000")),
        Two("log", ResultScales.OfLog, Log, "Logarithm of the second argument to the base of the first", ("log(2.0, 64.0)", "6.0000000000000000")),
        Two("power", ResultScales.OfPower, Power, "First argument to the power of the second", ("power(9.0, 3.0)", "729.0000000000000000")),
        Two("pow", ResultScales.OfPower, Power, "First argument to the power of the second"),
        Two("^", ResultScales.OfPower, Power, "First argument to the power of the second", ("2.0 ^ 0.5", "1.4142135623730950")),
    ];

    private static ScalarFunction Of(
        string name, Func<BigNumber, int> scaleOf, Compute compute, Func<SqlType, int> wholeDigits, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name,
            Parameters = [NumericParameter.Any],
            ReturnType = types => Columns(wholeDigits(types[0]), types[0].Scale),
            ReturnTypeOfArguments = arguments => ResultScales.ConstantOf(arguments[0]) is { } value
                ? OfConstant(scaleOf(value), scale => compute(value, scale)) ?? Columns(wholeDigits(arguments[0].Type), arguments[0].Type.Scale)
                : Columns(wholeDigits(arguments[0].Type), arguments[0].Type.Scale),
            MayFail = true,
            Description = description,
            Examples = examples,
        },
        row =>
        {
            int scale = row.Binding.ResultType.Scale;
            row.Set(compute(new BigNumber(row.Decimal(0), row.Type(0).Scale), scale).ToDecimal(scale));
        });

    private static ScalarFunction Two(string name, Func<BigNumber, BigNumber, int> scaleOf, ComputeTwo compute, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name,
            Parameters = [NumericParameter.Any, NumericParameter.Any],
            ReturnType = static types => Columns(22, Math.Max(types[0].Scale, types[1].Scale)),
            ReturnTypeOfArguments = arguments => ResultScales.ConstantOf(arguments[0]) is { } left && ResultScales.ConstantOf(arguments[1]) is { } right
                ? OfConstant(scaleOf(left, right), scale => compute(left, right, scale)) ?? Columns(22, 0)
                : Columns(22, Math.Max(arguments[0].Type.Scale, arguments[1].Type.Scale)),
            MayFail = true,
            Description = description,
            Examples = examples,
        },
        row =>
        {
            int scale = row.Binding.ResultType.Scale;
            row.Set(compute(new BigNumber(row.Decimal(0), row.Type(0).Scale), new BigNumber(row.Decimal(1), row.Type(1).Scale), scale).ToDecimal(scale));
        });

    /// <summary>For columns: 16 fraction digits, or the argument's own, as far as the whole digits leave room.</summary>
    private static SqlType Columns(int wholeDigits, int scale)
    {
        int kept = Math.Min(Math.Max(scale, NumericTyping.MinDivisionScale), SqlType.MaxPrecision - wholeDigits);
        return SqlType.Numeric(wholeDigits + kept, kept);
    }

    /// <summary>The type of a constant's result; null where computing it fails, so that the error comes when a row is computed.</summary>
    private static SqlType? OfConstant(int scale, Func<int, BigNumber> compute)
    {
        try
        {
            return ResultScales.TypeOf(compute(Math.Min(scale, SqlType.MaxPrecision)), scale);
        }
        catch (Parser.Errors.QueryException)
        {
            return null;
        }
    }

    private static BigNumber Sqrt(BigNumber value, int scale) =>
        value.Sign < 0 ? throw ExecutionErrors.InvalidPower("cannot take square root of a negative number") : BigElementary.Sqrt(value, scale);

    private static BigNumber Ln(BigNumber value, int scale) => value.Sign switch
    {
        0 => throw ExecutionErrors.InvalidLogarithm("cannot take logarithm of zero"),
        < 0 => throw ExecutionErrors.InvalidLogarithm("cannot take logarithm of a negative number"),
        _ => BigElementary.Ln(value, scale),
    };

    private static int OfLog10(BigNumber value) => ResultScales.OfLog(new BigNumber(10, 0), value);

    private static BigNumber Log10(BigNumber value, int scale) => Log(new BigNumber(10, 0), value, scale);

    private static BigNumber Log(BigNumber radix, BigNumber value, int scale)
    {
        // The nearer the base is to one, the smaller its logarithm and the more digits of it count.
        BigNumber distance = radix - BigNumber.One;
        int zeros = distance.Sign == 0 ? 0 : Math.Max(0, distance.Scale - (int)System.Numerics.BigInteger.Log10(System.Numerics.BigInteger.Abs(distance.Unscaled)));
        BigNumber divisor = Ln(radix, scale + 12 + (2 * zeros)), dividend = Ln(value, scale + 12 + zeros);
        return divisor.Sign == 0 ? throw ExecutionErrors.DivisionByZero() : dividend.DividedBy(divisor, scale);
    }

    private static BigNumber Power(BigNumber value, BigNumber exponent, int scale)
    {
        if (value.Sign == 0 && exponent.Sign < 0)
        {
            throw ExecutionErrors.InvalidPower("zero raised to a negative power is undefined");
        }

        if (ResultScales.IsInteger(exponent) && exponent.At(0) is var whole && whole >= int.MinValue && whole <= int.MaxValue)
        {
            return BigElementary.Power(value, (int)whole, scale);
        }

        if (ResultScales.IsInteger(exponent) && value.Sign != 0)
        {
            // More than 2^31 times: one stays one, the others leave all bounds.
            BigNumber power = BigElementary.Exp((BigElementary.Ln(new BigNumber(System.Numerics.BigInteger.Abs(value.Unscaled), value.Scale), scale + 30) * exponent).Rounded(scale + 30), scale);
            return value.Sign < 0 && !exponent.At(0).IsEven ? new BigNumber(-power.Unscaled, power.Scale) : power;
        }

        if (value.Sign < 0)
        {
            throw ExecutionErrors.InvalidPower("a negative number raised to a non-integer power yields a complex result");
        }

        return value.Sign == 0 ? new BigNumber(0, scale) : BigElementary.Exp((BigElementary.Ln(value, scale + 30) * exponent).Rounded(scale + 30), scale);
    }
}
