using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions;

/// <summary>Arithmetic of single numerics: unscaled 128-bit values and their scales.</summary>
internal static class DecimalMath
{
    private static readonly Int128[] Powers = MakePowers();

    /// <summary>The largest numbers that the powers may be multiplied with.</summary>
    private static readonly Int128[] Factors = Array.ConvertAll(Powers, static power => Int128.MaxValue / power);

    /// <summary>One more than the largest numeric: 10^38.</summary>
    public static Int128 Limit => Powers[38];

    /// <summary>10^exponent, exponent from 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent) => Powers[exponent];

    /// <exception cref="Parser.Errors.QueryException">The value has more digits than the type (22003).</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CheckPrecision(Int128 unscaled, SqlType type)
    {
        Int128 limit = Powers[type.Precision];
        if (unscaled >= limit || unscaled <= -limit)
        {
            Overflow(type);
        }
    }

    /// <summary>The same number at another scale, rounded half away from zero where digits go.</summary>
    /// <returns>False when it does not fit 128 bits.</returns>
    public static bool TryRescale(Int128 unscaled, int fromScale, int toScale, out Int128 result)
    {
        if (toScale == fromScale)
        {
            result = unscaled;
            return true;
        }

        if (toScale > fromScale)
        {
            int shift = toScale - fromScale;
            result = unscaled * (shift <= 38 ? Powers[shift] : Int128.MaxValue);
            Int128 limit = shift <= 38 ? Factors[shift] : 0;
            return unscaled <= limit && unscaled >= -limit;
        }

        result = fromScale - toScale > 38 ? 0 : DivideRounded(unscaled, Powers[fromScale - toScale]);
        return true;
    }

    /// <summary>As <see cref="TryRescale"/>; too large is error 22003.</summary>
    public static Int128 Rescale(Int128 unscaled, int fromScale, int toScale)
    {
        if (!TryRescale(unscaled, fromScale, toScale, out Int128 result))
        {
            Overflow(SqlType.Numeric(38, toScale));
        }

        return result;
    }

    /// <summary>Order of two numbers of different scale, exactly.</summary>
    public static int Compare(Int128 left, int leftScale, Int128 right, int rightScale)
    {
        if (leftScale == rightScale)
        {
            return left.CompareTo(right);
        }

        if (leftScale < rightScale)
        {
            // A number that outgrows 128 bits when scaled up is beyond any other one.
            return TryRescale(left, leftScale, rightScale, out Int128 scaled) ? scaled.CompareTo(right) : left > 0 ? 1 : -1;
        }

        return TryRescale(right, rightScale, leftScale, out Int128 other) ? left.CompareTo(other) : right > 0 ? -1 : 1;
    }

    /// <summary>Quotient rounded half away from zero.</summary>
    public static Int128 DivideRounded(Int128 dividend, Int128 divisor)
    {
        UInt128 whole = Magnitude(dividend), by = Magnitude(divisor);
        UInt128 quotient = by <= uint.MaxValue ? DivRem(whole, (uint)by, out UInt128 rest)
            : whole <= ulong.MaxValue && by <= ulong.MaxValue ? DivRem((ulong)whole, (ulong)by, out rest)
            : DivRem(whole, by, out rest);
        quotient += rest >= by - rest ? UInt128.One : UInt128.Zero;
        return (dividend < 0) == (divisor < 0) ? (Int128)quotient : -(Int128)quotient;
    }

    /// <summary>left / right at the result scale, rounded half away from zero; right is not zero.</summary>
    public static Int128 Divide(Int128 left, int leftScale, Int128 right, int rightScale, int resultScale)
    {
        int shift = resultScale - leftScale + rightScale;
        if (shift >= 0 && shift <= 38)
        {
            Int128 limit = Factors[shift];
            if (left <= limit && left >= -limit)
            {
                return DivideRounded(left * Powers[shift], right);
            }
        }

        BigInteger dividend = left, divisor = right;
        if (shift >= 0)
        {
            dividend *= BigInteger.Pow(10, shift);
        }
        else
        {
            divisor *= BigInteger.Pow(10, -shift);
        }

        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger rest);
        if (BigInteger.Abs(rest) * 2 >= BigInteger.Abs(divisor))
        {
            quotient += (dividend.Sign < 0) == (divisor.Sign < 0) ? 1 : -1;
        }

        return FromBig(quotient, resultScale);
    }

    /// <summary>left * right at the result scale (at most the sum of the scales), rounded half away from zero.</summary>
    public static Int128 Multiply(Int128 left, int leftScale, Int128 right, int rightScale, int resultScale)
    {
        if ((left >> 63) == (left >> 127) && (right >> 63) == (right >> 127))
        {
            return Rescale(left * right, leftScale + rightScale, resultScale);
        }

        BigInteger product = (BigInteger)left * right;
        int shift = leftScale + rightScale - resultScale;
        if (shift > 0)
        {
            BigInteger divisor = BigInteger.Pow(10, shift);
            product = BigInteger.DivRem(product + (product.Sign * divisor / 2), divisor, out _);
        }

        return FromBig(product, resultScale);
    }

    /// <summary>A double as numeric of the type, rounded half away from zero on its shortest decimal digits.</summary>
    /// <param name="value">The double.</param>
    /// <param name="type">The numeric type.</param>
    /// <param name="significantDigits">15; 6 for what was a real.</param>
    public static Int128 FromDouble(double value, SqlType type, int significantDigits = 15)
    {
        if (!double.IsFinite(value))
        {
            throw ExecutionErrors.CannotConvert(double.IsNaN(value) ? "NaN" : "infinity", type.ToString());
        }

        // PostgreSQL converts through the 15 significant digits of %.15g, those of a real through 6.
        string digits = value.ToString(significantDigits == 6 ? "E5" : "E14", System.Globalization.CultureInfo.InvariantCulture);
        int mark = digits.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(digits.AsSpan(mark + 1), System.Globalization.CultureInfo.InvariantCulture) - (significantDigits - 1);
        Int128 unscaled = Int128.Parse(digits[..mark].Replace(".", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        if (exponent + type.Scale >= 38 && unscaled != 0)
        {
            Overflow(type);
        }

        if (exponent > 0)
        {
            unscaled = Rescale(unscaled, 0, exponent);
            exponent = 0;
        }

        Int128 result = Rescale(unscaled, -exponent, type.Scale);
        CheckPrecision(result, type);
        return result;
    }

    public static double ToDouble(Int128 unscaled, int scale)
    {
        if (scale <= 22 && Int128.Abs(unscaled) < (Int128)1 << 53)
        {
            return (double)unscaled / (double)Powers[scale];
        }

        return double.Parse(Catalyst.Expressions.LiteralPrinter.Decimal(unscaled, scale), System.Globalization.CultureInfo.InvariantCulture);
    }

    [DoesNotReturn]
    public static void Overflow(SqlType type) => throw ExecutionErrors.NumericOverflow(type);

    private static UInt128 Magnitude(Int128 value) => value < 0 ? (UInt128)(-value) : (UInt128)value;

    /// <summary>Three divisions of 64 bits: high word, then 32 bits of the low one at a time.</summary>
    private static UInt128 DivRem(UInt128 dividend, uint divisor, out UInt128 rest)
    {
        ulong high = (ulong)(dividend >> 64), low = (ulong)dividend;
        ulong middle = (high % divisor << 32) | (low >> 32);
        ulong last = (middle % divisor << 32) | (uint)low;
        rest = last % divisor;
        return new UInt128(high / divisor, (middle / divisor << 32) + (last / divisor));
    }

    private static UInt128 DivRem(ulong dividend, ulong divisor, out UInt128 rest)
    {
        (ulong quotient, ulong left) = Math.DivRem(dividend, divisor);
        rest = left;
        return quotient;
    }

    private static UInt128 DivRem(UInt128 dividend, UInt128 divisor, out UInt128 rest)
    {
        UInt128 quotient = dividend / divisor;
        rest = dividend - (quotient * divisor);
        return quotient;
    }

    private static Int128 FromBig(BigInteger value, int scale)
    {
        if (BigInteger.Abs(value) >= (BigInteger)Powers[38])
        {
            Overflow(SqlType.Numeric(38, scale));
        }

        return (Int128)value;
    }

    private static Int128[] MakePowers()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}
