using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Execution.Csv;

/// <summary>What a date begins with.</summary>
internal enum CsvDateOrder
{
    YearFirst,
    DayFirst,
    MonthFirst,
}

/// <summary>Dates and times as spreadsheets and people write them: 31/01/2024, 1.31.2024, 2024-1-31 9:05, 1/31/2024 9:05:30.25 PM. The year has four digits: with two, nobody knows which part it is.</summary>
internal static class CsvDates
{
    private const int MostFractionDigits = 6;

    public static bool TryDate(ReadOnlySpan<byte> text, CsvDateOrder order, out long days) => TryDate(ref text, order, out days) && text.IsEmpty;

    /// <summary>A date, alone or with a time behind it.</summary>
    public static bool TryTimestamp(ReadOnlySpan<byte> text, CsvDateOrder order, out long microseconds)
    {
        microseconds = 0;
        if (!TryDate(ref text, order, out long days))
        {
            return false;
        }

        long time = 0;
        if (!text.IsEmpty && (text[0] != (byte)' ' || !TryTime(text[1..], out time)))
        {
            return false;
        }

        microseconds = (days * Calendar.MicrosecondsPerDay) + time;
        return true;
    }

    /// <summary>h:mm, h:mm:ss or h:mm:ss.ffffff, perhaps with AM or PM.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        int second = 0, fraction = 0;
        if (!TryNumber(ref text, 1, 2, out int hour) || text.IsEmpty || text[0] != (byte)':')
        {
            return false;
        }

        text = text[1..];
        if (!TryNumber(ref text, 2, 2, out int minute))
        {
            return false;
        }

        if (!text.IsEmpty && text[0] == (byte)':')
        {
            text = text[1..];
            if (!TryNumber(ref text, 2, 2, out second))
            {
                return false;
            }
        }

        if (!text.IsEmpty && text[0] == (byte)'.')
        {
            text = text[1..];
            int before = text.Length;
            if (!TryNumber(ref text, 1, MostFractionDigits, out fraction))
            {
                return false;
            }

            for (int digits = before - text.Length; digits < MostFractionDigits; digits++)
            {
                fraction *= 10;
            }
        }

        if (text.Length > 0)
        {
            bool isAfternoon = System.Text.Ascii.EqualsIgnoreCase(text, " PM"u8);
            if ((!isAfternoon && !System.Text.Ascii.EqualsIgnoreCase(text, " AM"u8)) || hour is < 1 or > 12)
            {
                return false;
            }

            hour = (hour % 12) + (isAfternoon ? 12 : 0);
        }

        microseconds = (((((hour * 60L) + minute) * 60) + second) * Calendar.MicrosecondsPerSecond) + fraction;
        return hour <= 23 && minute <= 59 && second <= 59;
    }

    private static bool TryDate(ref ReadOnlySpan<byte> text, CsvDateOrder order, out long days)
    {
        days = 0;
        bool hasYearFirst = order == CsvDateOrder.YearFirst;
        if (!TryNumber(ref text, hasYearFirst ? 4 : 1, hasYearFirst ? 4 : 2, out int first) || text.IsEmpty || text[0] is not ((byte)'/' or (byte)'-' or (byte)'.') || (hasYearFirst && text[0] == (byte)'.'))
        {
            return false;
        }

        byte separator = text[0];
        text = text[1..];
        if (!TryNumber(ref text, 1, 2, out int second) || text.IsEmpty || text[0] != separator)
        {
            return false;
        }

        text = text[1..];
        if (!TryNumber(ref text, hasYearFirst ? 1 : 4, hasYearFirst ? 2 : 4, out int third))
        {
            return false;
        }

        (int year, int month, int day) = order switch
        {
            CsvDateOrder.YearFirst => (first, second, third),
            CsvDateOrder.DayFirst => (third, second, first),
            CsvDateOrder.MonthFirst => (third, first, second),
        };
        if (month is < 1 or > 12 || year < 1 || day < 1 || day > Calendar.DaysInMonth(year, month))
        {
            return false;
        }

        days = Calendar.DaysOf(year, month, day);
        return true;
    }

    /// <summary>Takes all digits that come next; false when they are not as many as wanted.</summary>
    private static bool TryNumber(ref ReadOnlySpan<byte> text, int fewest, int most, out int value)
    {
        value = 0;
        int count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        count = count < 0 ? text.Length : count;
        if (count < fewest || count > most)
        {
            return false;
        }

        foreach (byte digit in text[..count])
        {
            value = (value * 10) + (digit - '0');
        }

        text = text[count..];
        return true;
    }
}
