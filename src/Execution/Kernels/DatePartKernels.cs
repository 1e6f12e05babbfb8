namespace SqlCluster.Execution.Kernels;

/// <summary>A part of a date.</summary>
internal enum DatePart
{
    Year,
    Quarter,
    Month,
    Day,

    /// <summary>1 on January 1.</summary>
    DayOfYear,

    /// <summary>0 on Sundays.</summary>
    DayOfWeek,

    /// <summary>1 on Mondays, 7 on Sundays.</summary>
    IsoDayOfWeek,
}

/// <summary>Parts of many dates at once, as days since 1970-01-01 in the proleptic Gregorian calendar.</summary>
/// <remarks>Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms" (2022): years begin in March, divisions by constants become products.</remarks>
internal static class DatePartKernels
{
    /// <summary>Days before and from which on the arithmetic does not fit 32 bits.</summary>
    public const int FirstDay = -500_000_000, EndDay = 500_000_000;

    /// <summary>Eras of 400 years that are added so that no day is negative.</summary>
    private const uint Eras = 3670;
    private const uint DaysPerEra = 146_097;

    /// <summary>Days from March 1 of year 0 to 1970-01-01.</summary>
    private const uint Epoch = 719_468;

    private interface IPart
    {
        static abstract int Of(in CivilDate date);
    }

    /// <summary>result[i] is the part of days[i], all within <see cref="FirstDay"/> and <see cref="EndDay"/>. Years before year 1 count from -1 downwards: there is none between.</summary>
    public static void Run(DatePart part, ReadOnlySpan<int> days, Span<int> result)
    {
        Check.SameLength(days.Length, result.Length);
        switch (part)
        {
            case DatePart.Year: Run<YearPart>(days, result); break;
            case DatePart.Quarter: Run<QuarterPart>(days, result); break;
            case DatePart.Month: Run<MonthPart>(days, result); break;
            case DatePart.Day: Run<DayPart>(days, result); break;
            case DatePart.DayOfYear: Run<DayOfYearPart>(days, result); break;
            case DatePart.DayOfWeek: DaysOfWeek(days, result, sunday: 0); break;
            case DatePart.IsoDayOfWeek: DaysOfWeek(days, result, sunday: 7); break;
        }
    }

    private static void Run<TPart>(ReadOnlySpan<int> days, Span<int> result)
        where TPart : struct, IPart
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = TPart.Of(new CivilDate(days[i]));
        }
    }

    private static void DaysOfWeek(ReadOnlySpan<int> days, Span<int> result, int sunday)
    {
        for (int i = 0; i < result.Length; i++)
        {
            // 1970-01-01 was a Thursday.
            int day = (int)(((uint)(days[i] - FirstDay) + Thursday) % 7);
            result[i] = day == 0 ? sunday : day;
        }
    }

    /// <summary>Day of the week of <see cref="FirstDay"/>.</summary>
    private const uint Thursday = (uint)((((FirstDay % 7) + 7) % 7 + 4) % 7);

    /// <summary>A date in years that begin on March 1.</summary>
    private readonly struct CivilDate
    {
        public CivilDate(int days)
        {
            uint fourDays = (4 * ((uint)days + Epoch + (Eras * DaysPerEra))) + 3;
            uint century = fourDays / DaysPerEra;
            uint fourDaysOfCentury = (fourDays % DaysPerEra) | 3;
            ulong product = 2_939_745UL * fourDaysOfCentury;
            DayOfYear = (uint)product / 2_939_745 / 4;
            Year = (int)((100 * century) + (uint)(product >> 32)) - (int)(Eras * 400);
        }

        /// <summary>The year in which the March is.</summary>
        public int Year { get; }

        /// <summary>0 on March 1.</summary>
        public uint DayOfYear { get; }

        public bool IsNextYear => DayOfYear >= 306;

        public int CivilYear => Year + (IsNextYear ? 1 : 0);

        /// <summary>Month in the upper 16 bits, from 3 on; 2141 a day in the lower.</summary>
        public uint MonthAndDay => (2141 * DayOfYear) + 197_913;

        public int Month => (int)(MonthAndDay >> 16) - (IsNextYear ? 12 : 0);
    }

    private readonly struct YearPart : IPart
    {
        public static int Of(in CivilDate date) => date.CivilYear is var year && year > 0 ? year : year - 1;
    }

    private readonly struct QuarterPart : IPart
    {
        public static int Of(in CivilDate date) => (date.Month + 2) / 3;
    }

    private readonly struct MonthPart : IPart
    {
        public static int Of(in CivilDate date) => date.Month;
    }

    private readonly struct DayPart : IPart
    {
        public static int Of(in CivilDate date) => (int)((date.MonthAndDay & 0xFFFF) / 2141) + 1;
    }

    private readonly struct DayOfYearPart : IPart
    {
        public static int Of(in CivilDate date)
        {
            int year = date.CivilYear;
            bool isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            return date.IsNextYear ? (int)date.DayOfYear - 305 : (int)date.DayOfYear + 60 + (isLeap ? 1 : 0);
        }
    }
}
