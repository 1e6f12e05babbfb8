using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>+ - * / of dates, times and intervals.</summary>
internal static class DateArithmetic
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Two("+", SqlType.Date, SqlType.Integer, SqlType.Date, static row => row.Set((long)AddDays(row.Long(0), row.Long(1))), ("date '2001-09-28' + 7", "2001-10-05")),
        Two("+", SqlType.Integer, SqlType.Date, SqlType.Date, static row => row.Set((long)AddDays(row.Long(1), row.Long(0)))),
        Two("-", SqlType.Date, SqlType.Integer, SqlType.Date, static row => row.Set((long)AddDays(row.Long(0), -row.Long(1))), ("date '2001-10-01' - 7", "2001-09-24")),
        Two("-", SqlType.Date, SqlType.Date, SqlType.Integer, static row => row.Set(DaysBetween(row)), ("date '2001-10-01' - date '2001-09-28'", "3")),
        Two("+", SqlType.Date, SqlType.Time, SqlType.Timestamp, static row => row.Set(DateTimeCasts.DateToTimestamp(row.Long(0)) + row.Long(1)), ("date '2001-09-28' + time '03:00'", "2001-09-28 03:00:00")),
        Two("+", SqlType.Time, SqlType.Date, SqlType.Timestamp, static row => row.Set(DateTimeCasts.DateToTimestamp(row.Long(1)) + row.Long(0))),
        Two("+", SqlType.Date, SqlType.Interval, SqlType.Timestamp, static row => row.Set(Add(DateTimeCasts.DateToTimestamp(row.Long(0)), row.Interval(1))), ("date '2001-01-31' + interval '1 month'", "2001-02-28 00:00:00")),
        Two("+", SqlType.Interval, SqlType.Date, SqlType.Timestamp, static row => row.Set(Add(DateTimeCasts.DateToTimestamp(row.Long(1)), row.Interval(0)))),
        Two("-", SqlType.Date, SqlType.Interval, SqlType.Timestamp, static row => row.Set(Add(DateTimeCasts.DateToTimestamp(row.Long(0)), Negate(row.Interval(1)))), ("date '1998-12-01' - interval '90 days'", "1998-09-02 00:00:00")),
        Two("+", SqlType.Timestamp, SqlType.Interval, SqlType.Timestamp, static row => row.Set(Add(row.Long(0), row.Interval(1))), ("timestamp '2001-09-28 01:00' + interval '23 hours'", "2001-09-29 00:00:00")),
        Two("+", SqlType.Interval, SqlType.Timestamp, SqlType.Timestamp, static row => row.Set(Add(row.Long(1), row.Interval(0)))),
        Two("-", SqlType.Timestamp, SqlType.Interval, SqlType.Timestamp, static row => row.Set(Add(row.Long(0), Negate(row.Interval(1))))),
        Two("-", SqlType.Timestamp, SqlType.Timestamp, SqlType.Interval, static row => row.Set(Between(row.Long(0), row.Long(1))), ("timestamp '2001-09-29 03:00' - timestamp '2001-07-27 12:00'", "63 days 15:00:00")),
        Two("+", SqlType.TimestampTz, SqlType.Interval, SqlType.TimestampTz, static row => row.Set(AddInZone(row.Long(0), row.Interval(1), row.Context.Zone))),
        Two("+", SqlType.Interval, SqlType.TimestampTz, SqlType.TimestampTz, static row => row.Set(AddInZone(row.Long(1), row.Interval(0), row.Context.Zone))),
        Two("-", SqlType.TimestampTz, SqlType.Interval, SqlType.TimestampTz, static row => row.Set(AddInZone(row.Long(0), Negate(row.Interval(1)), row.Context.Zone))),
        Two("-", SqlType.TimestampTz, SqlType.TimestampTz, SqlType.Interval, static row => row.Set(Between(row.Long(0), row.Long(1)))),
        Two("+", SqlType.Time, SqlType.Interval, SqlType.Time, static row => row.Set(Calendar.FloorModulo(row.Long(0) + row.Interval(1).Microseconds, Calendar.MicrosecondsPerDay)), ("time '01:00' + interval '3 hours'", "04:00:00")),
        Two("+", SqlType.Interval, SqlType.Time, SqlType.Time, static row => row.Set(Calendar.FloorModulo(row.Long(1) + row.Interval(0).Microseconds, Calendar.MicrosecondsPerDay))),
        Two("-", SqlType.Time, SqlType.Interval, SqlType.Time, static row => row.Set(Calendar.FloorModulo(row.Long(0) - row.Interval(1).Microseconds, Calendar.MicrosecondsPerDay))),
        Two("-", SqlType.Time, SqlType.Time, SqlType.Interval, static row => row.Set(new Interval(0, 0, row.Long(0) - row.Long(1))), ("time '05:00' - time '03:00'", "02:00:00")),
        Two("+", SqlType.Interval, SqlType.Interval, SqlType.Interval, static row => row.Set(Sum(row.Interval(0), row.Interval(1))), ("interval '1 day' + interval '1 hour'", "1 day 01:00:00")),
        Two("-", SqlType.Interval, SqlType.Interval, SqlType.Interval, static row => row.Set(Sum(row.Interval(0), Negate(row.Interval(1)))), ("interval '1 day' - interval '1 hour'", "1 day -01:00:00")),
        Two("*", SqlType.Interval, SqlType.DoublePrecision, SqlType.Interval, static row => row.Set(Scale(row.Interval(0), row.Double(1))), ("interval '1 hour' * 3.5::float8", "03:30:00"), ("interval '1 month' * 1.5::float8", "1 mon 15 days")),
        Two("*", SqlType.DoublePrecision, SqlType.Interval, SqlType.Interval, static row => row.Set(Scale(row.Interval(1), row.Double(0)))),
        Two(
            "/", SqlType.Interval, SqlType.DoublePrecision, SqlType.Interval,
            static row => row.Set(row.Double(1) == 0 ? throw ExecutionErrors.DivisionByZero() : Scale(row.Interval(0), 1 / row.Double(1))), ("interval '1 hour' / 2::float8", "00:30:00")),
        ScalarFunction.OfFailingRows("-", [SqlType.Interval], SqlType.Interval, static row => row.Set(Negate(row.Interval(0))), "Negative of an interval", ("- interval '23 hours'", "-23:00:00")),
    ];

    /// <summary>A local time moved by an interval: first months, then days, then time.</summary>
    public static long Add(long timestamp, Interval interval)
    {
        if (!Calendar.IsFinite(timestamp))
        {
            return timestamp;
        }

        (long days, long time) = Calendar.Split(timestamp);
        days = interval.Months == 0 ? days : Calendar.AddMonths(days, interval.Months);
        return DateTimeRange.CheckedTimestamp(((Int128)(days + interval.Days) * Calendar.MicrosecondsPerDay) + time + interval.Microseconds);
    }

    /// <summary>An instant moved by an interval: months and days move its local time in the zone.</summary>
    public static long AddInZone(long instant, Interval interval, Zone zone)
    {
        if (!Calendar.IsFinite(instant))
        {
            return instant;
        }

        if (interval.Months != 0 || interval.Days != 0)
        {
            instant = TimeZones.ToInstant(zone, Add(TimeZones.ToLocal(zone, instant), interval with { Microseconds = 0 }));
        }

        return DateTimeRange.CheckedTimestamp((Int128)instant + interval.Microseconds);
    }

    public static Interval Negate(Interval interval) => interval.Months == int.MinValue || interval.Days == int.MinValue || interval.Microseconds == long.MinValue
        ? throw ExecutionErrors.DateTimeOutOfRange("interval")
        : new Interval(-interval.Months, -interval.Days, -interval.Microseconds);

    public static Interval Sum(Interval left, Interval right)
    {
        try
        {
            return checked(new Interval(left.Months + right.Months, left.Days + right.Days, left.Microseconds + right.Microseconds));
        }
        catch (OverflowException)
        {
            throw ExecutionErrors.DateTimeOutOfRange("interval");
        }
    }

    /// <summary>An interval times a number: fractions of months become days, fractions of days time.</summary>
    public static Interval Scale(Interval interval, double factor)
    {
        double months = interval.Months * factor, days = interval.Days * factor;
        double wholeMonths = Math.Truncate(months), wholeDays = Math.Truncate(days);
        double monthRest = Math.Round((months - wholeMonths) * 30 * 1e6) / 1e6;
        double wholeMonthDays = Math.Truncate(monthRest);
        double seconds = Math.Round(((days - wholeDays) + (monthRest - wholeMonthDays)) * 86_400 * 1e6) / 1e6;
        if (Math.Abs(seconds) >= 86_400)
        {
            double extra = Math.Truncate(seconds / 86_400);
            wholeMonthDays += extra;
            seconds -= extra * 86_400;
        }

        double microseconds = Math.Round((interval.Microseconds * factor) + (seconds * 1e6), MidpointRounding.ToEven);
        double totalDays = wholeDays + wholeMonthDays;
        return Math.Abs(wholeMonths) > int.MaxValue || Math.Abs(totalDays) > int.MaxValue || Math.Abs(microseconds) >= 9.2233720368547758e18 || double.IsNaN(factor)
            ? throw ExecutionErrors.DateTimeOutOfRange("interval")
            : new Interval((int)wholeMonths, (int)totalDays, (long)microseconds);
    }

    private static ScalarFunction Two(string symbol, SqlType left, SqlType right, SqlType result, RowBody body, params (string, string)[] examples) =>
        ScalarFunction.OfFailingRows(symbol, [left, right], result, body, symbol switch { "+" => "Sum", "-" => "Difference", "*" => "Multiple", _ => "Fraction" }, examples);

    private static int AddDays(long date, long days) => Calendar.IsFinite((int)date) ? DateTimeRange.CheckedDate(date + days) : (int)date;

    private static long DaysBetween(Row row)
    {
        int left = row.Int(0), right = row.Int(1);
        return Calendar.IsFinite(left) && Calendar.IsFinite(right) ? (long)left - right : throw new Parser.Errors.QueryException("22008", Parser.Errors.ErrorKind.User, "cannot subtract infinite dates");
    }

    /// <summary>Days and time between two timestamps.</summary>
    private static Interval Between(long left, long right)
    {
        if (!Calendar.IsFinite(left) || !Calendar.IsFinite(right))
        {
            throw new Parser.Errors.QueryException("22008", Parser.Errors.ErrorKind.User, "cannot subtract infinite timestamps");
        }

        long difference = left - right;
        return new Interval(0, (int)(difference / Calendar.MicrosecondsPerDay), difference % Calendar.MicrosecondsPerDay);
    }
}
