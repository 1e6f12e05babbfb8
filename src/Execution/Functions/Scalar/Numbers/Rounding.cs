using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>round, trunc, ceil, floor, sign of numeric and double precision. Numeric rounds half away from zero, double half to even.</summary>
internal static class Rounding
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        OfDouble("round", static value => Math.Round(value, MidpointRounding.ToEven), "Nearest whole number", ("round(2.5::float8)", "2")),
        OfDouble("trunc", Math.Truncate, "Whole part", ("trunc(-2.7::float8)", "-2")),
        OfDouble("ceil", Math.Ceiling, "Least whole number not below", ("ceil(2.1::float8)", "3")),
        OfDouble("ceiling", Math.Ceiling, "Least whole number not below"),
        OfDouble("floor", Math.Floor, "Largest whole number not above", ("floor(-2.1::float8)", "-3")),
        OfDouble("sign", static value => double.IsNaN(value) ? value : Math.Sign(value), "-1, 0 or 1", ("sign(-3.5::float8)", "-1")),
        ToDigits("round", static (value, scale, digits) => Round(value, scale, digits), Rounded, "Rounds to digits after the point", ("round(2.345, 2)", "2.35"), ("round(-2.5, 0)", "-3"), ("round(1234.5, -2)", "1200")),
        ToDigits("trunc", static (value, scale, digits) => Truncate(value, scale, digits), static (value, unit) => value / unit, "Cuts to digits after the point", ("trunc(2.349, 2)", "2.34"), ("trunc(-1299.5, -2)", "-1200")),
        ToWhole("round", static (value, scale) => Round(value, scale, 0) / DecimalMath.PowerOfTen(scale), Rounded, "Nearest whole number", ("round(2.5)", "3"), ("round(-2.5)", "-3")),
        ToWhole("trunc", static (value, scale) => value / DecimalMath.PowerOfTen(scale), static (value, unit) => value / unit, "Whole part", ("trunc(-2.7)", "-2")),
        ToWhole("ceil", static (value, scale) => -FloorOf(-value, scale), static (value, unit) => (value / unit) + (value % unit > 0 ? 1 : 0), "Least whole number not below", ("ceil(2.1)", "3"), ("ceil(-2.1)", "-2")),
        ToWhole("ceiling", static (value, scale) => -FloorOf(-value, scale), static (value, unit) => (value / unit) + (value % unit > 0 ? 1 : 0), "Least whole number not below"),
        ToWhole("floor", static (value, scale) => FloorOf(value, scale), static (value, unit) => (value / unit) - (value % unit < 0 ? 1 : 0), "Largest whole number not above", ("floor(-2.1)", "-3")),
        ToWhole("sign", static (value, scale) => Int128.Sign(value), static (value, _) => Math.Sign(value), "-1, 0 or 1", ("sign(-3.5)", "-1")),
    ];

    private static ScalarFunction OfDouble(string name, Func<double, double> compute, string description, params (string, string)[] examples) =>
        ScalarFunction.OfDouble(name, mayFail: false, compute, description, examples);

    private static ScalarFunction ToWhole(string name, Func<Int128, int, Int128> compute, Func<long, long, long> ofLong, string description, params (string, string)[] examples) => new(
        new FunctionSignature
        {
            Name = name,
            Parameters = [NumericParameter.Any],
            ReturnType = static types => NumericTyping.Round(types[0], 0),
            Description = description,
            Examples = examples,
        },
        binding => new NumberFunction(binding, row => row.Set(compute(row.Decimal(0), row.Type(0).Scale)))
        {
            OfLong = UnitOf(binding.ArgumentTypes[0].Scale) is { } unit ? value => ofLong(value, unit) : null,
        });

    /// <summary>10^digits, where that leaves room to round.</summary>
    private static long? UnitOf(int digits) => digits is >= 0 and <= 17 ? (long)DecimalMath.PowerOfTen(digits) : null;

    /// <summary>The result has as many fraction digits as a constant second argument says, else those of the first.</summary>
    private static ScalarFunction ToDigits(string name, Func<Int128, int, int, Int128> compute, Func<long, long, long> ofLong, string description, params (string, string)[] examples) => new(
        new FunctionSignature
        {
            Name = name,
            Parameters = [NumericParameter.Any, SqlType.Integer],
            ReturnType = static types => NumericTyping.Round(types[0], types[0].Scale),
            ReturnTypeOfArguments = static arguments =>
                NumericTyping.Round(arguments[0].Type, arguments[1] is Literal { Value: long digits } ? (int)Math.Clamp(digits, -38, 38) : arguments[0].Type.Scale),
            MayFail = true,
            Description = description,
            Examples = examples,
        },
        binding => new NumberFunction(
            binding,
            row =>
            {
                int scale = row.Type(0).Scale;
                Int128 value = compute(row.Decimal(0), scale, (int)Math.Clamp(row.Long(1), -38, 38));
                row.Set(DecimalMath.Rescale(value, scale, row.Binding.ResultType.Scale));
            })
        {
            OfLong = ToConstantDigits(binding, ofLong),
        });

    /// <summary>The form for digits that are constant and those of the result, fewer than there are.</summary>
    private static Func<long, long>? ToConstantDigits(CallBinding binding, Func<long, long, long> ofLong) =>
        binding.Constants[1] is { Value: long digits } && digits == binding.ResultType.Scale && UnitOf(binding.ArgumentTypes[0].Scale - (int)digits) is { } unit
            ? value => ofLong(value, unit)
            : null;

    /// <summary>Half away from zero.</summary>
    private static long Rounded(long value, long unit)
    {
        (long quotient, long rest) = Math.DivRem(value, unit);
        return Math.Abs(rest) * 2 >= unit && rest != 0 ? quotient + Math.Sign(value) : quotient;
    }

    /// <summary>Rounds to digits after the point; the result keeps the scale.</summary>
    private static Int128 Round(Int128 value, int scale, int digits)
    {
        if (digits >= scale)
        {
            return value;
        }

        if (scale - digits > 38)
        {
            return 0;
        }

        Int128 unit = DecimalMath.PowerOfTen(scale - digits);
        return DecimalMath.DivideRounded(value, unit) * unit;
    }

    private static Int128 Truncate(Int128 value, int scale, int digits)
    {
        if (digits >= scale)
        {
            return value;
        }

        return scale - digits > 38 ? 0 : value - (value % DecimalMath.PowerOfTen(scale - digits));
    }

    private static Int128 FloorOf(Int128 value, int scale)
    {
        Int128 unit = DecimalMath.PowerOfTen(scale), quotient = value / unit;
        return value % unit < 0 ? quotient - 1 : quotient;
    }
}
