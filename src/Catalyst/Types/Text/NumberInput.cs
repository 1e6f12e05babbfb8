using System.Globalization;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Reads numbers and booleans from text as PostgreSQL's input functions do. Blanks around the value are skipped.</summary>
public static class NumberInput
{
    /// <summary>Reads an integer between two bounds.</summary>
    public static InputResult Integer(ReadOnlySpan<char> text, long min, long max, out long value)
    {
        text = TrimBlanks(text);
        value = 0;
        ReadOnlySpan<char> digits = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return InputResult.Invalid;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max
            ? InputResult.Ok
            : InputResult.OutOfRange;
    }

    /// <summary>Reads digits with an optional sign, point and exponent: the value is unscaled / 10^scale, with the scale as written.</summary>
    /// <remarks>Fraction digits beyond 38 digits in all are rounded off, half away from zero. NaN and infinity are <see cref="InputResult.OutOfRange"/>: our numeric has none.</remarks>
    public static InputResult Numeric(ReadOnlySpan<char> text, out Int128 unscaled, out int scale)
    {
        text = TrimBlanks(text);
        (unscaled, scale) = (0, 0);
        bool negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is '+' or '-')
        {
            text = text[1..];
        }

        if (IsWord(text, "nan") || IsWord(text, "infinity") || IsWord(text, "inf"))
        {
            return InputResult.OutOfRange;
        }

        int exponentAt = text.IndexOfAny('e', 'E');
        int exponent = 0;
        if (exponentAt >= 0)
        {
            InputResult result = Integer(text[(exponentAt + 1)..], -100_000, 100_000, out long written);
            if (result != InputResult.Ok || char.IsWhiteSpace(text[exponentAt + 1]))
            {
                return result == InputResult.OutOfRange ? result : InputResult.Invalid;
            }

            exponent = (int)written;
            text = text[..exponentAt];
        }

        int pointAt = text.IndexOf('.');
        ReadOnlySpan<char> whole = pointAt < 0 ? text : text[..pointAt], fraction = pointAt < 0 ? default : text[(pointAt + 1)..];
        if ((whole.IsEmpty && fraction.IsEmpty) || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
        {
            return InputResult.Invalid;
        }

        return Assemble(whole, fraction, exponent, negative, out unscaled, out scale);
    }

    private static InputResult Assemble(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int exponent, bool negative, out Int128 unscaled, out int scale)
    {
        (unscaled, scale) = (0, fraction.Length - exponent);
        UInt128 value = 0;
        int digits = 0, kept = 0, total = whole.Length + fraction.Length;
        for (; kept < total; kept++)
        {
            int digit = (kept < whole.Length ? whole[kept] : fraction[kept - whole.Length]) - '0';
            if (digits == SqlType.MaxPrecision)
            {
                break;
            }

            value = (value * 10) + (uint)digit;
            digits += digits > 0 || digit > 0 ? 1 : 0;
        }

        if (kept < total)
        {
            scale -= total - kept;
            int next = (kept < whole.Length ? whole[kept] : fraction[kept - whole.Length]) - '0';
            value += next >= 5 ? 1u : 0u;
        }

        if (value == 0)
        {
            scale = Math.Clamp(scale, 0, SqlType.MaxPrecision);
            return InputResult.Ok;
        }

        for (; scale < 0; scale++)
        {
            if (value > (UInt128)Int128.MaxValue / 10)
            {
                return InputResult.OutOfRange;
            }

            value *= 10;
        }

        while (scale > SqlType.MaxPrecision)
        {
            (value, UInt128 rest) = UInt128.DivRem(value, 10);
            scale--;
            value += scale == SqlType.MaxPrecision && rest >= 5 ? (UInt128)1 : 0;
        }

        unscaled = negative ? -(Int128)value : (Int128)value;
        return IsWithin(unscaled, SqlType.MaxPrecision) ? InputResult.Ok : InputResult.OutOfRange;
    }

    /// <summary>Brings an unscaled number to another scale, rounding half away from zero; false when it gets more than <paramref name="precision"/> digits.</summary>
    public static bool TryRescale(Int128 unscaled, int fromScale, int precision, int toScale, out Int128 result)
    {
        result = unscaled;
        for (int scale = fromScale; scale < toScale; scale++)
        {
            if (Int128.Abs(result) > Int128.MaxValue / 10)
            {
                return false;
            }

            result *= 10;
        }

        if (fromScale > toScale)
        {
            Int128 divisor = PowerOfTen(fromScale - toScale);
            (Int128 quotient, Int128 rest) = Int128.DivRem(result, divisor);
            result = Int128.Abs(rest) >= divisor - Int128.Abs(rest) ? quotient + (unscaled < 0 ? -1 : 1) : quotient;
        }

        return IsWithin(result, precision);
    }

    /// <summary>Whether the number has at most so many digits.</summary>
    public static bool IsWithin(Int128 unscaled, int precision) => Int128.Abs(unscaled) < PowerOfTen(precision);

    /// <summary>10^exponent, for exponents 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    /// <summary>Reads a floating-point number, NaN, Infinity or -Infinity.</summary>
    public static InputResult Double(ReadOnlySpan<char> text, out double value)
    {
        text = TrimBlanks(text);
        ReadOnlySpan<char> unsigned = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        bool negative = text.Length > 0 && text[0] == '-';
        if (IsWord(text, "nan"))
        {
            value = double.NaN;
            return InputResult.Ok;
        }

        if (IsWord(unsigned, "infinity") || IsWord(unsigned, "inf"))
        {
            value = negative ? double.NegativeInfinity : double.PositiveInfinity;
            return InputResult.Ok;
        }

        value = 0;
        bool isWellFormed = unsigned.Length > 0 && (char.IsAsciiDigit(unsigned[0]) || unsigned[0] == '.')
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
        bool isZeroAsWritten = isWellFormed && value == 0 && !HasNonZeroDigit(unsigned);
        return !isWellFormed ? InputResult.Invalid : double.IsInfinity(value) || (value == 0 && !isZeroAsWritten) ? InputResult.OutOfRange : InputResult.Ok;
    }

    /// <summary>Reads true, yes, on, 1, false, no, off, 0 and their unambiguous beginnings, in any case.</summary>
    public static InputResult Boolean(ReadOnlySpan<char> text, out bool value)
    {
        text = TrimBlanks(text);
        value = text.Length > 0 && (IsStart(text, "true") || IsStart(text, "yes") || IsWord(text, "on") || text is "1");
        return value || (text.Length > 0 && (IsStart(text, "false") || IsStart(text, "no") || (text.Length > 1 && IsStart(text, "off")) || text is "0"))
            ? InputResult.Ok
            : InputResult.Invalid;
    }

    internal static ReadOnlySpan<char> TrimBlanks(ReadOnlySpan<char> text) => text.Trim(" \t\n\r\v\f");

    internal static bool IsWord(ReadOnlySpan<char> text, ReadOnlySpan<char> lowerCaseWord) => text.Equals(lowerCaseWord, StringComparison.OrdinalIgnoreCase);

    private static bool IsStart(ReadOnlySpan<char> text, ReadOnlySpan<char> word) => word.StartsWith(text, StringComparison.OrdinalIgnoreCase);

    private static bool HasNonZeroDigit(ReadOnlySpan<char> text)
    {
        int exponentAt = text.IndexOfAny('e', 'E');
        return (exponentAt < 0 ? text : text[..exponentAt]).ContainsAnyInRange('1', '9');
    }
}
