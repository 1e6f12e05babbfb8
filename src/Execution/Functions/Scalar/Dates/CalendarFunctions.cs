using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Formatting;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>DuckDB's calendar: fields by their names (year, dayofweek, ...), date_diff, time_bucket, last_day, times as numbers since 1970.</summary>
/// <remarks>A timestamp with time zone is taken at the session's local time.</remarks>
internal static class CalendarFunctions
{
    /// <summary>The Monday from which time_bucket counts strides without months; those of months count from January 2000.</summary>
    private static readonly long _firstMonday = Calendar.DaysOf(2000, 1, 3) * Calendar.MicrosecondsPerDay;

    private static readonly SqlType[] Times = [SqlType.Timestamp, SqlType.TimestampTz];

    /// <summary>Function and the field that it gives.</summary>
    private static readonly (string Name, string Field)[] DateNames =
    [
        ("year", "year"), ("month", "month"), ("day", "day"), ("dayofmonth", "day"), ("dayofweek", "dow"), ("weekday", "dow"), ("isodow", "isodow"), ("dayofyear", "doy"), ("week", "week"),
        ("weekofyear", "week"), ("quarter", "quarter"), ("isoyear", "isoyear"), ("decade", "decade"), ("century", "century"), ("millennium", "millennium"),
    ];

    private static readonly (string Name, string Field)[] TimeNames =
        [("hour", "hour"), ("minute", "minute"), ("second", "second"), ("millisecond", "milliseconds"), ("microsecond", "microseconds")];

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. DateNames.SelectMany(static name => new[] { SqlType.Date, SqlType.Timestamp, SqlType.TimestampTz }.Select(type => Field(name.Name, name.Field, type))),
        .. TimeNames.SelectMany(static name => new[] { SqlType.Timestamp, SqlType.TimestampTz, SqlType.Time }.Select(type => Field(name.Name, name.Field, type))),
        .. new[] { SqlType.Date, SqlType.Timestamp, SqlType.TimestampTz }.SelectMany(static type => OfDay(type)),
        .. new[] { "date_diff", "datediff" }.SelectMany(static name => new[] { SqlType.Date, SqlType.Timestamp, SqlType.TimestampTz }.Select(type => ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = name, Parameters = [SqlType.Text, type, type], ReturnType = FunctionSignature.Returns(SqlType.BigInt), MayReturnNull = true, MayFail = true,
                Description = "Limits of a unit that lie between two times, of weeks the whole ones; null for infinite times",
                Examples = type == SqlType.Date && name == "date_diff" ? [("date_diff('month', date '2024-01-31', date '2024-03-01')", "2"), ("date_diff('week', date '2024-01-07', date '2024-01-08')", "0")]
                    : type == SqlType.Timestamp && name == "date_diff" ? [("date_diff('hour', timestamp '2024-01-01 00:59:59', timestamp '2024-01-01 01:00:00')", "1")] : [],
            },
            static row => SetDifference(row)))),
        .. Times.Select(static type => ScalarFunction.OfRows(
            Bucket(type, [SqlType.Interval, type], type == SqlType.Timestamp ? [("time_bucket(interval '1 hour', timestamp '2024-01-01 01:02:03')", "2024-01-01 01:00:00")] : []),
            static row => row.Set(FromLocal(row, 1, BucketOf(row.Interval(0), Local(row, 1), null))))),
        .. Times.Select(static type => ScalarFunction.OfRows(Bucket(type, [SqlType.Interval, type, type], []), static row => row.Set(FromLocal(row, 1, BucketOf(row.Interval(0), Local(row, 1), Local(row, 2)))))),
        ScalarFunction.OfRows(
            Bucket(SqlType.Date, [SqlType.Interval, SqlType.Date], [("time_bucket(interval '3 months', date '2024-02-05')", "2024-01-01"), ("time_bucket(interval '2 weeks', date '2024-01-05')", "2024-01-01")]),
            static row => row.Set(ToDate(BucketOf(row.Interval(0), Local(row, 1), null)))),
        ScalarFunction.OfRows(
            Bucket(SqlType.Date, [SqlType.Interval, SqlType.Date, SqlType.Date], [("time_bucket(interval '7 days', date '2024-01-05', date '2024-01-02')", "2024-01-02")]),
            static row => row.Set(ToDate(BucketOf(row.Interval(0), Local(row, 1), Local(row, 2))))),
        .. Epochs("epoch_ms", 1000, "Milliseconds since 1970", "1704067200500"),
        .. Epochs("epoch_us", 1, "Microseconds since 1970", "1704067200500000"),
        .. Times.Select(static type => ScalarFunction.OfRows("epoch", [type], SqlType.DoublePrecision, static row => row.Set(row.Long(0) / 1e6), "Seconds since 1970", type == SqlType.Timestamp ? [("epoch(timestamp '2024-01-01 00:00:00.5')", "1704067200.5")] : [])),
        ScalarFunction.OfFailingRows(
            "epoch_ms", [SqlType.BigInt], SqlType.Timestamp, static row => row.Set(Checked((Int128)row.Long(0) * 1000)), "Timestamp from milliseconds since 1970", ("epoch_ms(1700000000123)", "2023-11-14 22:13:20.123")),
        ScalarFunction.OfFailingRows(
            "make_timestamp", [SqlType.BigInt], SqlType.Timestamp, static row => row.Set(Checked(row.Long(0))), "Timestamp from microseconds since 1970", ("make_timestamp(1700000000123456)", "2023-11-14 22:13:20.123456")),
    ];

    private static ScalarFunction Field(string name, string field, SqlType type) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name, Parameters = [type], ReturnType = FunctionSignature.Returns(SqlType.BigInt), MayReturnNull = true, MayFail = true, Description = "A field of a date or time; null for infinite ones",
            Examples = type != SqlType.Timestamp ? [] : name switch
            {
                "dayofweek" => [("dayofweek(timestamp '2024-02-04 10:00:00')", "0")],
                "second" => [("second(timestamp '2024-02-04 10:11:12.5')", "12")],
                "millisecond" => [("millisecond(timestamp '2024-02-04 10:11:12.5')", "12500")],
                _ => [],
            },
        },
        row =>
        {
            if (IsFinite(row, 0) && DateFields.Get(field, row.Type(0), row, 0) is { } value)
            {
                row.Set((long)(value / 1_000_000));
            }
        });

    private static IEnumerable<ScalarFunction> OfDay(SqlType type)
    {
        bool isShown = type == SqlType.Date;
        yield return OfDay("last_day", type, SqlType.Date, static (row, day) => row.Set(LastDay(day)), "Last day of the month", isShown ? [("last_day(date '2024-02-01')", "2024-02-29")] : []);
        yield return OfDay("monthname", type, SqlType.Text, static (row, day) => row.Set(DateFormat.MonthNames[Calendar.DateOf(day).Month - 1]), "English name of the month", isShown ? [("monthname(date '2024-02-01')", "February")] : []);
        yield return OfDay("dayname", type, SqlType.Text, static (row, day) => row.Set(DateFormat.DayNames[Calendar.DayOfWeek(day)]), "English name of the day", isShown ? [("dayname(date '2024-02-01')", "Thursday")] : []);
        yield return OfDay(
            "yearweek", type, SqlType.BigInt, static (row, day) => row.Set(Calendar.IsoWeek(day) is var (year, week) ? (year * 100L) + (year > 0 ? week : -week) : 0), "ISO year and week as one number", isShown ? [("yearweek(date '2024-02-04')", "202405")] : []);
    }

    private static ScalarFunction OfDay(string name, SqlType type, SqlType result, Action<Row, long> body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = [type], ReturnType = FunctionSignature.Returns(result), MayReturnNull = true, Description = description + "; null for infinite dates", Examples = examples },
        row =>
        {
            if (IsFinite(row, 0))
            {
                body(row, Calendar.Split(Local(row, 0)).Days);
            }
        });

    private static IEnumerable<ScalarFunction> Epochs(string name, int divisor, string description, string example) => Times.Select(type => ScalarFunction.OfRows(
        name, [type], SqlType.BigInt, row => row.Set(Calendar.FloorDivide(row.Long(0), divisor)), description, type == SqlType.Timestamp ? [($"{name}(timestamp '2024-01-01 00:00:00.5')", example)] : []));

    private static FunctionSignature Bucket(SqlType type, ParameterType[] parameters, (string, string)[] examples) => new()
    {
        Name = "time_bucket", Parameters = parameters, ReturnType = FunctionSignature.Returns(type), MayFail = true, Examples = examples,
        Description = "Start of the stride that a time falls in; strides begin on Monday, January 3, 2000, those of months on January 1, or where the third argument says",
    };

    private static bool IsFinite(Row row, int argument) => row.Type(argument).Kind switch
    {
        TypeKind.Date => Calendar.IsFinite(row.Int(argument)),
        TypeKind.Time => true,
        _ => Calendar.IsFinite(row.Long(argument)),
    };

    /// <summary>A date or time as a local timestamp.</summary>
    private static long Local(Row row, int argument) => row.Type(argument).Kind switch
    {
        TypeKind.Date => row.Int(argument) switch
        {
            Calendar.InfiniteDate => Calendar.InfiniteTimestamp,
            Calendar.MinusInfiniteDate => Calendar.MinusInfiniteTimestamp,
            var date => date * Calendar.MicrosecondsPerDay,
        },
        TypeKind.TimestampTz when IsFinite(row, argument) => TimeZones.ToLocal(row.Context.Zone, row.Long(argument)),
        _ => row.Long(argument),
    };

    private static long FromLocal(Row row, int argument, long local) =>
        row.Type(argument).Kind == TypeKind.TimestampTz && Calendar.IsFinite(local) ? TimeZones.ToInstant(row.Context.Zone, local) : local;

    private static long ToDate(long timestamp) => timestamp switch
    {
        Calendar.InfiniteTimestamp => Calendar.InfiniteDate,
        Calendar.MinusInfiniteTimestamp => Calendar.MinusInfiniteDate,
        _ => Calendar.Split(timestamp).Days,
    };

    private static long LastDay(long day)
    {
        (int year, int month, _) = Calendar.DateOf(day);
        return Calendar.DaysOf(year, month, Calendar.DaysInMonth(year, month));
    }

    private static long Checked(Int128 microseconds) => Calendar.IsTimestamp(microseconds) ? (long)microseconds : throw ExecutionErrors.DateTimeOutOfRange("timestamp");

    private static void SetDifference(Row row)
    {
        if (IsFinite(row, 1) && IsFinite(row, 2))
        {
            string unit = row.Text(0).ToLowerInvariant();
            row.Set(unit is "week" or "weeks" or "w" or "yearweek"
                ? (Ordinal("day", Local(row, 2)) - Ordinal("day", Local(row, 1))) / 7
                : Ordinal(unit, Local(row, 2)) - Ordinal(unit, Local(row, 1)));
        }
    }

    /// <summary>How many of a unit lie before a time.</summary>
    private static long Ordinal(string unit, long timestamp)
    {
        long days = Calendar.Split(timestamp).Days;
        (int year, int month, _) = Calendar.DateOf(days);
        return unit switch
        {
            "microsecond" or "microseconds" or "us" or "usec" => timestamp,
            "millisecond" or "milliseconds" or "ms" or "msec" => Calendar.FloorDivide(timestamp, 1000),
            "second" or "seconds" or "sec" or "s" or "epoch" => Calendar.FloorDivide(timestamp, Calendar.MicrosecondsPerSecond),
            "minute" or "minutes" or "min" or "m" => Calendar.FloorDivide(timestamp, Calendar.MicrosecondsPerMinute),
            "hour" or "hours" or "hr" or "h" => Calendar.FloorDivide(timestamp, Calendar.MicrosecondsPerHour),
            "day" or "days" or "d" or "dow" or "isodow" or "doy" => days,
            "month" or "months" or "mon" or "mons" => (year * 12L) + month,
            "quarter" or "quarters" => (year * 4L) + ((month - 1) / 3),
            "year" or "years" or "yr" or "y" => year,
            "isoyear" => Calendar.IsoWeek(days).Year,
            "decade" or "decades" => year / 10,
            "century" or "centuries" => year / 100,
            "millennium" or "millennia" => year / 1000,
            _ => throw ExecutionErrors.InvalidArgument($"unit \"{unit}\" not recognized"),
        };
    }

    private static long BucketOf(Interval stride, long timestamp, long? origin)
    {
        if (!Calendar.IsFinite(timestamp))
        {
            return timestamp;
        }

        if (stride.Months != 0 && (stride.Days != 0 || stride.Microseconds != 0))
        {
            throw ExecutionErrors.Unsupported("buckets of months and days together");
        }

        Int128 width = stride.Months != 0 ? stride.Months : ((Int128)stride.Days * Calendar.MicrosecondsPerDay) + stride.Microseconds;
        if (width <= 0)
        {
            throw ExecutionErrors.InvalidArgument("a bucket must be longer than nothing");
        }

        if (origin is { } given && !Calendar.IsFinite(given))
        {
            throw ExecutionErrors.InvalidArgument("buckets cannot begin at infinity");
        }

        if (stride.Months == 0)
        {
            Int128 start = origin ?? _firstMonday, since = timestamp - start;
            Int128 past = since % width;
            return Checked(timestamp - (past < 0 ? past + width : past));
        }

        (int year, int month, _) = Calendar.DateOf(Calendar.Split(timestamp).Days);
        (int firstYear, int firstMonth, _) = origin is { } first ? Calendar.DateOf(Calendar.Split(first).Days) : (2000, 1, 1);
        long months = ((year - firstYear) * 12L) + month - firstMonth;
        long index = (firstYear * 12L) + firstMonth - 1 + (Calendar.FloorDivide(months, stride.Months) * stride.Months);
        return Calendar.DaysOf(Calendar.FloorDivide(index, 12), (int)Calendar.FloorModulo(index, 12) + 1, 1) * Calendar.MicrosecondsPerDay;
    }
}
