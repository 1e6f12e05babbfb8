using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Text forms of numbers, as PostgreSQL prints and reads them.</summary>
internal static class NumberForms
{
    /// <summary>The shortest digits that read back to the same double; scientific from 1e15 on and below 1e-4.</summary>
    public static string Format(double value) => Format(value, value.ToString("R", CultureInfo.InvariantCulture), 15);

    public static string Format(float value) => Format(value, value.ToString("R", CultureInfo.InvariantCulture), 6);

    public static void AppendDecimal(StringBuilder text, Int128 unscaled, int scale) => text.Append(LiteralPrinter.Decimal(unscaled, scale));

    /// <exception cref="Parser.Errors.QueryException">Not an integer (22P02), or beyond the type (22003).</exception>
    public static long ParseInteger(string text, SqlType type)
    {
        string trimmed = text.Trim(' ', '\t', '\n', '\r', '\v', '\f');
        int start = trimmed.Length > 0 && trimmed[0] is '+' or '-' ? 1 : 0;
        if (trimmed.Length == start || trimmed.AsSpan(start).ContainsAnyExceptInRange('0', '9'))
        {
            throw ExecutionErrors.InvalidText(type.ToString(), text);
        }

        (long min, long max) = type.Kind switch
        {
            TypeKind.SmallInt => (short.MinValue, short.MaxValue),
            TypeKind.Integer => (int.MinValue, int.MaxValue),
            TypeKind.Oid => (0, uint.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        return long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? value
            : throw ExecutionErrors.TextOutOfRange(text, type.ToString());
    }

    public static double ParseDouble(string text, SqlType type)
    {
        string trimmed = text.Trim();
        switch (trimmed.ToLowerInvariant())
        {
            case "nan": return double.NaN;
            case "infinity" or "inf" or "+infinity" or "+inf": return double.PositiveInfinity;
            case "-infinity" or "-inf": return double.NegativeInfinity;
        }

        if (trimmed.Length == 0 || !(char.IsAsciiDigit(trimmed[^1]) || trimmed[^1] == '.') || trimmed.AsSpan().IndexOfAnyExcept("0123456789+-.eE") >= 0
            || !double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            throw ExecutionErrors.InvalidText(type.ToString(), text);
        }

        bool overflows = double.IsInfinity(value) || (type.Kind == TypeKind.Real && float.IsInfinity((float)value));
        bool underflows = (type.Kind == TypeKind.Real ? (float)value == 0 : value == 0) && trimmed.AsSpan().IndexOfAnyInRange('1', '9') is var digit && digit >= 0
            && (trimmed.IndexOfAny(['e', 'E']) < 0 || digit < trimmed.IndexOfAny(['e', 'E']));
        return overflows || underflows ? throw ExecutionErrors.TextOutOfRange(trimmed, type.ToString()) : value;
    }

    /// <summary>A number as C's %g writes it: six digits, 1e+20 from 10^6 on.</summary>
    public static string General(double value)
    {
        string text = value.ToString("G6", CultureInfo.InvariantCulture);
        int at = text.IndexOf('E', StringComparison.Ordinal);
        return at < 0 ? text : $"{text[..at]}e{text[at + 1]}{text[(at + 2)..].PadLeft(2, '0')}";
    }

    /// <summary>The unscaled value at the type's scale, rounded half away from zero.</summary>
    public static Int128 ParseDecimal(ReadOnlySpan<char> text, SqlType type)
    {
        ReadOnlySpan<char> rest = text.Trim();
        bool isNegative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            rest = rest[1..];
        }

        Int128 unscaled = 0;
        int scale = 0, digits = 0, exponent = 0, dropped = 0;
        bool afterPoint = false, isInvalid = false, roundUp = false;
        for (int i = 0; i < rest.Length; i++)
        {
            char c = rest[i];
            if (char.IsAsciiDigit(c))
            {
                digits++;
                if (unscaled > DecimalMath.Limit)
                {
                    // Beyond 38 digits: only the first dropped one matters.
                    roundUp = dropped == 0 ? c >= '5' : roundUp;
                    dropped += afterPoint ? 0 : 1;
                    continue;
                }

                unscaled = (unscaled * 10) + (c - '0');
                scale += afterPoint ? 1 : 0;
            }
            else if (c == '.' && !afterPoint)
            {
                afterPoint = true;
            }
            else if (c is 'e' or 'E' && digits > 0)
            {
                isInvalid = !int.TryParse(rest[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
                break;
            }
            else
            {
                isInvalid = true;
                break;
            }
        }

        if (isInvalid || digits == 0)
        {
            throw ExecutionErrors.InvalidText("numeric", text.ToString());
        }

        scale -= exponent + dropped;
        if (unscaled == 0)
        {
            return 0;
        }

        if (scale < type.Scale - 39)
        {
            DecimalMath.Overflow(type);
        }

        if (scale < 0)
        {
            unscaled = DecimalMath.Rescale(unscaled, 0, -scale);
            scale = 0;
        }

        Int128 result = DecimalMath.Rescale(unscaled, scale, type.Scale);
        DecimalMath.CheckPrecision(result, type);
        return isNegative ? -result : result;
    }

    private static string Format(double value, string shortest, int fixedDigits)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity" : "-Infinity";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        string sign = shortest[0] == '-' ? "-" : "";
        int mark = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = (mark < 0 ? shortest : shortest[..mark]).TrimStart('-');
        int exponent = mark < 0 ? 0 : int.Parse(shortest.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int before = (point < 0 ? mantissa.Length : point) + exponent;
        int leadingZeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        before -= leadingZeros;
        int power = before - 1;
        if (power < -4 || power >= fixedDigits)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}");
        }

        if (before <= 0)
        {
            return sign + "0." + new string('0', -before) + digits;
        }

        return digits.Length <= before ? sign + digits.PadRight(before, '0') : $"{sign}{digits[..before]}.{digits[before..]}";
    }
}
