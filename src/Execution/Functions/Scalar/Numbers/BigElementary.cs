using System.Numerics;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>Roots, exponentials and logarithms of decimal numbers, right in every digit asked for.</summary>
/// <remarks>Everything is computed in fixed point with <see cref="GuardDigits"/> more digits than the result has; logarithms by Newton's method over the exponential.</remarks>
internal static class BigElementary
{
    private const int GuardDigits = 12;

    /// <summary>Digits before the point beyond which a result fits no numeric of ours.</summary>
    private const double LargestPowerOfTen = 60;

    public static BigNumber Sqrt(BigNumber value, int scale)
    {
        int digits = scale + 2;
        BigInteger square = value.At(2 * digits);
        return new BigNumber(Root(square), digits).Rounded(scale);
    }

    /// <exception cref="Parser.Errors.QueryException">22003: the result is out of all bounds.</exception>
    public static BigNumber Exp(BigNumber value, int scale)
    {
        double magnitude = value.ToDouble() * 0.43429448190325182;
        if (magnitude > LargestPowerOfTen)
        {
            throw ExecutionErrors.OutOfRange("numeric");
        }

        if (magnitude < -scale - 2)
        {
            return new BigNumber(0, scale);
        }

        // e^x = (e^(x / 2^k))^(2^k), with x / 2^k below a thousandth.
        int digits = scale + GuardDigits + (int)Math.Max(magnitude, 0) + 8;
        int halvings = Math.Max(0, (int)Math.Ceiling(Math.Log2(Math.Abs(value.ToDouble()) + 1e-9)) + 10);
        digits += halvings / 3;
        BigInteger one = BigInteger.Pow(10, digits), x = value.At(digits) >> halvings, sum = one + x, term = x;
        for (int i = 2; !term.IsZero; i++)
        {
            term = term * x / one / i;
            sum += term;
        }

        for (int i = 0; i < halvings; i++)
        {
            sum = sum * sum / one;
        }

        return new BigNumber(sum, digits).Rounded(scale);
    }

    /// <param name="value">Above zero.</param>
    /// <param name="scale">Digits of the result after the point.</param>
    public static BigNumber Ln(BigNumber value, int scale)
    {
        // ln(m * 10^k) = ln(m) + k * ln(10), with m from 1 up to 10.
        int digits = scale + GuardDigits;
        int power = BigInteger.Abs(value.Unscaled).ToString(System.Globalization.CultureInfo.InvariantCulture).Length - 1 - value.Scale;
        BigNumber mantissa = power >= 0 ? new(value.Unscaled, value.Scale + power) : new(value.Unscaled * BigInteger.Pow(10, -power), value.Scale);
        BigNumber result = LnOfDigit(mantissa, digits);
        return power == 0 ? result.Rounded(scale) : (result + (new BigNumber(power, 0) * LnOfDigit(new BigNumber(10, 0), digits))).Rounded(scale);
    }

    public static BigNumber Power(BigNumber value, int exponent, int scale)
    {
        double magnitude = value.Sign == 0 ? 0 : BigInteger.Log10(BigInteger.Abs(value.Unscaled)) - value.Scale;
        if (magnitude * exponent > LargestPowerOfTen)
        {
            throw ExecutionErrors.OutOfRange("numeric");
        }

        if (magnitude * exponent < -(scale + GuardDigits))
        {
            return new BigNumber(0, scale);
        }

        // Kept digits are enough for the relative error to stay below the last digit of the result; of a small power that is inverted, as many again as its zeros.
        double whole = magnitude * Math.Abs((double)exponent), zeros = exponent < 0 ? -2 * whole : 0;
        int digits = scale + GuardDigits + (int)Math.Ceiling(Math.Max(Math.Max(whole, zeros), 0) + Math.Abs(magnitude)) + 10;
        BigNumber result = BigNumber.One, factor = value;
        for (uint rest = (uint)Math.Abs((long)exponent); rest > 0; rest >>= 1)
        {
            result = (rest & 1) == 0 ? result : Trimmed(result * factor, digits);
            factor = rest > 1 ? Trimmed(factor * factor, digits) : factor;
        }

        return exponent >= 0 ? result.Rounded(scale) : result.Sign == 0 ? new BigNumber(0, scale) : BigNumber.One.DividedBy(result, scale);
    }

    private static BigNumber Trimmed(BigNumber value, int digits) => value.Scale > digits ? value.Rounded(digits) : value;

    private static BigNumber LnOfDigit(BigNumber mantissa, int digits)
    {
        // Each step triples the right digits: y + 2 (m - e^y) / (m + e^y), from the 15 of double precision.
        BigNumber y = BigNumber.FromDouble(Math.Log(mantissa.ToDouble()));
        for (int right = 14; right < digits + 4; right *= 3)
        {
            BigNumber exp = Exp(y, digits + 4);
            BigNumber step = (new BigNumber(2, 0) * (mantissa - exp)).DividedBy(mantissa + exp, digits + 4);
            y = (y + step).Rounded(digits + 4);
        }

        return y.Rounded(digits);
    }

    /// <summary>Whole part of the square root, by Newton's method.</summary>
    private static BigInteger Root(BigInteger square)
    {
        if (square.IsZero)
        {
            return 0;
        }

        BigInteger guess = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (guess + (square / guess)) >> 1;
            if (next >= guess)
            {
                return guess;
            }

            guess = next;
        }
    }
}
