using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Types.Zones;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Text forms of dates and times, as PostgreSQL prints them with DateStyle ISO and IntervalStyle postgres.</summary>
internal static class DateTimeForms
{
    public static void AppendDate(StringBuilder text, long days)
    {
        if (days is Calendar.InfiniteDate or Calendar.MinusInfiniteDate)
        {
            text.Append(days > 0 ? "infinity" : "-infinity");
            return;
        }

        (int year, int month, int day) = Calendar.DateOf(days);
        AppendYear(text, year);
        Two(text.Append('-'), month);
        Two(text.Append('-'), day);
        text.Append(year <= 0 ? " BC" : "");
    }

    /// <param name="microseconds">Since midnight.</param>
    public static void AppendTime(StringBuilder text, long microseconds)
    {
        Two(text, (int)(microseconds / Calendar.MicrosecondsPerHour));
        Two(text.Append(':'), (int)(microseconds / Calendar.MicrosecondsPerMinute % 60));
        Two(text.Append(':'), (int)(microseconds / Calendar.MicrosecondsPerSecond % 60));
        AppendFraction(text, (int)(microseconds % Calendar.MicrosecondsPerSecond));
    }

    public static void AppendTimestamp(StringBuilder text, long timestamp) => AppendTimestamp(text, timestamp, "");

    /// <summary>An instant as local time of the zone, with the offset.</summary>
    public static void AppendTimestampTz(StringBuilder text, long instant, Zone zone)
    {
        if (!Calendar.IsFinite(instant))
        {
            AppendTimestamp(text, instant);
            return;
        }

        long offset = zone.OffsetAt(instant);
        AppendTimestamp(text, instant + offset, Offset(offset));
    }

    /// <summary>+02, -03:30.</summary>
    public static string Offset(long offset)
    {
        long seconds = Math.Abs(offset) / Calendar.MicrosecondsPerSecond;
        string text = string.Create(CultureInfo.InvariantCulture, $"{(offset < 0 ? '-' : '+')}{seconds / 3600:00}");
        if (seconds % 3600 != 0)
        {
            text += string.Create(CultureInfo.InvariantCulture, $":{seconds / 60 % 60:00}");
        }

        return seconds % 60 == 0 ? text : text + string.Create(CultureInfo.InvariantCulture, $":{seconds % 60:00}");
    }

    public static void AppendInterval(StringBuilder text, Interval interval)
    {
        int start = text.Length;
        int years = interval.Months / 12, months = interval.Months % 12;
        bool wasNegative = false;
        AppendUnit(text, start, years, "year", ref wasNegative);
        AppendUnit(text, start, months, "mon", ref wasNegative);
        AppendUnit(text, start, interval.Days, "day", ref wasNegative);
        if (interval.Microseconds != 0 || text.Length == start)
        {
            bool isNegative = interval.Microseconds < 0;
            text.Append(text.Length > start ? " " : "").Append(isNegative ? "-" : wasNegative ? "+" : "");
            UInt128 all = (UInt128)Int128.Abs(interval.Microseconds);
            ulong microseconds = (ulong)all;
            ulong hours = microseconds / Calendar.MicrosecondsPerHour;
            text.Append(CultureInfo.InvariantCulture, $"{hours:00}");
            Two(text.Append(':'), (int)(microseconds / Calendar.MicrosecondsPerMinute % 60));
            Two(text.Append(':'), (int)(microseconds / Calendar.MicrosecondsPerSecond % 60));
            AppendFraction(text, (int)(microseconds % Calendar.MicrosecondsPerSecond));
        }
    }

    private static void AppendUnit(StringBuilder text, int start, int value, string unit, ref bool wasNegative)
    {
        if (value != 0)
        {
            text.Append(text.Length > start ? " " : "").Append(wasNegative && value > 0 ? "+" : "");
            text.Append(CultureInfo.InvariantCulture, $"{value} {unit}{(value == 1 ? "" : "s")}");
            wasNegative = value < 0;
        }
    }

    private static void AppendTimestamp(StringBuilder text, long timestamp, string offset)
    {
        if (!Calendar.IsFinite(timestamp))
        {
            text.Append(timestamp > 0 ? "infinity" : "-infinity");
            return;
        }

        (long days, long microseconds) = Calendar.Split(timestamp);
        (int year, int month, int day) = Calendar.DateOf(days);
        AppendYear(text, year);
        Two(text.Append('-'), month);
        Two(text.Append('-'), day);
        AppendTime(text.Append(' '), microseconds);
        text.Append(offset).Append(year <= 0 ? " BC" : "");
    }

    private static void AppendYear(StringBuilder text, int year) => text.Append(CultureInfo.InvariantCulture, $"{(year <= 0 ? 1 - year : year):0000}");

    private static void Two(StringBuilder text, int value)
    {
        if (value >= 100)
        {
            text.Append(value);
        }
        else
        {
            text.Append((char)('0' + (value / 10))).Append((char)('0' + (value % 10)));
        }
    }

    private static void AppendFraction(StringBuilder text, int microseconds)
    {
        if (microseconds != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $".{microseconds:000000}");
            while (text[^1] == '0')
            {
                text.Length--;
            }
        }
    }
}
