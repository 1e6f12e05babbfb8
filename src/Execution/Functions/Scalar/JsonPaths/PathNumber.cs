using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>A JSON number as PostgreSQL's numeric: any digits, with a scale of its own.</summary>
/// <param name="Unscaled">All digits.</param>
/// <param name="Scale">How many of them stand behind the point.</param>
internal readonly record struct PathNumber(BigInteger Unscaled, int Scale)
{
    private const int MaxExponent = 20_000;

    public static PathNumber Parse(string text)
    {
        ReadOnlySpan<char> mantissa = text;
        int exponent = 0, e = text.AsSpan().IndexOfAny('e', 'E');
        if (e >= 0)
        {
            exponent = int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given) && Math.Abs(given) <= MaxExponent
                ? given
                : throw ExecutionErrors.OutOfRange("numeric");
            mantissa = mantissa[..e];
        }

        int point = mantissa.IndexOf('.'), scale = point < 0 ? 0 : mantissa.Length - point - 1;
        BigInteger digits = BigInteger.Parse(point < 0 ? mantissa : string.Concat(mantissa[..point], mantissa[(point + 1)..]), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        scale -= exponent;
        return scale < 0 ? new PathNumber(digits * BigInteger.Pow(10, -scale), 0) : new PathNumber(digits, scale);
    }

    public static PathNumber Of(JsonElement number) => Parse(number.GetRawText());

    public JsonElement ToElement() => JsonDocument.Parse(ToString()).RootElement;

    public static PathNumber operator -(PathNumber value) => value with { Unscaled = -value.Unscaled };

    public static PathNumber operator +(PathNumber left, PathNumber right) => Math.Max(left.Scale, right.Scale) is var scale ? new(left.At(scale) + right.At(scale), scale) : default;

    public static PathNumber operator -(PathNumber left, PathNumber right) => left + -right;

    public static PathNumber operator *(PathNumber left, PathNumber right) => new(left.Unscaled * right.Unscaled, left.Scale + right.Scale);

    /// <summary>The remainder has the dividend's sign. The divisor is not zero.</summary>
    public static PathNumber operator %(PathNumber left, PathNumber right) => Math.Max(left.Scale, right.Scale) is var scale ? new(BigInteger.Remainder(left.At(scale), right.At(scale)), scale) : default;

    /// <summary>The quotient with PostgreSQL's digits (numeric.c, select_div_scale). The divisor is not zero.</summary>
    public static PathNumber operator /(PathNumber left, PathNumber right)
    {
        ((int leftWeight, int leftFirst), (int rightWeight, int rightFirst)) = (left.FirstDigits(), right.FirstDigits());
        int weight = leftWeight - rightWeight - (leftFirst <= rightFirst ? 1 : 0);
        int scale = Math.Max(Math.Max(16 - (weight * 4), 0), Math.Max(left.Scale, right.Scale));
        BigInteger numerator = left.Unscaled * BigInteger.Pow(10, scale + right.Scale + 1), denominator = right.Unscaled * BigInteger.Pow(10, left.Scale);
        BigInteger quotient = numerator / denominator;
        return new((quotient + (5 * quotient.Sign)) / 10, scale);
    }

    public int CompareTo(PathNumber other) => Math.Max(Scale, other.Scale) is var scale ? At(scale).CompareTo(other.At(scale)) : 0;

    /// <summary>The whole number not above it, or not below it.</summary>
    public PathNumber Whole(bool isUp)
    {
        BigInteger unit = BigInteger.Pow(10, Scale), whole = BigInteger.DivRem(Unscaled, unit, out BigInteger rest);
        return new(whole + (isUp && rest.Sign > 0 ? 1 : !isUp && rest.Sign < 0 ? -1 : 0), 0);
    }

    /// <summary>Without its fraction.</summary>
    public BigInteger Truncated() => Unscaled / BigInteger.Pow(10, Scale);

    public override string ToString()
    {
        string digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return (Unscaled.Sign < 0 ? "-" : "") + (Scale == 0 ? digits : $"{digits[..^Scale]}.{digits[^Scale..]}");
    }

    private BigInteger At(int scale) => Unscaled * BigInteger.Pow(10, scale - Scale);

    /// <summary>The first digit in base 10,000, and which power of 10,000 it counts.</summary>
    private (int Weight, int First) FirstDigits()
    {
        string digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture);
        if (Unscaled.IsZero)
        {
            return (0, 0);
        }

        int power = digits.Length - Scale - 1, weight = (int)Math.Floor(power / 4.0), length = power - (weight * 4) + 1;
        return (weight, int.Parse(digits.PadRight(length, '0').AsSpan(0, length), CultureInfo.InvariantCulture));
    }
}
