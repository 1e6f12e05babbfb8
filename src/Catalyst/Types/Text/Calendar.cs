namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Converts between days since 1970-01-01 and year, month, day of the proleptic Gregorian calendar, for any year. Year 0 is 1 BC.</summary>
public static class Calendar
{
    public const long MicrosecondsPerSecond = 1_000_000;
    public const long MicrosecondsPerMinute = 60 * MicrosecondsPerSecond;
    public const long MicrosecondsPerHour = 60 * MicrosecondsPerMinute;
    public const long MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    /// <summary>Days of a date; the month and day must be valid.</summary>
    /// <remarks>Counts in eras of 400 years that begin on March 1, so that leap days come last.</remarks>
    public static long DaysOf(long year, int month, int day)
    {
        long shifted = month <= 2 ? year - 1 : year;
        long era = Math.DivRem(shifted, 400, out long yearOfEra);
        if (yearOfEra < 0)
        {
            (era, yearOfEra) = (era - 1, yearOfEra + 400);
        }

        long dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    /// <summary>Year, month and day of a day number.</summary>
    public static (long Year, int Month, int Day) DateOf(long days)
    {
        days += 719_468;
        long era = Math.DivRem(days, 146_097, out long dayOfEra);
        if (dayOfEra < 0)
        {
            (era, dayOfEra) = (era - 1, dayOfEra + 146_097);
        }

        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        int day = (int)(dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1);
        int month = (int)(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9);
        return ((era * 400) + yearOfEra + (month <= 2 ? 1 : 0), month, day);
    }

    public static bool IsLeapYear(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInMonth(long year, int month) => month switch
    {
        2 => IsLeapYear(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };
}
