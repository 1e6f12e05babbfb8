using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>date_trunc, date_bin, age, make_date and its like, justify, isfinite, overlaps, the current time, time zones.</summary>
internal static class DateFunctions
{
    private const string WithZone = "timestamp with time zone";

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfFailingRows(
            "date_trunc", [SqlType.Text, SqlType.Timestamp], SqlType.Timestamp, static row => row.Set(Truncate(row.Text(0), row.Long(1))), "Cuts to a unit",
            ("date_trunc('hour', timestamp '2001-02-16 20:38:40')", "2001-02-16 20:00:00"), ("date_trunc('week', timestamp '2001-02-16 20:38:40')", "2001-02-12 00:00:00")),
        ScalarFunction.OfFailingRows(
            "date_trunc", [SqlType.Text, SqlType.TimestampTz], SqlType.TimestampTz,
            static row => row.Set(TimeZones.ToInstant(row.Context.Zone, Truncate(row.Text(0), TimeZones.ToLocal(row.Context.Zone, row.Long(1)), WithZone))), "Cuts to a unit"),
        ScalarFunction.OfFailingRows(
            "date_trunc", [SqlType.Text, SqlType.TimestampTz, SqlType.Text], SqlType.TimestampTz,
            static row =>
            {
                Zone zone = TimeZones.FindMentioned(row.Text(2));
                row.Set(TimeZones.ToInstant(zone, Truncate(row.Text(0), TimeZones.ToLocal(zone, row.Long(1)), WithZone)));
            },
            "Cuts to a unit in a zone"),
        ScalarFunction.OfFailingRows(
            "date_trunc", [SqlType.Text, SqlType.Interval], SqlType.Interval, static row => row.Set(Truncate(row.Text(0), row.Interval(1))), "Cuts to a unit",
            ("date_trunc('hour', interval '2 days 3 hours 40 minutes')", "2 days 03:00:00")),
        .. new[] { SqlType.Timestamp, SqlType.TimestampTz }.Select(static type => ScalarFunction.OfFailingRows(
            "date_bin", [SqlType.Interval, type, type], type, static row => row.Set(Bin(row.Interval(0), row.Long(1), row.Long(2))), "Start of the stride that a time falls in",
            type == SqlType.Timestamp ? [("date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01')", "2020-02-11 15:30:00")] : [])),
        ScalarFunction.OfFailingRows(
            "age", [SqlType.Timestamp, SqlType.Timestamp], SqlType.Interval, static row => row.Set(Age(row.Long(0), row.Long(1))), "Years, months and days between",
            ("age(timestamp '2001-04-10', timestamp '1957-06-13')", "43 years 9 mons 27 days")),
        ScalarFunction.OfFailingRows(
            "age", [SqlType.TimestampTz, SqlType.TimestampTz], SqlType.Interval,
            static row => row.Set(Age(TimeZones.ToLocal(row.Context.Zone, row.Long(0)), TimeZones.ToLocal(row.Context.Zone, row.Long(1)))), "Years, months and days between"),
        ScalarFunction.OfRows(
            Stable("age", SqlType.Interval, "Years, months and days until midnight today", SqlType.Timestamp), static row => row.Set(Age(Today(row.Context) * Calendar.MicrosecondsPerDay, row.Long(0)))),
        ScalarFunction.OfFailingRows(
            "make_date", [SqlType.Integer, SqlType.Integer, SqlType.Integer], SqlType.Date, static row => row.Set(MakeDate(row, 0)), "Date from year, month and day", ("make_date(2013, 7, 15)", "2013-07-15")).Named("year", "month", "day"),
        ScalarFunction.OfFailingRows(
            "make_time", [SqlType.Integer, SqlType.Integer, SqlType.DoublePrecision], SqlType.Time, static row => row.Set(MakeTime(row, 0)), "Time from hour, minute and second", ("make_time(8, 15, 23.5)", "08:15:23.5")).Named("hour", "min", "sec"),
        ScalarFunction.OfFailingRows(
            "make_timestamp", [SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.DoublePrecision], SqlType.Timestamp,
            static row => row.Set((MakeDate(row, 0) * Calendar.MicrosecondsPerDay) + MakeTime(row, 3)), "Timestamp from its parts", ("make_timestamp(2013, 7, 15, 8, 15, 23.5)", "2013-07-15 08:15:23.5")).Named("year", "month", "mday", "hour", "min", "sec"),
        ScalarFunction.OfFailingRows("justify_days", [SqlType.Interval], SqlType.Interval, static row => row.Set(JustifyDays(row.Interval(0))), "30 days as a month", ("justify_days(interval '35 days')", "1 mon 5 days")),
        ScalarFunction.OfFailingRows("justify_hours", [SqlType.Interval], SqlType.Interval, static row => row.Set(JustifyHours(row.Interval(0))), "24 hours as a day", ("justify_hours(interval '27 hours')", "1 day 03:00:00")),
        ScalarFunction.OfFailingRows(
            "justify_interval", [SqlType.Interval], SqlType.Interval, static row => row.Set(JustifyInterval(row.Interval(0))), "Both, with one sign", ("justify_interval(interval '1 mon -1 hour')", "29 days 23:00:00")),
        ScalarFunction.OfRows("isfinite", [SqlType.Date], SqlType.Boolean, static row => row.Set(Calendar.IsFinite(row.Int(0))), "Not infinity", ("isfinite(date 'infinity')", "false")),
        .. new[] { SqlType.Timestamp, SqlType.TimestampTz }.Select(static type => ScalarFunction.OfRows("isfinite", [type], SqlType.Boolean, static row => row.Set(Calendar.IsFinite(row.Long(0))), "Not infinity")),
        ScalarFunction.OfRows("isfinite", [SqlType.Interval], SqlType.Boolean, static row => row.Set(true), "Always true"),
        .. new[] { SqlType.Timestamp, SqlType.TimestampTz, SqlType.Time }.Select(static type => ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "overlaps", Parameters = [type, type, type, type], ReturnType = FunctionSignature.Returns(SqlType.Boolean), IsStrict = false, Description = "Whether two spans share a time",
                Examples = type == SqlType.Timestamp ? [("(timestamp '2001-02-16', timestamp '2001-12-21') overlaps (timestamp '2001-10-30', timestamp '2002-10-30')", "true")] : [],
            },
            Overlaps)),
        ScalarFunction.OfFailingRows(
            "to_timestamp", [SqlType.DoublePrecision], SqlType.TimestampTz, static row => row.Set(FromEpoch(row.Double(0))), "Instant from seconds since 1970", ("to_timestamp(1284352323)", "2010-09-13 04:32:03+00")),
        .. Now("now"), .. Now("current_timestamp"), .. Now("transaction_timestamp"),
            ScalarFunction.OfRows(Stable("statement_timestamp", SqlType.TimestampTz, "Start of the statement"), static row => row.Set(row.Context.StatementTime)),
        ScalarFunction.OfRows(
            new FunctionSignature { Name = "clock_timestamp", Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.TimestampTz), Volatility = Volatility.Volatile, Description = "The time now" },
            static row => row.Set((TimeProvider.System.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10)),
        ScalarFunction.OfRows(Stable("current_date", SqlType.Date, "Today"), static row => row.Set(Today(row.Context))),
        ScalarFunction.OfRows(Stable("localtimestamp", SqlType.Timestamp, "Local time of the transaction"), static row => row.Set(TimeZones.ToLocal(row.Context.Zone, row.Context.TransactionTime))),
        ScalarFunction.OfRows(Stable("localtime", SqlType.Time, "Local time of day"), static row => row.Set(Calendar.Split(TimeZones.ToLocal(row.Context.Zone, row.Context.TransactionTime)).Microseconds)),
        ScalarFunction.OfRows(Stable("current_time", SqlType.Time, "Local time of day"), static row => row.Set(Calendar.Split(TimeZones.ToLocal(row.Context.Zone, row.Context.TransactionTime)).Microseconds)),
        ScalarFunction.OfFailingRows(
            "timezone", [SqlType.Text, SqlType.Timestamp], SqlType.TimestampTz, static row => row.Set(TimeZones.ToInstant(TimeZones.FindMentioned(row.Text(0)), row.Long(1))), "Local time of a zone as an instant",
            ("timestamp '2001-02-16 20:38:40' at time zone 'America/Denver'", "2001-02-17 03:38:40+00")),
        ScalarFunction.OfFailingRows(
            "timezone", [SqlType.Text, SqlType.TimestampTz], SqlType.Timestamp, static row => row.Set(TimeZones.ToLocal(TimeZones.FindMentioned(row.Text(0)), row.Long(1))), "Instant as local time of a zone",
            ("timestamptz '2001-02-16 20:38:40-05' at time zone 'America/Denver'", "2001-02-16 18:38:40")),
        ScalarFunction.OfRows("timezone", [SqlType.Interval, SqlType.Timestamp], SqlType.TimestampTz, static row => row.Set(row.Long(1) - row.Interval(0).Microseconds), "Local time at an offset as an instant"),
        ScalarFunction.OfRows("timezone", [SqlType.Interval, SqlType.TimestampTz], SqlType.Timestamp, static row => row.Set(row.Long(1) + row.Interval(0).Microseconds), "Instant as local time at an offset"),
        ScalarFunction.OfRows(Stable("timezone", SqlType.TimestampTz, "Local time of the session as an instant", SqlType.Timestamp), static row => row.Set(TimeZones.ToInstant(row.Context.Zone, row.Long(0)))),
        ScalarFunction.OfRows(Stable("timezone", SqlType.Timestamp, "Instant as local time of the session", SqlType.TimestampTz), static row => row.Set(TimeZones.ToLocal(row.Context.Zone, row.Long(0)))),
    ];

    /// <summary>Cuts a local time to a unit.</summary>
    public static long Truncate(string unit, long timestamp, string type = "timestamp without time zone")
    {
        if (!Calendar.IsFinite(timestamp))
        {
            return timestamp;
        }

        (long days, long time) = Calendar.Split(timestamp);
        (int year, int month, _) = Calendar.DateOf(days);
        long MidnightOf(long day) => day * Calendar.MicrosecondsPerDay;
        return unit.ToLowerInvariant() switch
        {
            "microsecond" or "microseconds" => timestamp,
            "millisecond" or "milliseconds" => timestamp - Calendar.FloorModulo(timestamp, 1000),
            "second" or "seconds" => timestamp - Calendar.FloorModulo(timestamp, Calendar.MicrosecondsPerSecond),
            "minute" or "minutes" => timestamp - Calendar.FloorModulo(timestamp, Calendar.MicrosecondsPerMinute),
            "hour" or "hours" => timestamp - (time % Calendar.MicrosecondsPerHour),
            "day" or "days" => MidnightOf(days),
            "week" or "weeks" => MidnightOf(days - Calendar.FloorModulo(days + 3, 7)),
            "month" or "months" => MidnightOf(Calendar.DaysOf(year, month, 1)),
            "quarter" => MidnightOf(Calendar.DaysOf(year, month - ((month - 1) % 3), 1)),
            "year" or "years" => MidnightOf(Calendar.DaysOf(year, 1, 1)),
            "decade" or "decades" => MidnightOf(Calendar.DaysOf(Calendar.FloorDivide(year, 10) * 10, 1, 1)),
            "century" or "centuries" => MidnightOf(Calendar.DaysOf((Calendar.FloorDivide(year - 1, 100) * 100) + 1, 1, 1)),
            "millennium" or "millennia" => MidnightOf(Calendar.DaysOf((Calendar.FloorDivide(year - 1, 1000) * 1000) + 1, 1, 1)),
            _ => throw ExecutionErrors.InvalidArgument($"unit \"{unit}\" not recognized for type {type}"),
        };
    }

    private static Interval Truncate(string unit, Interval interval)
    {
        long Cut(long unitMicroseconds) => interval.Microseconds - (interval.Microseconds % unitMicroseconds);
        return unit.ToLowerInvariant() switch
        {
            "microsecond" or "microseconds" => interval,
            "millisecond" or "milliseconds" => interval with { Microseconds = Cut(1000) },
            "second" or "seconds" => interval with { Microseconds = Cut(Calendar.MicrosecondsPerSecond) },
            "minute" or "minutes" => interval with { Microseconds = Cut(Calendar.MicrosecondsPerMinute) },
            "hour" or "hours" => interval with { Microseconds = Cut(Calendar.MicrosecondsPerHour) },
            "day" or "days" => interval with { Microseconds = 0 },
            "month" or "months" => new Interval(interval.Months, 0, 0),
            "quarter" => new Interval(interval.Months - (interval.Months % 3), 0, 0),
            "year" or "years" => new Interval(interval.Months / 12 * 12, 0, 0),
            "decade" or "decades" => new Interval(interval.Months / 120 * 120, 0, 0),
            "century" or "centuries" => new Interval(interval.Months / 1200 * 1200, 0, 0),
            "millennium" or "millennia" => new Interval(interval.Months / 12000 * 12000, 0, 0),
            "week" or "weeks" => throw ExecutionErrors.UnsupportedUnit(unit, "interval"),
            _ => throw ExecutionErrors.InvalidArgument($"unit \"{unit}\" not recognized for type interval"),
        };
    }

    private static FunctionSignature Stable(string name, SqlType result, string description, params ParameterType[] parameters) =>
        new() { Name = name, Parameters = parameters, ReturnType = FunctionSignature.Returns(result), Volatility = Volatility.Stable, Description = description };

    private static IEnumerable<ScalarFunction> Now(string name) =>
        [ScalarFunction.OfRows(Stable(name, SqlType.TimestampTz, "Start of the transaction"), static row => row.Set(row.Context.TransactionTime))];

    private static long Today(EvaluationContext context) => Calendar.Split(TimeZones.ToLocal(context.Zone, context.TransactionTime)).Days;

    private static long Bin(Interval stride, long source, long origin)
    {
        if (stride.Months != 0)
        {
            throw ExecutionErrors.Unsupported("timestamps binned into intervals containing months or years");
        }

        long width = (stride.Days * Calendar.MicrosecondsPerDay) + stride.Microseconds;
        return width <= 0
            ? throw new Parser.Errors.QueryException("22008", Parser.Errors.ErrorKind.User, "stride must be greater than zero")
            : !Calendar.IsFinite(source) ? source : origin + (Calendar.FloorDivide(source - origin, width) * width);
    }

    /// <summary>Years, months, days and time from the earlier to the later timestamp; negative when reversed.</summary>
    private static Interval Age(long left, long right)
    {
        if (left < right)
        {
            return DateArithmetic.Negate(Age(right, left));
        }

        (long leftDays, long leftTime) = Calendar.Split(left);
        (long rightDays, long rightTime) = Calendar.Split(right);
        (int leftYear, int leftMonth, int leftDay) = Calendar.DateOf(leftDays);
        (int rightYear, int rightMonth, int rightDay) = Calendar.DateOf(rightDays);
        long time = leftTime - rightTime;
        int days = leftDay - rightDay, months = leftMonth - rightMonth, years = leftYear - rightYear;
        if (time < 0)
        {
            time += Calendar.MicrosecondsPerDay;
            days--;
        }

        if (days < 0)
        {
            days += Calendar.DaysInMonth(rightYear, rightMonth);
            months--;
        }

        if (months < 0)
        {
            months += 12;
            years--;
        }

        return new Interval((years * 12) + months, days, time);
    }

    internal static long MakeDate(Row row, int first)
    {
        int year = row.Int(first), month = row.Int(first + 1), day = row.Int(first + 2);
        int astronomical = year < 0 ? year + 1 : year;
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > Calendar.DaysInMonth(astronomical, month))
        {
            throw ExecutionErrors.PartOutOfRange("date", $"{year}-{month:00}-{day:00}");
        }

        return DateTimeRange.CheckedDate(Calendar.DaysOf(astronomical, month, day));
    }

    internal static long MakeTime(Row row, int first)
    {
        int hour = row.Int(first), minute = row.Int(first + 1);
        double second = row.Double(first + 2);
        if (hour is < 0 or > 24 || minute is < 0 or > 59 || !(second is >= 0 and <= 60) || (hour == 24 && (minute > 0 || second > 0)))
        {
            throw ExecutionErrors.PartOutOfRange("time", FormattableString.Invariant($"{hour:00}:{minute:00}:{second:00.######}"));
        }

        return (((hour * 60L) + minute) * Calendar.MicrosecondsPerMinute) + (long)Math.Round(second * 1e6);
    }

    private static Interval JustifyDays(Interval interval)
    {
        long wholeMonths = interval.Months + (interval.Days / 30L);
        int months = wholeMonths is >= int.MinValue and <= int.MaxValue ? (int)wholeMonths : throw ExecutionErrors.DateTimeOutOfRange("interval"), days = interval.Days % 30;
        return SameSign(months, days) ? new Interval(months, days, interval.Microseconds)
            : months > 0 ? new Interval(months - 1, days + 30, interval.Microseconds) : new Interval(months + 1, days - 30, interval.Microseconds);
    }

    private static Interval JustifyHours(Interval interval)
    {
        long wholeDays = interval.Days + (interval.Microseconds / Calendar.MicrosecondsPerDay);
        int days = wholeDays is >= int.MinValue and <= int.MaxValue ? (int)wholeDays : throw ExecutionErrors.DateTimeOutOfRange("interval");
        long time = interval.Microseconds % Calendar.MicrosecondsPerDay;
        return SameSign(days, time) ? new Interval(interval.Months, days, time)
            : days > 0 ? new Interval(interval.Months, days - 1, time + Calendar.MicrosecondsPerDay) : new Interval(interval.Months, days + 1, time - Calendar.MicrosecondsPerDay);
    }

    private static Interval JustifyInterval(Interval interval)
    {
        Interval result = JustifyDays(JustifyHours(interval));
        if (result.Months > 0 && (result.Days < 0 || (result.Days == 0 && result.Microseconds < 0)))
        {
            result = new Interval(result.Months - 1, result.Days + 30, result.Microseconds);
        }
        else if (result.Months < 0 && (result.Days > 0 || (result.Days == 0 && result.Microseconds > 0)))
        {
            result = new Interval(result.Months + 1, result.Days - 30, result.Microseconds);
        }

        return result.Days > 0 && result.Microseconds < 0 ? new Interval(result.Months, result.Days - 1, result.Microseconds + Calendar.MicrosecondsPerDay)
            : result.Days < 0 && result.Microseconds > 0 ? new Interval(result.Months, result.Days + 1, result.Microseconds - Calendar.MicrosecondsPerDay)
            : result;
    }

    private static bool SameSign(long left, long right) => left == 0 || right == 0 || (left < 0) == (right < 0);

    /// <summary>Each span begins at its earlier end and leaves out its later one, unless it is a single time (SQL's definition). An unknown end need not matter.</summary>
    private static void Overlaps(Row row)
    {
        if (Span(row, 0) is not var (start, end) || Span(row, 2) is not var (otherStart, otherEnd))
        {
            return;
        }

        if (start == otherStart)
        {
            if (end is not null && otherEnd is not null)
            {
                row.Set(true);
            }

            return;
        }

        (long later, long? earlierEnd, long? laterEnd) = start > otherStart ? (start, otherEnd, end) : (otherStart, end, otherEnd);
        if (earlierEnd is { } last && (later < last || laterEnd is not null))
        {
            row.Set(later < last);
        }
    }

    /// <summary>The earlier known end and the later one; null without any.</summary>
    private static (long Start, long? End)? Span(Row row, int first) => (row.IsNull(first), row.IsNull(first + 1)) switch
    {
        (true, true) => null,
        (true, false) => (row.Long(first + 1), null),
        (false, true) => (row.Long(first), null),
        _ => (Math.Min(row.Long(first), row.Long(first + 1)), Math.Max(row.Long(first), row.Long(first + 1))),
    };

    private static long FromEpoch(double seconds)
    {
        if (double.IsInfinity(seconds))
        {
            return seconds > 0 ? Calendar.InfiniteTimestamp : Calendar.MinusInfiniteTimestamp;
        }

        if (double.IsNaN(seconds))
        {
            throw ExecutionErrors.TimestampNaN();
        }

        Int128 microseconds = Math.Abs(seconds) > 1e13 ? Int128.MaxValue : (Int128)Math.Round(seconds * 1e6);
        return Calendar.IsTimestamp(microseconds) ? (long)microseconds : throw ExecutionErrors.EpochOutOfRange(NumberForms.General(seconds));
    }
}
