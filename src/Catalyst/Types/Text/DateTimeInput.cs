namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Reads dates, times and timestamps from text in the spellings PostgreSQL reads: ISO 8601, 1/8/1999, Jan 8 1999, 19990108, with am/pm, zones, BC, infinity, now, today and so on.</summary>
public static class DateTimeInput
{
    /// <summary>Days since 1970-01-01.</summary>
    public static InputResult Date(ReadOnlySpan<char> text, DateTimeFacts facts, out long days)
    {
        days = 0;
        var fields = new DateTimeFields(facts);
        InputResult result = fields.Read(text);
        if (result != InputResult.Ok || !fields.HasDate)
        {
            return result == InputResult.Ok ? InputResult.Invalid : result;
        }

        days = fields.Infinity > 0 ? Calendar.InfiniteDate : fields.Infinity < 0 ? Calendar.MinusInfiniteDate : fields.Days;
        return fields.Infinity != 0 || Calendar.IsDate(days) ? InputResult.Ok : InputResult.OutOfRange;
    }

    /// <summary>Microseconds since midnight; a date before it is ignored.</summary>
    public static InputResult Time(ReadOnlySpan<char> text, DateTimeFacts facts, out long microseconds)
    {
        microseconds = 0;
        var fields = new DateTimeFields(facts, timeOnly: true);
        InputResult result = fields.Read(text);
        if (result != InputResult.Ok || !fields.HasTime)
        {
            return result == InputResult.Ok ? InputResult.Invalid : result;
        }

        microseconds = fields.Microseconds;
        return InputResult.Ok;
    }

    /// <summary>Microseconds since 1970-01-01 00:00 without a zone; a zone in the text is ignored.</summary>
    public static InputResult Timestamp(ReadOnlySpan<char> text, DateTimeFacts facts, out long microseconds) => Timestamp(text, facts, withZone: false, out microseconds);

    /// <summary>Microseconds since 1970-01-01 00:00 UTC; without a zone in the text the session's counts.</summary>
    public static InputResult TimestampTz(ReadOnlySpan<char> text, DateTimeFacts facts, out long microseconds) => Timestamp(text, facts, withZone: true, out microseconds);

    private static InputResult Timestamp(ReadOnlySpan<char> text, DateTimeFacts facts, bool withZone, out long microseconds)
    {
        microseconds = 0;
        var fields = new DateTimeFields(facts);
        InputResult result = fields.Read(text);
        if (result != InputResult.Ok || !fields.HasDate)
        {
            return result == InputResult.Ok ? InputResult.Invalid : result;
        }

        if (fields.Infinity != 0)
        {
            microseconds = fields.Infinity > 0 ? Calendar.InfiniteTimestamp : Calendar.MinusInfiniteTimestamp;
            return InputResult.Ok;
        }

        Int128 local = ((Int128)fields.Days * Calendar.MicrosecondsPerDay) + fields.Microseconds;
        if (!Calendar.IsTimestamp(local))
        {
            return InputResult.OutOfRange;
        }

        microseconds = (long)local;
        if (!withZone)
        {
            return InputResult.Ok;
        }

        Int128 instant = local - (fields.Offset is { } offset ? offset * Calendar.MicrosecondsPerSecond : (fields.Zone ?? facts.TimeZone).OffsetOf(microseconds));
        if (!Calendar.IsTimestamp(instant))
        {
            return InputResult.OutOfRange;
        }

        microseconds = (long)instant;
        return InputResult.Ok;
    }

    /// <summary>The zone that a text with <see cref="InputResult.UnknownZone"/> names, as errors show it.</summary>
    public static string ZoneIn(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(static word => word.Contains('/', StringComparison.Ordinal) && char.IsAsciiLetter(word[0]), text).ToLowerInvariant();

    /// <summary>Rounds microseconds to fraction digits of a second, half away from the past; -1 keeps all of them.</summary>
    public static long Round(long microseconds, int digits)
    {
        if (digits is < 0 or >= 6 || !Calendar.IsFinite(microseconds))
        {
            return microseconds;
        }

        long unit = 1;
        for (int i = digits; i < 6; i++)
        {
            unit *= 10;
        }

        long rest = microseconds % unit;
        rest += rest < 0 ? unit : 0;
        return microseconds - rest + (rest * 2 >= unit ? unit : 0);
    }

    /// <summary>As <see cref="Round"/>, but half away from zero, as intervals are.</summary>
    public static long RoundSymmetrically(long microseconds, int digits) => microseconds < 0 ? -Round(-microseconds, digits) : Round(microseconds, digits);
}
