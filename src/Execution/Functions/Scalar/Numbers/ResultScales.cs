using System.Numerics;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>How many fraction digits PostgreSQL shows of a quotient, root, logarithm or power of given numbers: at least 16 significant ones (numeric.c).</summary>
/// <remarks>
/// There the scale belongs to each value, here to the whole column. So these rules decide where the arguments are constants; for columns the scale is
/// <see cref="NumericTyping.MinDivisionScale"/>, or the arguments' larger one.
/// </remarks>
internal static class ResultScales
{
    private const int SignificantDigits = 16;
    private const double LogOfE = 0.434294481903252;

    /// <summary>select_div_scale.</summary>
    public static int OfQuotient(BigNumber dividend, BigNumber divisor)
    {
        (int weight, int first) = dividend.Weigh();
        (int divisorWeight, int divisorFirst) = divisor.Weigh();
        int quotientWeight = weight - divisorWeight - (first <= divisorFirst ? 1 : 0);
        return AtLeast(SignificantDigits - (quotientWeight * 4), dividend, divisor);
    }

    /// <summary>The same of small numbers.</summary>
    /// <param name="dividend">Digits of the dividend, below 2^53.</param>
    /// <param name="scale">How many of them stand after the point.</param>
    /// <param name="divisor">A whole number above zero.</param>
    public static int OfQuotient(ulong dividend, int scale, ulong divisor)
    {
        (int weight, int first) = BigNumber.Weigh(dividend, scale);
        (int divisorWeight, int divisorFirst) = BigNumber.Weigh(divisor, 0);
        int quotientWeight = weight - divisorWeight - (first <= divisorFirst ? 1 : 0);
        return Math.Max(SignificantDigits - (quotientWeight * 4), Math.Max(scale, 0));
    }

    public static int OfSqrt(BigNumber value) => AtLeast(SignificantDigits - (((value.Weigh().Weight + 1) * 4 / 2) - 1), value);

    public static int OfExp(BigNumber value) => AtLeast(SignificantDigits - (int)(value.ToDouble() * LogOfE), value);

    public static int OfLn(BigNumber value) => AtLeast(SignificantDigits - LogarithmDigits(value), value);

    public static int OfLog(BigNumber radix, BigNumber value) => AtLeast(SignificantDigits - (LogarithmDigits(value) - LogarithmDigits(radix)), radix, value);

    public static int OfPower(BigNumber value, BigNumber exponent)
    {
        if (IsInteger(exponent) || value.Sign <= 0)
        {
            return AtLeast(SignificantDigits, value);
        }

        double logarithm = Math.Log(value.ToDouble()) * exponent.ToDouble();
        return AtLeast(SignificantDigits - (int)(logarithm * LogOfE), value, exponent);
    }

    public static bool IsInteger(BigNumber value) => value.Scale == 0 || (value.Unscaled % BigInteger.Pow(10, value.Scale)).IsZero;

    /// <summary>The value of a literal, or of + - * / over literals; null where a column or another function takes part.</summary>
    public static BigNumber? ConstantOf(Expression expression) => expression switch
    {
        Literal { Value: long value, Type.IsInteger: true } => new BigNumber(value, 0),
        Literal { Value: Int128 value, Type.Kind: TypeKind.Numeric } literal => new BigNumber(value, literal.Type.Scale),
        Call { Arguments: [var left, var right], Function.Name: "+" or "-" or "*" or "/", Type.Kind: TypeKind.Numeric } call
            when ConstantOf(left) is { } leftValue && ConstantOf(right) is { } rightValue => call.Function.Name switch
            {
                "+" => (leftValue + rightValue).Rounded(call.Type.Scale),
                "-" => (leftValue - rightValue).Rounded(call.Type.Scale),
                "*" => (leftValue * rightValue).Rounded(call.Type.Scale),
                _ => rightValue.Sign == 0 ? null : leftValue.DividedBy(rightValue, call.Type.Scale),
            },
        _ => null,
    };

    /// <summary>The narrowest type for a value at a scale, or at the largest scale that leaves room for its whole digits.</summary>
    public static SqlType TypeOf(BigNumber value, int scale)
    {
        int whole = BigInteger.Abs(value.At(0)).ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        scale = Math.Clamp(scale, 0, Math.Max(SqlType.MaxPrecision - whole, 0));
        return SqlType.Numeric(Math.Min(whole + scale, SqlType.MaxPrecision), scale);
    }

    private static int AtLeast(int scale, params ReadOnlySpan<BigNumber> operands)
    {
        scale = Math.Max(scale, 0);
        foreach (BigNumber operand in operands)
        {
            scale = Math.Max(scale, operand.Scale);
        }

        return scale;
    }

    /// <summary>estimate_ln_dweight: the power of ten of the logarithm's first digit.</summary>
    private static int LogarithmDigits(BigNumber value)
    {
        if (value.Sign <= 0)
        {
            return 0;
        }

        BigNumber distance = value - BigNumber.One;
        if (distance.Unscaled.IsZero)
        {
            return 0;
        }

        if (value.ToDouble() is >= 0.9 and <= 1.1)
        {
            (int weight, int first) = distance.Weigh();
            return (weight * 4) + (int)Math.Log10(first);
        }

        return (int)Math.Log10(Math.Abs(BigInteger.Log(value.Unscaled) - (value.Scale * Math.Log(10))));
    }
}
