using System.Globalization;
using System.Text;
using SqlCluster.Execution.Functions.Casts;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>A to_char, to_date or to_timestamp template for dates and times, cut into its patterns and plain text.</summary>
internal sealed class DateTemplate
{
    /// <summary>Longest first where one is another's beginning.</summary>
    private static readonly string[] Patterns =
    [
        "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MONTH", "MON", "MM", "MI", "MS", "DDD", "DD", "DAY", "DY", "D", "HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US",
        "A.M.", "P.M.", "AM", "PM", "B.C.", "A.D.", "BC", "AD", "WW", "W", "Q", "CC", "J", "RM", "TZH", "TZM", "TZ", "OF", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6",
    ];

    private static readonly string[] Roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    private readonly List<Part> _parts = [];

    public DateTemplate(string template)
    {
        bool fill = true;
        for (int i = 0; i < template.Length;)
        {
            if (template[i] == '"')
            {
                int end = template.IndexOf('"', i + 1);
                end = end < 0 ? template.Length : end;
                _parts.Add(new Part(null, template[(i + 1)..end], true, ""));
                i = end + 1;
                continue;
            }

            if (template.AsSpan(i).StartsWith("FM", StringComparison.OrdinalIgnoreCase))
            {
                fill = false;
                i += 2;
                continue;
            }

            if (template.AsSpan(i).StartsWith("FX", StringComparison.OrdinalIgnoreCase) || template.AsSpan(i).StartsWith("TM", StringComparison.OrdinalIgnoreCase))
            {
                i += 2;
                continue;
            }

            string? pattern = Array.Find(Patterns, candidate => template.AsSpan(i).StartsWith(candidate, StringComparison.OrdinalIgnoreCase));
            if (pattern == null)
            {
                _parts.Add(new Part(null, template[i].ToString(), true, ""));
                i++;
                continue;
            }

            string written = template.Substring(i, pattern.Length);
            i += pattern.Length;
            string suffix = i + 1 < template.Length && template.Substring(i, 2) is "TH" or "th" ? template.Substring(i, 2) : "";
            i += suffix.Length;
            _parts.Add(new Part(pattern, written, fill, suffix));
            fill = true;
        }
    }

    /// <summary>A local time as text.</summary>
    /// <param name="offset">Offset from UTC in µs and abbreviation, for TZ patterns; null for times without zone.</param>
    public string Format(long timestamp, (long Offset, string Name)? offset)
    {
        var text = new StringBuilder();
        if (!Calendar.IsFinite(timestamp))
        {
            return "";
        }

        (long days, long time) = Calendar.Split(timestamp);
        foreach (Part part in _parts)
        {
            string value = part.Pattern == null ? part.Written : Value(part, days, time, offset);
            text.Append(value).Append(part.Suffix.Length == 0 ? "" : Ordinal(value, part.Suffix == "TH"));
        }

        return text.ToString();
    }

    /// <summary>An interval as text, field by field; hours may exceed a day.</summary>
    /// <exception cref="Parser.Errors.QueryException">22007 for patterns of calendar dates.</exception>
    public string Format(SqlCluster.Arrow.Memory.Interval interval)
    {
        var text = new StringBuilder();
        foreach (Part part in _parts)
        {
            string value = part.Pattern == null ? part.Written : IntervalTemplate.Value(part.Pattern, part.Written, part.Fill, interval);
            text.Append(value).Append(part.Suffix.Length == 0 ? "" : Ordinal(value, part.Suffix == "TH"));
        }

        return text.ToString();
    }

    /// <summary>Reads a text by the template.</summary>
    /// <returns>Days since 1970 and µs since midnight.</returns>
    public (long Days, long Time) Parse(string text)
    {
        var reader = new TemplateReader(text);
        for (int i = 0; i < _parts.Count; i++)
        {
            Part part = _parts[i];
            bool nextIsDigits = i + 1 < _parts.Count && _parts[i + 1].Pattern is { } next && next is not ("MONTH" or "MON" or "DAY" or "DY" or "AM" or "PM");
            if (part.Pattern == null)
            {
                reader.SkipText(part.Written);
            }
            else
            {
                reader.Read(part.Pattern, nextIsDigits);
            }
        }

        return reader.Finish();
    }

    private static string Value(Part part, long days, long time, (long Offset, string Name)? offset)
    {
        (int year, int month, int day) = Calendar.DateOf(days);
        int shownYear = year > 0 ? year : 1 - year, hour = (int)(time / Calendar.MicrosecondsPerHour), dayOfWeek = Calendar.DayOfWeek(days);
        int dayOfYear = (int)(days - Calendar.DaysOf(year, 1, 1)) + 1, microseconds = (int)(time % Calendar.MicrosecondsPerSecond);
        (int isoYear, int isoWeek) = Calendar.IsoWeek(days);
        string Digits(long value, int width) => part.Fill ? value.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0') : value.ToString(CultureInfo.InvariantCulture);
        string Last(int value, int digits) => Digits(value % (int)Math.Pow(10, digits), digits);
        string Name(string name, int width) => part.Fill && width > 0 ? Cased(part.Written, name).PadRight(width) : Cased(part.Written, name);
        return part.Pattern! switch
        {
            "YYYY" => Digits(shownYear, 4),
            "Y,YYY" => string.Create(CultureInfo.InvariantCulture, $"{shownYear / 1000},{shownYear % 1000:000}"),
            "YYY" => Last(shownYear, 3),
            "YY" => Last(shownYear, 2),
            "Y" => Last(shownYear, 1),
            "IYYY" => Digits(isoYear, 4),
            "IYY" => Last(isoYear, 3),
            "IY" => Last(isoYear, 2),
            "I" => Last(isoYear, 1),
            "MM" => Digits(month, 2),
            "MONTH" => Name(CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(month), 9),
            "MON" => Name(CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(month), 0),
            "RM" => part.Fill ? Cased(part.Written, Roman[month - 1]).PadRight(4) : Cased(part.Written, Roman[month - 1]),
            "DD" => Digits(day, 2),
            "DDD" => Digits(dayOfYear, 3),
            "IDDD" => Digits(days - (Calendar.DaysOf(isoYear, 1, 4) - Calendar.FloorModulo(Calendar.DaysOf(isoYear, 1, 4) + 3, 7)) + 1, 3),
            "D" => Digits(dayOfWeek + 1, 1),
            "ID" => Digits(dayOfWeek == 0 ? 7 : dayOfWeek, 1),
            "DAY" => Name(CultureInfo.InvariantCulture.DateTimeFormat.GetDayName((DayOfWeek)dayOfWeek), 9),
            "DY" => Name(CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedDayName((DayOfWeek)dayOfWeek), 0),
            "HH24" => Digits(hour, 2),
            "HH" or "HH12" => Digits(hour % 12 == 0 ? 12 : hour % 12, 2),
            "MI" => Digits(time / Calendar.MicrosecondsPerMinute % 60, 2),
            "SS" => Digits(time / Calendar.MicrosecondsPerSecond % 60, 2),
            "SSSS" or "SSSSS" => Digits(time / Calendar.MicrosecondsPerSecond, 1),
            "MS" => Digits(microseconds / 1000, 3),
            "US" => Digits(microseconds, 6),
            ['F', 'F', char digits] => microseconds.ToString("000000", CultureInfo.InvariantCulture)[..(digits - '0')],
            "AM" or "PM" => Cased(part.Written, hour < 12 ? "AM" : "PM"),
            "A.M." or "P.M." => Cased(part.Written, hour < 12 ? "A.M." : "P.M."),
            "BC" or "AD" => Cased(part.Written, year > 0 ? "AD" : "BC"),
            "B.C." or "A.D." => Cased(part.Written, year > 0 ? "A.D." : "B.C."),
            "WW" => Digits(((dayOfYear - 1) / 7) + 1, 2),
            "IW" => Digits(isoWeek, 2),
            "W" => Digits(((day - 1) / 7) + 1, 1),
            "Q" => Digits(((month - 1) / 3) + 1, 1),
            "CC" => Digits(year > 0 ? (year + 99) / 100 : ((99 - year) / 100), 2),
            "J" => Digits(days + 2_440_588, 1),
            "TZ" => offset is { } zone ? (char.IsLower(part.Written[0]) ? zone.Name.ToLowerInvariant() : zone.Name) : "",
            "OF" => offset is { } of ? DateTimeForms.Offset(of.Offset) : "+00",
            "TZH" => offset is { } tzh ? DateTimeForms.Offset(tzh.Offset)[..3] : "+00",
            "TZM" => offset is { } tzm ? Digits(Math.Abs(tzm.Offset) / Calendar.MicrosecondsPerMinute % 60, 2) : "00",
            _ => throw ExecutionErrors.Unsupported($"template pattern {part.Pattern}"),
        };
    }

    /// <summary>A name in the case the pattern is written in: MONTH, Month or month.</summary>
    private static string Cased(string pattern, string name) =>
        char.IsLower(pattern[0]) ? name.ToLowerInvariant()
        : pattern.Length > 1 && char.IsLower(pattern[1]) ? char.ToUpperInvariant(name[0]) + name[1..].ToLowerInvariant()
        : name.ToUpperInvariant();

    private static string Ordinal(string number, bool isUpper)
    {
        char last = number[^1];
        bool isTeen = number.Length > 1 && number[^2] == '1';
        string ending = isTeen ? "th" : last switch { '1' => "st", '2' => "nd", '3' => "rd", _ => "th" };
        return isUpper ? ending.ToUpperInvariant() : ending;
    }

    private readonly record struct Part(string? Pattern, string Written, bool Fill, string Suffix);
}
