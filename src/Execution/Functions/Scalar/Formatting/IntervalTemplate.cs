using System.Globalization;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;
using Interval = SqlCluster.Arrow.Memory.Interval;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>Patterns of to_char for intervals (PostgreSQL's DCH_to_char with is_interval): years, months, days and time, each by itself.</summary>
internal static class IntervalTemplate
{
    private static readonly string[] Roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    /// <exception cref="Parser.Errors.QueryException">22007 for patterns that only a calendar date has.</exception>
    public static string Value(string pattern, string written, bool isFilled, Interval interval)
    {
        int year = interval.Months / 12, month = interval.Months % 12;
        long hour = interval.Microseconds / Calendar.MicrosecondsPerHour, minute = interval.Microseconds / Calendar.MicrosecondsPerMinute % 60;
        long second = interval.Microseconds / Calendar.MicrosecondsPerSecond % 60, fraction = interval.Microseconds % Calendar.MicrosecondsPerSecond;
        return pattern switch
        {
            "YYYY" or "IYYY" => Digits(year, 4),
            "Y,YYY" => string.Create(CultureInfo.InvariantCulture, $"{year / 1000},{Math.Abs(year % 1000):000}"),
            "YYY" or "IYY" => Digits(year % 1000, 3),
            "YY" or "IY" => Digits(year % 100, 2),
            "Y" or "I" => Digits(year % 10, 1),
            "MM" => Digits(month, 2),
            "RM" => interval.Months == 0 ? "" : Padded(month == 0 ? Roman[year > 0 ? 11 : 0] : Roman[month < 0 ? month + 12 : month - 1]),
            "DD" => Narrow(interval.Days, 2),
            "DDD" => Narrow((interval.Months * 30L) + interval.Days, 3),
            "HH24" => Digits(hour, 2),
            "HH" or "HH12" => Digits(hour % 12 == 0 ? 12 : hour % 12, 2),
            "MI" => Digits(minute, 2),
            "SS" => Digits(second, 2),
            "SSSS" or "SSSSS" => Digits(interval.Microseconds / Calendar.MicrosecondsPerSecond, 1),
            "MS" => Narrow(fraction / 1000, 3),
            "US" => Narrow(fraction, 6),
            ['F', 'F', char digits] => Math.Abs(fraction).ToString("000000", CultureInfo.InvariantCulture)[..(digits - '0')],
            "AM" or "PM" => Cased(hour % 24 is >= 0 and < 12 ? "AM" : "PM"),
            "A.M." or "P.M." => Cased(hour % 24 is >= 0 and < 12 ? "A.M." : "P.M."),
            "Q" => month == 0 ? "" : Digits(((month - 1) / 3) + 1, 1),
            "CC" => Digits(year / 100, 2),
            "WW" => Digits(((interval.Months * 30L) + interval.Days - 1) / 7 + 1, 2),
            "W" => Digits(((interval.Days - 1) / 7) + 1, 1),
            "FX" => "",
            _ => throw ExecutionErrors.NotForIntervals(),
        };

        // A minus takes a place of its own.
        string Digits(long value, int width) => (value < 0 ? "-" : "") + Math.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(isFilled ? width : 1, '0');

        // Here the minus is one of the places.
        string Narrow(long value, int width) => Digits(value, value < 0 ? width - 1 : width);

        string Padded(string text) => isFilled ? Cased(text).PadRight(4) : Cased(text);

        string Cased(string text) => char.IsLower(written[0]) ? text.ToLowerInvariant() : text;
    }
}
