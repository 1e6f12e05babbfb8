using System.Globalization;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Texts to dates and times, and dates and times to each other.</summary>
internal static class DateTimeCasts
{
    public static int ParseDate(string text, EvaluationContext context)
    {
        DateTimeParser parsed = DateTimeParser.Parse(text, "date");
        return parsed.Special switch
        {
            null => Calendar.CheckedDate(parsed.Date()),
            "infinity" => Calendar.InfiniteDate,
            "-infinity" => Calendar.MinusInfiniteDate,
            "epoch" => 0,
            string special => (int)(Calendar.Split(TimeZones.ToLocal(context.Zone, context.StatementTime)).Days + Shift(special)),
        };
    }

    public static long ParseTime(string text, EvaluationContext context)
    {
        DateTimeParser parsed = DateTimeParser.Parse(text, "time");
        return parsed.Special switch
        {
            null => parsed.Time ?? throw ExecutionErrors.InvalidDateTime("time", text),
            "now" => Calendar.Split(TimeZones.ToLocal(context.Zone, context.StatementTime)).Microseconds,
            "allballs" => 0,
            _ => throw ExecutionErrors.InvalidDateTime("time", text),
        };
    }

    public static long ParseTimestamp(string text, EvaluationContext context)
    {
        DateTimeParser parsed = DateTimeParser.Parse(text, "timestamp");
        return parsed.Special switch
        {
            null => Calendar.CheckedTimestamp(((Int128)parsed.Date() * Calendar.MicrosecondsPerDay) + (parsed.Time ?? 0)),
            "infinity" => Calendar.InfiniteTimestamp,
            "-infinity" => Calendar.MinusInfiniteTimestamp,
            "epoch" => 0,
            "now" => TimeZones.ToLocal(context.Zone, context.StatementTime),
            string special => ((Calendar.Split(TimeZones.ToLocal(context.Zone, context.StatementTime)).Days + Shift(special)) * Calendar.MicrosecondsPerDay) + (parsed.Time ?? 0),
        };
    }

    public static long ParseTimestampTz(string text, EvaluationContext context)
    {
        DateTimeParser parsed = DateTimeParser.Parse(text, "timestamp with time zone");
        TimeZoneInfo zone = parsed.Zone ?? context.Zone;
        long local;
        switch (parsed.Special)
        {
            case null: local = Calendar.CheckedTimestamp(((Int128)parsed.Date() * Calendar.MicrosecondsPerDay) + (parsed.Time ?? 0)); break;
            case "infinity": return Calendar.InfiniteTimestamp;
            case "-infinity": return Calendar.MinusInfiniteTimestamp;
            case "epoch": return 0;
            case "now": return context.StatementTime;
            case string special:
                local = ((Calendar.Split(TimeZones.ToLocal(zone, context.StatementTime)).Days + Shift(special)) * Calendar.MicrosecondsPerDay) + (parsed.Time ?? 0);
                break;
        }

        return parsed.Offset is { } offset ? local - offset : TimeZones.ToInstant(zone, local);
    }

    public static long DateToTimestamp(long date) => date switch
    {
        Calendar.InfiniteDate => Calendar.InfiniteTimestamp,
        Calendar.MinusInfiniteDate => Calendar.MinusInfiniteTimestamp,
        _ => Calendar.CheckedTimestamp((Int128)date * Calendar.MicrosecondsPerDay),
    };

    public static int TimestampToDate(long timestamp) => timestamp switch
    {
        Calendar.InfiniteTimestamp => Calendar.InfiniteDate,
        Calendar.MinusInfiniteTimestamp => Calendar.MinusInfiniteDate,
        _ => (int)Calendar.Split(timestamp).Days,
    };

    /// <summary>Rounds µs to the fraction digits of a type; -1 and 6 keep all.</summary>
    public static long Round(long microseconds, int digits)
    {
        if (digits is < 0 or >= 6 || !Calendar.IsFinite(microseconds))
        {
            return microseconds;
        }

        long unit = (long)Math.Pow(10, 6 - digits);
        long rest = Calendar.FloorModulo(microseconds, unit);
        return microseconds - rest + (rest * 2 >= unit ? unit : 0);
    }

    private static int Shift(string special) => special switch { "tomorrow" => 1, "yesterday" => -1, _ => 0 };
}
