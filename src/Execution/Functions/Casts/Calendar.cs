namespace SqlCluster.Execution.Functions.Casts;

/// <summary>The proleptic Gregorian calendar over PostgreSQL's whole range: days since 1970-01-01 and year, month, day. Year 0 is 1 BC.</summary>
/// <remarks>Days and civil dates are converted by shifting the year to begin in March (Hinnant, "chrono-compatible low-level date algorithms").</remarks>
internal static class Calendar
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

    /// <summary>4713-01-01 BC, the first date.</summary>
    public static readonly int FirstDate = (int)ToDays(-4712, 1, 1);

    /// <summary>5874897-12-31, the last date.</summary>
    public static readonly int LastDate = (int)ToDays(5_874_897, 12, 31);

    /// <summary>294276-12-31, the last day of a timestamp.</summary>
    public static readonly long LastTimestampDay = ToDays(294_276, 12, 31);

    public static bool IsFinite(int date) => date is not (InfiniteDate or MinusInfiniteDate);

    public static bool IsFinite(long timestamp) => timestamp is not (InfiniteTimestamp or MinusInfiniteTimestamp);

    /// <summary>Days since 1970-01-01 of a date whose month is 1 to 12; the day may lie outside its month.</summary>
    public static long ToDays(long year, int month, int day)
    {
        long shifted = month <= 2 ? year - 1 : year;
        long era = FloorDivide(shifted, 400);
        long yearOfEra = shifted - (era * 400);
        long dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        long dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    public static (int Year, int Month, int Day) FromDays(long days)
    {
        long shifted = days + 719_468;
        long era = FloorDivide(shifted, 146_097);
        long dayOfEra = shifted - (era * 146_097);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long monthIndex = ((5 * dayOfYear) + 2) / 153;
        int day = (int)(dayOfYear - (((153 * monthIndex) + 2) / 5) + 1);
        int month = (int)(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9);
        return ((int)(yearOfEra + (era * 400) + (month <= 2 ? 1 : 0)), month, day);
    }

    public static bool IsLeap(long year) => (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    public static int DaysInMonth(long year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
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
        (int year, int month, int day) = FromDays(days);
        long index = ((long)year * 12) + (month - 1) + months;
        long newYear = FloorDivide(index, 12);
        int newMonth = (int)FloorModulo(index, 12) + 1;
        return ToDays(newYear, newMonth, Math.Min(day, DaysInMonth(newYear, newMonth)));
    }

    /// <summary>ISO 8601 week and the year it belongs to.</summary>
    public static (int Year, int Week) IsoWeek(long days)
    {
        long thursday = days - FloorModulo(days + 3, 7) + 3;
        (int year, _, _) = FromDays(thursday);
        return (year, (int)((thursday - ToDays(year, 1, 1)) / 7) + 1);
    }

    /// <summary>Checks that a day is one of a date's range.</summary>
    /// <exception cref="Parser.Errors.QueryException">It is not (22008).</exception>
    public static int CheckedDate(long days) => days >= FirstDate && days <= LastDate ? (int)days : throw ExecutionErrors.DateTimeOutOfRange("date");

    /// <summary>Day and µs of a timestamp, checked for its range.</summary>
    public static long CheckedTimestamp(Int128 timestamp)
    {
        Int128 first = (Int128)FirstDate * MicrosecondsPerDay, last = (Int128)(LastTimestampDay + 1) * MicrosecondsPerDay;
        return timestamp >= first && timestamp < last ? (long)timestamp : throw ExecutionErrors.DateTimeOutOfRange("timestamp");
    }
}
