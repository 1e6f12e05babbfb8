using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>What a template read of a date and time, 0 for what it did not, and the date they make (PostgreSQL's do_to_timestamp).</summary>
internal sealed class TemplateFields
{
    public int Hour;
    public int Minute;
    public int Second;
    public int SecondOfDay;
    public int Millisecond;
    public int Microsecond;
    public int IsAfternoon;
    public int Year;
    public int BeforeChrist;
    public int Month;
    public int Day;
    public int DayOfYear;
    public int DayOfWeek;
    public int Week;
    public int WeekOfMonth;
    public int Century;
    public int JulianDay;
    public int ZoneHour;
    public int ZoneMinute;
    private bool? _isIsoWeek;

    public bool IsTwelveHours { get; set; }

    /// <summary>As how many digits the year was read.</summary>
    public int YearDigits { get; set; }

    /// <summary>1 east, -1 west of Greenwich, 0 where the template has no zone.</summary>
    public int ZoneSign { get; set; }

    /// <summary>Digits of a fraction that FF1 to FF6 asked for; 0 without.</summary>
    public int Precision { get; set; }

    /// <summary>A field that was read twice has to be the same.</summary>
    public void Set(ref int field, int value, string pattern)
    {
        if (field != 0 && field != value)
        {
            throw ExecutionErrors.TemplateMismatch($"conflicting values for \"{pattern}\" field in formatting string", "This value contradicts a previous setting for the same field type.");
        }

        field = value;
    }

    /// <param name="day">From Sunday, 0.</param>
    /// <param name="pattern">DAY or DY.</param>
    public void SetDayOfWeek(int day, string pattern)
    {
        Set(ref DayOfWeek, day, pattern);
        DayOfWeek++;
    }

    /// <summary>Weeks of ISO 8601 and Gregorian dates do not go together.</summary>
    public void SetCalendar(string pattern)
    {
        bool? isIsoWeek = pattern switch
        {
            "ID" or "IDDD" or "IW" or "IYYY" or "IYY" or "IY" or "I" => true,
            "D" or "DD" or "DDD" or "MM" or "MONTH" or "MON" or "RM" or "WW" or "W" or "Y,YYY" or "YYYY" or "YYY" or "YY" or "Y" => false,
            _ => null,
        };
        if (isIsoWeek != null && _isIsoWeek != null && isIsoWeek != _isIsoWeek)
        {
            throw ExecutionErrors.TemplateMismatch("invalid combination of date conventions", hint: "Do not mix Gregorian and ISO week date conventions in a formatting template.");
        }

        _isIsoWeek ??= isIsoWeek;
    }

    /// <summary>Days since 1970 and µs since midnight.</summary>
    /// <exception cref="Parser.Errors.QueryException">There is no such date or time (22008), or the fields do not say one (22007).</exception>
    public (long Days, long Time) Combine(string text)
    {
        long time = Time(text);
        int year = ReadYear(), month = 1, day = 1;
        if (JulianDay != 0)
        {
            (year, month, day) = Calendar.DateOf(JulianDay - 2_440_588L);
        }

        int dayOfYear = DayOfYear;
        if (Week != 0 && _isIsoWeek == true)
        {
            int fromMonday = DayOfWeek == 0 ? 0 : DayOfWeek == 1 ? 6 : DayOfWeek - 2;
            (year, month, day) = Calendar.DateOf(FirstIsoDay(year) + ((Week - 1) * 7L) + fromMonday);
        }
        else if (Week != 0)
        {
            dayOfYear = ((Week - 1) * 7) + 1;
        }

        int dayOfMonth = WeekOfMonth != 0 ? ((WeekOfMonth - 1) * 7) + 1 : Day;
        day = dayOfMonth != 0 ? dayOfMonth : day;
        month = Month != 0 ? Month : month;
        if (dayOfYear != 0 && (month <= 1 || day <= 1))
        {
            if (year == 0 && BeforeChrist == 0)
            {
                throw ExecutionErrors.TemplateMismatch("cannot calculate day of year without year information");
            }

            if (_isIsoWeek == true)
            {
                (year, month, day) = Calendar.DateOf(FirstIsoDay(year) + dayOfYear - 1);
            }
            else
            {
                // What the year's day says of month and day counts where they are not given.
                int lastDay = Calendar.IsLeapYear(year) ? 366 : 365;
                if (dayOfYear < 1 || dayOfYear > lastDay)
                {
                    throw ExecutionErrors.DateTimeFieldOutOfRange(text);
                }

                (_, int monthOfDay, int dayOfThat) = Calendar.DateOf(Calendar.DaysOf(year, 1, 1) + dayOfYear - 1);
                (month, day) = (month <= 1 ? monthOfDay : month, day <= 1 ? dayOfThat : day);
            }
        }

        return month is >= 1 and <= 12 && day >= 1 && day <= Calendar.DaysInMonth(year, month)
            ? (Calendar.DaysOf(year, month, day), time)
            : throw ExecutionErrors.DateTimeFieldOutOfRange(text);
    }

    /// <summary>The zone's offset east of Greenwich, µs; null where the template has none.</summary>
    /// <exception cref="Parser.Errors.QueryException">There is no such zone (22009).</exception>
    public long? ZoneOffset(string text) =>
        ZoneSign == 0 ? null
        : ZoneHour is < 0 or > 15 || ZoneMinute is < 0 or > 59 ? throw ExecutionErrors.ZoneOffsetOutOfRange(text)
        : ZoneSign * ((ZoneHour * Calendar.MicrosecondsPerHour) + (ZoneMinute * Calendar.MicrosecondsPerMinute));

    private static long FirstIsoDay(int isoYear)
    {
        long fourth = Calendar.DaysOf(isoYear, 1, 4);
        return fourth - Calendar.FloorModulo(fourth + 3, 7);
    }

    private long Time(string text)
    {
        int hour = Hour != 0 ? Hour : SecondOfDay / 3600, minute = Minute != 0 ? Minute : SecondOfDay / 60 % 60, second = Second != 0 ? Second : SecondOfDay % 60;
        if (IsTwelveHours)
        {
            if (hour is < 1 or > 12)
            {
                throw ExecutionErrors.TemplateMismatch($"hour \"{hour}\" is invalid for the 12-hour clock", hint: "Use the 24-hour clock, or give an hour between 1 and 12.");
            }

            hour = IsAfternoon != 0 && hour < 12 ? hour + 12 : IsAfternoon == 0 && hour == 12 ? 0 : hour;
        }

        long fraction = (Millisecond * 1000L) + Microsecond;
        return hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and < 60 && fraction is >= 0 and < Calendar.MicrosecondsPerSecond
            ? (((((hour * 60L) + minute) * 60) + second) * Calendar.MicrosecondsPerSecond) + fraction
            : throw ExecutionErrors.DateTimeFieldOutOfRange(text);
    }

    /// <summary>The year counted as 1 BC = 0.</summary>
    private int ReadYear()
    {
        int century = BeforeChrist != 0 ? -Century : Century;
        if (Year != 0 && century != 0 && YearDigits <= 2)
        {
            // The 21st century is 2001 to 2100, the 6th before Christ 600 to 501.
            int year = Year % 100;
            return year == 0 ? (century * 100) + (century >= 0 ? 0 : 1) : century >= 0 ? year + ((century - 1) * 100) : ((century + 1) * 100) - year + 1;
        }

        if (Year != 0)
        {
            int year = BeforeChrist != 0 ? -Year : Year;
            return year < 0 ? year + 1 : year;
        }

        return century == 0 ? 0 : century >= 0 ? ((century - 1) * 100) + 1 : (century * 100) + 1;
    }
}
