namespace SqlCluster.Catalyst.Types.Text;

/// <summary>The proleptic Gregorian calendar: days since 1970-01-01 and year, month, day, for any year, and what dates and timestamps can hold. Year 0 is 1 BC.</summary>
/// <remarks>Days and civil dates are converted by shifting the year to begin in March (Hinnant, "chrono-compatible low-level date algorithms").</remarks>
public static class Calendar
{
    public const long MicrosecondsPerSecond = 1_000_000;
    public const long MicrosecondsPerMinute = 60 * MicrosecondsPerSecond;
    public const long MicrosecondsPerHour = 60 * MicrosecondsPerMinute;
    public const long MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    /// <summary>date 'infinity' and '-infinity'.</summary>
    public const int InfiniteDate = int.MaxValue;
    public const int MinusInfiniteDate = int.MinValue;

    /// <summary>timestamp 'infinity' and '-infinity'.</summary>
    public const long InfiniteTimestamp = long.MaxValue;
    public const long MinusInfiniteTimestamp = long.MinValue;

    /// <summary>The first microsecond that is no timestamp: midnight of 294247-01-10, the last day that begins within 64 bits.</summary>
    /// <remarks>PostgreSQL counts from 2000 and gets thirty years further.</remarks>
    private const long EndOfTimestamps = InfiniteTimestamp / MicrosecondsPerDay * MicrosecondsPerDay;

    /// <summary>4714-11-24 BC, where Julian days begin.</summary>
    private static readonly long _firstDay = DaysOf(-4713, 11, 24);

    private static readonly long _endOfDates = DaysOf(5_874_898, 1, 1);

    /// <summary>Whether a day is within a date's range; infinities are not days.</summary>
    public static bool IsDate(long days) => days >= _firstDay && days < _endOfDates;

    /// <summary>Whether microseconds since 1970 are within a timestamp's range; infinities are not.</summary>
    public static bool IsTimestamp(Int128 microseconds) => microseconds >= (Int128)_firstDay * MicrosecondsPerDay && microseconds < EndOfTimestamps;

    public static bool IsFinite(int date) => date is not (InfiniteDate or MinusInfiniteDate);

    public static bool IsFinite(long timestamp) => timestamp is not (InfiniteTimestamp or MinusInfiniteTimestamp);

    /// <summary>Days of a date whose month is 1 to 12; the day may lie outside its month.</summary>
    /// <remarks>Counts in eras of 400 years that begin on March 1, so that leap days come last.</remarks>
    public static long DaysOf(long year, int month, int day)
    {
        long shifted = month <= 2 ? year - 1 : year;
        long era = FloorDivide(shifted, 400), yearOfEra = shifted - (era * 400);
        long dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    /// <summary>Year, month and day of a day number.</summary>
    public static (int Year, int Month, int Day) DateOf(long days)
    {
        days += 719_468;
        long era = FloorDivide(days, 146_097), dayOfEra = days - (era * 146_097);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        int day = (int)(dayOfYear - (((153 * shiftedMonth) + 2) / 5) + 1);
        int month = (int)(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9);
        return ((int)((era * 400) + yearOfEra + (month <= 2 ? 1 : 0)), month, day);
    }

    public static bool IsLeapYear(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInMonth(long year, int month) => month switch
    {
        2 => IsLeapYear(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>The day and the µs since its midnight.</summary>
    public static (long Days, long Microseconds) Split(long timestamp)
    {
        long days = FloorDivide(timestamp, MicrosecondsPerDay);
        return (days, timestamp - (days * MicrosecondsPerDay));
    }

    /// <summary>0 = Sunday.</summary>
    public static int DayOfWeek(long days) => (int)FloorModulo(days + 4, 7);

    public static long FloorDivide(long dividend, long divisor)
    {
        long quotient = dividend / divisor;
        return dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient;
    }

    public static long FloorModulo(long dividend, long divisor) => dividend - (FloorDivide(dividend, divisor) * divisor);

    /// <summary>A date moved by whole months; the day is cut to the month's last.</summary>
    public static long AddMonths(long days, int months)
    {
        (int year, int month, int day) = DateOf(days);
        long index = ((long)year * 12) + (month - 1) + months;
        long newYear = FloorDivide(index, 12);
        int newMonth = (int)FloorModulo(index, 12) + 1;
        return DaysOf(newYear, newMonth, Math.Min(day, DaysInMonth(newYear, newMonth)));
    }

    /// <summary>ISO 8601 week and the year it belongs to.</summary>
    public static (int Year, int Week) IsoWeek(long days)
    {
        long thursday = days - FloorModulo(days + 3, 7) + 3;
        (int year, _, _) = DateOf(thursday);
        return (year, (int)((thursday - DaysOf(year, 1, 1)) / 7) + 1);
    }
}
