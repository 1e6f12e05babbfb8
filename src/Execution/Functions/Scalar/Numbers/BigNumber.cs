using System.Numerics;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>A decimal number of any size, for what 128 bits do not hold: roots, logarithms, powers, and PostgreSQL's choice of result scales.</summary>
/// <param name="Unscaled">The digits.</param>
/// <param name="Scale">How many of them stand after the point.</param>
internal readonly record struct BigNumber(BigInteger Unscaled, int Scale)
{
    /// <summary>Digits of PostgreSQL's base 10000 that a digit of ours is compared in.</summary>
    private const int GroupDigits = 4;

    public static readonly BigNumber One = new(1, 0);

    public int Sign => Unscaled.Sign;

    public static BigNumber operator -(BigNumber left, BigNumber right)
    {
        int scale = Math.Max(left.Scale, right.Scale);
        return new(left.At(scale) - right.At(scale), scale);
    }

    public static BigNumber operator +(BigNumber left, BigNumber right)
    {
        int scale = Math.Max(left.Scale, right.Scale);
        return new(left.At(scale) + right.At(scale), scale);
    }

    public static BigNumber operator *(BigNumber left, BigNumber right) => new(left.Unscaled * right.Unscaled, left.Scale + right.Scale);

    /// <summary>A small number with its first 15 digits after the point.</summary>
    public static BigNumber FromDouble(double value) => new((BigInteger)(value * 1e15), 15);

    /// <summary>The digits at a scale, rounded half away from zero.</summary>
    public BigInteger At(int scale)
    {
        if (scale >= Scale)
        {
            return Unscaled * BigInteger.Pow(10, scale - Scale);
        }

        BigInteger unit = BigInteger.Pow(10, Scale - scale);
        BigInteger quotient = BigInteger.DivRem(Unscaled, unit, out BigInteger rest);
        return BigInteger.Abs(rest) * 2 >= unit ? quotient + Unscaled.Sign : quotient;
    }

    public BigNumber Rounded(int scale) => new(At(scale), scale);

    /// <summary>Quotient rounded half away from zero.</summary>
    public BigNumber DividedBy(BigNumber divisor, int scale)
    {
        int shift = scale - Scale + divisor.Scale;
        BigInteger dividend = Unscaled * BigInteger.Pow(10, Math.Max(shift, 0)), by = divisor.Unscaled * BigInteger.Pow(10, Math.Max(-shift, 0));
        BigInteger quotient = BigInteger.DivRem(dividend, by, out BigInteger rest);
        return new(BigInteger.Abs(rest) * 2 >= BigInteger.Abs(by) ? quotient + (dividend.Sign * by.Sign) : quotient, scale);
    }

    /// <summary>PostgreSQL's weight: the power of 10000 of the first digit other than zero, and that digit (1 to 9999); 0 and 0 for zero.</summary>
    public (int Weight, int FirstDigit) Weigh()
    {
        if (Unscaled.IsZero)
        {
            return (0, 0);
        }

        BigInteger digits = BigInteger.Abs(Unscaled);
        int padding = (GroupDigits - (Scale % GroupDigits)) % GroupDigits, groups = (Scale + padding) / GroupDigits;
        digits *= BigInteger.Pow(10, padding);
        int weight = -groups;
        while (digits >= 10_000)
        {
            digits /= 10_000;
            weight++;
        }

        return (weight, (int)digits);
    }

    /// <inheritdoc cref="Weigh()"/>
    /// <param name="digits">A number below 2^53, or any whole one.</param>
    /// <param name="scale">How many of its digits stand after the point.</param>
    public static (int Weight, int FirstDigit) Weigh(ulong digits, int scale)
    {
        if (digits == 0)
        {
            return (0, 0);
        }

        int padding = (GroupDigits - (scale % GroupDigits)) % GroupDigits, weight = -((scale + padding) / GroupDigits);
        for (int i = 0; i < padding; i++)
        {
            digits *= 10;
        }

        while (digits >= 10_000)
        {
            digits /= 10_000;
            weight++;
        }

        return (weight, (int)digits);
    }

    /// <summary>Close to it; beyond the range of double: its largest value.</summary>
    public double ToDouble() => double.Parse($"{Unscaled}E{-Scale}", System.Globalization.CultureInfo.InvariantCulture);

    /// <exception cref="Parser.Errors.QueryException">22003: more than 38 digits.</exception>
    public Int128 ToDecimal(int scale)
    {
        BigInteger unscaled = At(scale);
        if (BigInteger.Abs(unscaled) >= (BigInteger)DecimalMath.Limit)
        {
            DecimalMath.Overflow(SqlType.Numeric(SqlType.MaxPrecision, scale));
        }

        return (Int128)unscaled;
    }
}
