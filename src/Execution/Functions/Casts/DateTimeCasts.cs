using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types.Text;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Texts to dates and times, and dates and times to each other.</summary>
internal static class DateTimeCasts
{
    public static int ParseDate(string text, EvaluationContext context) =>
        (int)Checked(DateTimeInput.Date(text, context.DateTimeFacts, out long days), days, "date", text);

    public static long ParseTime(string text, EvaluationContext context) =>
        Checked(DateTimeInput.Time(text, context.DateTimeFacts, out long time), time, "time", text);

    public static long ParseTimestamp(string text, EvaluationContext context) =>
        Checked(DateTimeInput.Timestamp(text, context.DateTimeFacts, out long timestamp), timestamp, "timestamp", text);

    public static long ParseTimestampTz(string text, EvaluationContext context) =>
        Checked(DateTimeInput.TimestampTz(text, context.DateTimeFacts, out long instant), instant, "timestamp with time zone", text);

    public static Interval ParseInterval(string text)
    {
        Checked(IntervalInput.Read(text, IntervalUnit.Second, out IntervalValue value), 0, "interval", text);
        return new Interval(value.Months, value.Days, value.Microseconds);
    }

    public static long DateToTimestamp(long date) => date switch
    {
        Calendar.InfiniteDate => Calendar.InfiniteTimestamp,
        Calendar.MinusInfiniteDate => Calendar.MinusInfiniteTimestamp,
        _ => DateTimeRange.CheckedTimestamp((Int128)date * Calendar.MicrosecondsPerDay),
    };

    public static int TimestampToDate(long timestamp) => timestamp switch
    {
        Calendar.InfiniteTimestamp => Calendar.InfiniteDate,
        Calendar.MinusInfiniteTimestamp => Calendar.MinusInfiniteDate,
        _ => (int)Calendar.Split(timestamp).Days,
    };

    /// <summary>Rounds µs to the fraction digits of a type; -1 and 6 keep all.</summary>
    public static long Round(long microseconds, int digits) => DateTimeInput.Round(microseconds, digits);

    public static Interval Round(Interval interval, int digits) => interval with { Microseconds = DateTimeInput.RoundSymmetrically(interval.Microseconds, digits) };

    private static long Checked(InputResult result, long value, string type, string text) => result switch
    {
        InputResult.Ok => value,
        InputResult.Invalid => throw ExecutionErrors.InvalidDateTime(type, text),
        InputResult.OutOfRange => throw ExecutionErrors.DateTimeFieldOutOfRange(text),
        InputResult.UnknownZone => throw ExecutionErrors.InvalidArgument($"time zone \"{DateTimeInput.ZoneIn(text)}\" not recognized"),
    };
}
