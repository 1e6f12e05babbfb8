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
        "A.M.", "P.M.", "AM", "PM", "B.C.", "A.D.", "BC", "AD", "WW", "W", "Q", "CC", "J", "RM", "TZH", "TZM", "TZ", "OF", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "FX",
    ];

    private static readonly string[] Roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    /// <summary>Patterns whose text is a number, so that a number before them has as many digits as its pattern says.</summary>
    private static readonly HashSet<string> Numbers =
    [
        "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MM", "MI", "MS", "DDD", "DD", "D", "HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US", "WW", "W", "Q", "CC", "J", "TZM", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6",
    ];

    private readonly List<DatePart> _parts = [];

    public DateTemplate(string template)
    {
        bool fill = true, isTranslated = false;
        for (int i = 0; i < template.Length;)
        {
            if (template[i] == '"')
            {
                i = TemplateText.Quoted(template, i, out string text);
                _parts.AddRange(text.EnumerateRunes().Select(static rune => new DatePart(null, rune.ToString(), true, "", IsPlain: true)));
                continue;
            }

            if (StartsWith(template, i, "FM"))
            {
                fill = false;
                i += 2;
                continue;
            }

            if (StartsWith(template, i, "TM"))
            {
                isTranslated = true;
                i += 2;
                continue;
            }

            string? pattern = Array.Find(Patterns, candidate => StartsWith(template, i, candidate));
            if (pattern == null)
            {
                // Outside quotes a backslash counts only before a quote.
                i += template[i] == '\\' && i + 1 < template.Length && template[i + 1] == '"' ? 1 : 0;
                Rune.DecodeFromUtf16(template.AsSpan(i), out Rune rune, out int length);
                _parts.Add(new DatePart(null, rune.ToString(), true, "", IsPlain: !IsSeparator(template[i]) && !char.IsWhiteSpace(template[i])));
                i += length;
                continue;
            }

            string written = template.Substring(i, pattern.Length);
            i += pattern.Length;
            string suffix = i + 1 < template.Length && template.Substring(i, 2) is "TH" or "th" ? template.Substring(i, 2) : "";
            i += suffix.Length;

            // Names in the locale's language are not padded.
            bool isName = isTranslated && pattern is ("MONTH" or "MON" or "DAY" or "DY");
            _parts.Add(new DatePart(pattern, written, fill && !isName, suffix, IsPlain: false));
            fill = true;
            isTranslated = false;
        }
    }

    /// <summary>ASCII that is neither letter nor digit nor blank.</summary>
    public static bool IsSeparator(char c) => c is > ' ' and < '\x7F' && !char.IsAsciiLetterOrDigit(c);

    /// <summary>A pattern is written in capitals or small letters throughout; a name may also begin with a capital.</summary>
    private static bool StartsWith(string template, int at, string pattern)
    {
        ReadOnlySpan<char> text = template.AsSpan(at);
        if (!text.StartsWith(pattern, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[1..pattern.Length];
        bool isCapital = char.IsUpper(text[0]) || !char.IsLetter(text[0]);
        return (isCapital && !rest.ContainsAnyInRange('a', 'z')) || (!char.IsUpper(text[0]) && !rest.ContainsAnyInRange('A', 'Z'))
            || (pattern is "MONTH" or "MON" or "DAY" or "DY" && isCapital && !rest.ContainsAnyInRange('A', 'Z'));
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
        foreach (DatePart part in _parts)
        {
            string value = part.Pattern == null ? part.Written : Value(part, days, time, offset);
            text.Append(value).Append(part.Suffix.Length == 0 || part.Pattern == "TZM" || !Numbers.Contains(part.Pattern!) ? "" : TemplateText.Ordinal(value, part.Suffix));
        }

        return text.ToString();
    }

    /// <summary>An interval as text, field by field; hours may exceed a day.</summary>
    /// <exception cref="Parser.Errors.QueryException">22007 for patterns of calendar dates.</exception>
    public string Format(SqlCluster.Arrow.Memory.Interval interval)
    {
        var text = new StringBuilder();
        foreach (DatePart part in _parts)
        {
            string value = part.Pattern == null ? part.Written : IntervalTemplate.Value(part.Pattern, part.Written, part.Fill, interval);
            text.Append(value).Append(part.Suffix.Length == 0 || part.Pattern == "TZM" || !Numbers.Contains(part.Pattern!) ? "" : TemplateText.Ordinal(value, part.Suffix));
        }

        return text.ToString();
    }

    /// <summary>Reads a text by the template, up to the end of either.</summary>
    public TemplateFields Parse(string text)
    {
        var reader = new TemplateReader(text);
        for (int i = 0; i < _parts.Count && !reader.IsAtEnd; i++)
        {
            DatePart part = _parts[i];
            if (i == 0 || part.Pattern != null)
            {
                reader.SkipBlanks();
                if (reader.IsAtEnd && part.Pattern == null)
                {
                    break;
                }
            }

            if (part.Pattern != null)
            {
                reader.Read(part, isOpen: !part.Fill || part.Suffix.Length > 0 || i + 1 == _parts.Count || !IsDigits(_parts[i + 1]));
            }
            else if (part.IsPlain)
            {
                reader.SkipCharacter();
            }
            else
            {
                reader.SkipSeparator();
            }
        }

        return reader.Fields;
    }

    private static bool IsDigits(DatePart part) => part.Pattern == null ? char.IsAsciiDigit(part.Written[0]) : Numbers.Contains(part.Pattern);

    private static string Value(DatePart part, long days, long time, (long Offset, string Name)? offset)
    {
        (int year, int month, int day) = Calendar.DateOf(days);
        int shownYear = year > 0 ? year : 1 - year, hour = (int)(time / Calendar.MicrosecondsPerHour), dayOfWeek = Calendar.DayOfWeek(days);
        int dayOfYear = (int)(days - Calendar.DaysOf(year, 1, 1)) + 1, microseconds = (int)(time % Calendar.MicrosecondsPerSecond);
        (int isoYear, int isoWeek) = Calendar.IsoWeek(days);
        int shownIsoYear = isoYear > 0 ? isoYear : 1 - isoYear, century = year > 0 ? (year + 99) / 100 : (year / 100) - 1;
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
            "IYYY" => Digits(shownIsoYear, 4),
            "IYY" => Last(shownIsoYear, 3),
            "IY" => Last(shownIsoYear, 2),
            "I" => Last(shownIsoYear, 1),
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
            "MS" => (microseconds / 1000).ToString("000", CultureInfo.InvariantCulture),
            "US" => microseconds.ToString("000000", CultureInfo.InvariantCulture),
            ['F', 'F', char digits] => microseconds.ToString("000000", CultureInfo.InvariantCulture)[..(digits - '0')],
            "AM" or "PM" => Cased(part.Written, hour < 12 ? "AM" : "PM"),
            "A.M." or "P.M." => Cased(part.Written, hour < 12 ? "A.M." : "P.M."),
            "BC" or "AD" => Cased(part.Written, year > 0 ? "AD" : "BC"),
            "B.C." or "A.D." => Cased(part.Written, year > 0 ? "A.D." : "B.C."),
            "WW" => Digits(((dayOfYear - 1) / 7) + 1, 2),
            "IW" => Digits(isoWeek, 2),
            "W" => Digits(((day - 1) / 7) + 1, 1),
            "Q" => Digits(((month - 1) / 3) + 1, 1),
            "CC" => century < 0 ? "-" + Digits(-century, 2) : Digits(century, 2),
            "J" => Digits(days + 2_440_588, 1),
            "TZ" => offset is { } zone ? (char.IsLower(part.Written[0]) ? zone.Name.ToLowerInvariant() : zone.Name) : "",
            "OF" => (offset is { } of ? DateTimeForms.Offset(of.Offset - (of.Offset % Calendar.MicrosecondsPerMinute)) : "+00") is var shown && !part.Fill && shown[1] == '0' ? shown.Remove(1, 1) : shown,
            "TZH" => offset is { } tzh ? DateTimeForms.Offset(tzh.Offset)[..3] : "+00",
            "TZM" => ((offset?.Offset ?? 0) is var tzm ? Math.Abs(tzm) / Calendar.MicrosecondsPerMinute % 60 : 0).ToString("00", CultureInfo.InvariantCulture),
            "FX" => "",
            _ => throw ExecutionErrors.Unsupported($"template pattern {part.Pattern}"),
        };
    }

    /// <summary>A name in the case the pattern is written in: MONTH, Month or month.</summary>
    private static string Cased(string pattern, string name) =>
        char.IsLower(pattern[0]) ? name.ToLowerInvariant()
        : pattern.Length > 1 && char.IsLower(pattern[1]) ? char.ToUpperInvariant(name[0]) + name[1..].ToLowerInvariant()
        : name.ToUpperInvariant();
}

/// <summary>A pattern in capitals and as it is written, or one character of plain text.</summary>
/// <param name="Pattern">Null for plain text.</param>
/// <param name="Written">What the template says.</param>
/// <param name="Fill">Without FM.</param>
/// <param name="Suffix">TH, th or nothing.</param>
/// <param name="IsPlain">Text that is neither a blank nor a separator, or is quoted.</param>
internal readonly record struct DatePart(string? Pattern, string Written, bool Fill, string Suffix, bool IsPlain);
