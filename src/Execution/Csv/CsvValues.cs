using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Types.Text;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Csv;

/// <summary>Reads values from UTF-8 text: the common spellings quickly, others by the rules of the types' input functions.</summary>
internal static class CsvValues
{
    private const int LongestExact = 22;

    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, LongestExact + 1).Select(static exponent => double.Parse($"1e{exponent}", CultureInfo.InvariantCulture))];
    private static readonly long[] LongPowers = [.. Enumerable.Range(0, 19).Select(static exponent => (long)NumberInput.PowerOfTen(exponent))];

    public static bool TryBoolean(ReadOnlySpan<byte> text, out bool value)
    {
        value = false;
        if (text.Length is < 4 or > 5)
        {
            return false;
        }

        value = Ascii.EqualsIgnoreCase(text, "true"u8);
        return value || Ascii.EqualsIgnoreCase(text, "false"u8);
    }

    public static bool TryLong(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        bool isNegative = text.Length > 0 && text[0] == (byte)'-';
        ReadOnlySpan<byte> digits = isNegative || (text.Length > 0 && text[0] == (byte)'+') ? text[1..] : text;
        if (digits.IsEmpty)
        {
            return false;
        }

        if (digits.Length > 18)
        {
            return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        }

        foreach (byte digit in digits)
        {
            uint number = (uint)(digit - '0');
            if (number > 9)
            {
                return false;
            }

            value = (value * 10) + number;
        }

        value = isNegative ? -value : value;
        return true;
    }

    public static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        if (TryDigits(text, out long digits, out int scale) && digits is >= -(1L << 53) and <= 1L << 53 && scale <= LongestExact)
        {
            // Both are exact, so one division rounds right (Clinger 1990).
            value = digits == 0 && text[0] == (byte)'-' ? -0.0 : digits / PowersOfTen[scale];
            return true;
        }

        Span<char> characters = stackalloc char[64];
        value = 0;
        return text.Length <= 64 ? NumberInput.Double(characters[..Encoding.UTF8.GetChars(text, characters)], out value) == InputResult.Ok
            : NumberInput.Double(Encoding.UTF8.GetString(text), out value) == InputResult.Ok;
    }

    /// <summary>A number as an integer of a scale, rounded half away from zero; false when it has more digits than the precision allows.</summary>
    public static bool TryDecimal(ReadOnlySpan<byte> text, int precision, int scale, out Int128 value)
    {
        if (precision <= 18 && TryDigits(text, out long digits, out int found) && found <= scale)
        {
            long factor = LongPowers[scale - found], limit = LongPowers[precision];
            long scaled = unchecked(digits * factor);
            value = scaled;
            return Math.Abs(digits) < limit / factor || (Math.Abs(digits) <= limit / factor && Math.Abs(scaled) < limit);
        }

        value = 0;
        return NumberInput.Numeric(Encoding.UTF8.GetString(text), out Int128 unscaled, out int written) == InputResult.Ok
            && NumberInput.TryRescale(unscaled, written, precision, scale, out value);
    }

    public static bool TryDate(ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        if (text.Length != 10 || text[4] is not ((byte)'-' or (byte)'/') || text[7] != text[4]
            || !TryNumber(text[..4], out int year) || !TryNumber(text.Slice(5, 2), out int month) || !TryNumber(text.Slice(8, 2), out int day)
            || month is < 1 or > 12 || day < 1 || year < 1 || day > Calendar.DaysInMonth(year, month))
        {
            return false;
        }

        days = Calendar.DaysOf(year, month, day);
        return true;
    }

    public static bool TryTime(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length == 5 && text[2] == (byte)':' && TryNumber(text[..2], out int hours) && TryNumber(text[3..], out int minutes) && hours <= 23 && minutes <= 59)
        {
            microseconds = ((hours * 60L) + minutes) * Calendar.MicrosecondsPerMinute;
            return true;
        }

        if (text.Length is < 8 or > 15 || text[2] != (byte)':' || text[5] != (byte)':'
            || !TryNumber(text[..2], out int hour) || !TryNumber(text.Slice(3, 2), out int minute) || !TryNumber(text.Slice(6, 2), out int second)
            || hour > 23 || minute > 59 || second > 59 || text.Length == 9 || (text.Length > 8 && text[8] != (byte)'.'))
        {
            return false;
        }

        int fraction = 0;
        if (text.Length > 8)
        {
            if (!TryNumber(text[9..], out fraction))
            {
                return false;
            }

            fraction *= (int)LongPowers[15 - text.Length];
        }

        microseconds = (((((hour * 60L) + minute) * 60) + second) * Calendar.MicrosecondsPerSecond) + fraction;
        return true;
    }

    public static bool TryTimestamp(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 10 || !TryDate(text[..10], out long days))
        {
            return false;
        }

        long time = 0;
        if (text.Length > 10 && (text[10] is not ((byte)' ' or (byte)'T') || !TryTime(text[11..], out time)))
        {
            return false;
        }

        microseconds = (days * Calendar.MicrosecondsPerDay) + time;
        return true;
    }

    /// <summary>A timestamp with Z, +hh, +hhmm or +hh:mm behind it.</summary>
    public static bool TryInstant(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 20)
        {
            return false;
        }

        if (text[^1] == (byte)'Z')
        {
            return TryTimestamp(text[..^1], out microseconds);
        }

        int sign = text[19..].LastIndexOfAny((byte)'+', (byte)'-') + 19;
        if (sign < 19 || !TryTimestamp(text[..sign], out long local))
        {
            return false;
        }

        ReadOnlySpan<byte> zone = text[(sign + 1)..];
        int minutes = 0;
        bool isZone = zone.Length switch
        {
            2 => true,
            4 => TryNumber(zone[2..], out minutes),
            5 => zone[2] == (byte)':' && TryNumber(zone[3..], out minutes),
            _ => false,
        };
        if (!isZone || !TryNumber(zone[..2], out int hours) || hours > 15 || minutes > 59)
        {
            return false;
        }

        long offset = ((hours * 60L) + minutes) * Calendar.MicrosecondsPerMinute;
        microseconds = text[sign] == (byte)'+' ? local - offset : local + offset;
        return true;
    }

    /// <summary>A sign, at most 18 digits and a point among them.</summary>
    private static bool TryDigits(ReadOnlySpan<byte> text, out long digits, out int scale)
    {
        digits = 0;
        scale = 0;
        int i = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0, point = -1, first = i;
        if (text.Length - i is 0 or > 18)
        {
            return false;
        }

        for (; i < text.Length; i++)
        {
            uint number = (uint)(text[i] - '0');
            if (number <= 9)
            {
                digits = (digits * 10) + number;
            }
            else if (text[i] == (byte)'.' && point < 0)
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        scale = point < 0 ? 0 : text.Length - point - 1;
        digits = text[0] == (byte)'-' ? -digits : digits;
        return point < 0 || text.Length - first > 1;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (byte digit in digits)
        {
            uint number = (uint)(digit - '0');
            if (number > 9)
            {
                return false;
            }

            value = (value * 10) + (int)number;
        }

        return true;
    }
}
