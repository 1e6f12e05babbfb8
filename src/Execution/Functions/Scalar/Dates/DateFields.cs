using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>Fields of dates, times and intervals, as numerics with six fraction digits.</summary>
internal static class DateFields
{
    /// <summary>The number of fraction digits a field is shown with.</summary>
    public static int ScaleOf(string field, TypeKind source) => field switch
    {
        "second" or "seconds" or "sec" => 6,
        "millisecond" or "milliseconds" or "ms" or "msec" => 3,
        "epoch" => source == TypeKind.Date ? 0 : 6,
        "julian" => source == TypeKind.Date ? 0 : 16,
        _ => 0,
    };

    /// <summary>A field in millionths (julian: in millionths too, cut).</summary>
    /// <returns>Null for a field of an infinite date that has no value.</returns>
    public static Int128? Get(string field, SqlType type, Row row, int argument)
    {
        switch (type.Kind)
        {
            case TypeKind.Interval:
                return OfInterval(field, row.Interval(argument));
            case TypeKind.Time:
                return OfTime(field, row.Long(argument), "time without time zone");
            case TypeKind.Date:
                int date = row.Int(argument);
                return Calendar.IsFinite(date) ? OfDate(field, date) : Infinite(field);
            default:
                long instant = row.Long(argument);
                if (!Calendar.IsFinite(instant))
                {
                    return Infinite(field);
                }

                return type.Kind == TypeKind.Timestamp ? OfTimestamp(field, instant) : OfInstant(field, instant, row.Context.Zone);
        }
    }

    public static Int128 OfDate(string field, long days, string type = "date")
    {
        (int year, int month, int day) = Calendar.DateOf(days);
        long value = field switch
        {
            "year" or "years" or "y" or "yr" or "yrs" => year > 0 ? year : year - 1,
            "month" or "months" or "mon" or "mons" => month,
            "day" or "days" or "d" => day,
            "quarter" or "qtr" => ((month - 1) / 3) + 1,
            "week" or "weeks" or "w" => Calendar.IsoWeek(days).Week,
            "isoyear" => Calendar.IsoWeek(days).Year is var iso && iso > 0 ? iso : iso - 1,
            "dow" => Calendar.DayOfWeek(days),
            "isodow" => Calendar.DayOfWeek(days) is var dow && dow == 0 ? 7 : dow,
            "doy" => days - Calendar.DaysOf(year, 1, 1) + 1,
            "decade" or "decades" or "dec" => Calendar.FloorDivide(year, 10),
            "century" or "centuries" or "c" => year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100),
            "millennium" or "millennia" or "mil" => year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000),
            "julian" or "jd" => days + 2_440_588,
            "epoch" => days * 86_400,
            "hour" or "minute" or "second" or "microseconds" or "milliseconds" or "timezone" or "timezone_hour" or "timezone_minute" => throw NotSupported(field, "date"),
            _ => throw NotRecognized(field, type),
        };
        return (Int128)value * 1_000_000;
    }

    private static Int128 OfTimestamp(string field, long timestamp, string type = "timestamp without time zone")
    {
        (long days, long time) = Calendar.Split(timestamp);
        return field switch
        {
            "epoch" => timestamp,
            "julian" or "jd" => OfDate("julian", days) + ((Int128)time * 1_000_000 / Calendar.MicrosecondsPerDay),
            "timezone" or "timezone_hour" or "timezone_minute" => throw NotSupported(field, type),
            _ when IsTimeField(field) => OfTime(field, time, type),
            _ => OfDate(field, days, type),
        };
    }

    private static Int128 OfInstant(string field, long instant, Zone zone)
    {
        long offset = zone.OffsetAt(instant);
        return field switch
        {
            "epoch" => instant,
            "timezone" => offset,
            "timezone_hour" => offset / Calendar.MicrosecondsPerHour * 1_000_000,
            "timezone_minute" => offset / Calendar.MicrosecondsPerMinute % 60 * 1_000_000,
            _ => OfTimestamp(field, instant + offset, "timestamp with time zone"),
        };
    }

    private static bool IsTimeField(string field) =>
        field is "hour" or "hours" or "h" or "hr" or "minute" or "minutes" or "min" or "m" or "second" or "seconds" or "sec" or "s" or "millisecond" or "milliseconds" or "ms" or "microsecond" or "microseconds" or "us";

    private static Int128 OfTime(string field, long time, string type) => field switch
    {
        "hour" or "hours" or "h" or "hr" => time / Calendar.MicrosecondsPerHour * 1_000_000,
        "minute" or "minutes" or "min" or "m" => time / Calendar.MicrosecondsPerMinute % 60 * 1_000_000,
        "second" or "seconds" or "sec" or "s" => time % Calendar.MicrosecondsPerMinute,
        "millisecond" or "milliseconds" or "ms" => (Int128)(time % Calendar.MicrosecondsPerMinute) * 1000,
        "microsecond" or "microseconds" or "us" => (Int128)(time % Calendar.MicrosecondsPerMinute) * 1_000_000,
        "epoch" => time,
        _ => throw NotSupported(field, type),
    };

    private static Int128 OfInterval(string field, Interval interval)
    {
        int years = interval.Months / 12;
        return field switch
        {
            "year" or "years" or "y" => (Int128)years * 1_000_000,
            "month" or "months" or "mon" => (Int128)(interval.Months % 12) * 1_000_000,
            "quarter" => ((Int128)(interval.Months % 12 / 3) + 1) * 1_000_000,
            "day" or "days" or "d" => (Int128)interval.Days * 1_000_000,
            "decade" => (Int128)(years / 10) * 1_000_000,
            "century" => (Int128)(years / 100) * 1_000_000,
            "millennium" => (Int128)(years / 1000) * 1_000_000,
            "hour" or "hours" or "h" => (Int128)(interval.Microseconds / Calendar.MicrosecondsPerHour) * 1_000_000,
            "epoch" => ((((Int128)years * 36_525 / 100 * 86_400) + ((Int128)(years * 36_525L % 100) * 864) + ((Int128)(interval.Months % 12) * 30 * 86_400) + ((Int128)interval.Days * 86_400)) * 1_000_000) + interval.Microseconds,
            _ when IsTimeField(field) => OfTime(field, interval.Microseconds, "interval"),
            "week" or "weeks" or "dow" or "isodow" or "doy" or "isoyear" or "julian" or "timezone" or "timezone_hour" or "timezone_minute" => throw NotSupported(field, "interval"),
            _ => throw NotRecognized(field, "interval"),
        };
    }

    /// <summary>A field as double precision: those of infinite dates are infinite where they are unbounded, and dates have the time of midnight.</summary>
    public static double? GetDouble(string field, SqlType type, Row row, int argument)
    {
        double? limit = type.Kind switch
        {
            TypeKind.Date when row.Int(argument) is var date => Calendar.IsFinite(date) ? null : date < 0 ? double.NegativeInfinity : double.PositiveInfinity,
            TypeKind.Timestamp or TypeKind.TimestampTz when row.Long(argument) is var instant => Calendar.IsFinite(instant) ? null : instant < 0 ? double.NegativeInfinity : double.PositiveInfinity,
            _ => null,
        };
        if (limit is not null)
        {
            return IsUnbounded(field) ? limit : null;
        }

        Int128? value = type.Kind == TypeKind.Date && IsTimeField(field) ? OfTimestamp(field, 0) : Get(field, type, row, argument);
        return value is { } millionths ? (double)millionths / 1e6 : null;
    }

    private static bool IsUnbounded(string field) => field is "year" or "epoch" or "julian" or "decade" or "century" or "millennium" or "isoyear";

    /// <summary>Of infinity, unbounded fields would be infinite, which numeric here cannot hold; the others are null.</summary>
    private static Int128? Infinite(string field) => IsUnbounded(field)
        ? throw ExecutionErrors.CannotConvert("infinity", "numeric")
        : null;

    private static Exception NotSupported(string field, string type) => ExecutionErrors.UnsupportedUnit(field, type);

    private static Exception NotRecognized(string field, string type) => ExecutionErrors.InvalidArgument($"unit \"{field}\" not recognized for type {type}");
}
