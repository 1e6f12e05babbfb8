using System.Globalization;
using SqlCluster.Execution.Functions.Casts;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>Reads a date's fields from a text as a template's patterns ask for them (what PostgreSQL's DCH_from_char does).</summary>
internal sealed class TemplateReader(string text)
{
    private static readonly string[] Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
    private static readonly string[] ShortMonths = CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[..12];
    private static readonly string[] Days = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;
    private static readonly string[] ShortDays = CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames;

    /// <summary>Longest first: December to January.</summary>
    private static readonly string[] RomanMonths = ["XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"];

    private readonly TemplateFields _fields = new();
    private int _at;

    /// <summary>Blanks skipped beyond those that the template asks for.</summary>
    private int _extraBlanks;
    private bool _isExact;

    public bool IsAtEnd => _at >= text.Length;

    public TemplateFields Fields => _fields;

    /// <summary>Before the first part and before each pattern blanks do not count.</summary>
    public void SkipBlanks()
    {
        if (_isExact)
        {
            return;
        }

        for (; !IsAtEnd && char.IsWhiteSpace(text[_at]); _at++)
        {
            _extraBlanks++;
        }
    }

    /// <summary>A blank or separator of the template takes one of the text, or none where there is none.</summary>
    public void SkipSeparator()
    {
        if (_isExact)
        {
            _at++;
            return;
        }

        _extraBlanks--;
        if (char.IsWhiteSpace(text[_at]) || DateTemplate.IsSeparator(text[_at]))
        {
            _at++;
            _extraBlanks++;
        }
    }

    /// <summary>A character of plain text takes any one of the text, or a blank that was skipped already.</summary>
    public void SkipCharacter()
    {
        if (!_isExact && _extraBlanks > 0)
        {
            _extraBlanks--;
        }
        else
        {
            _at += char.IsHighSurrogate(text[_at]) && _at + 1 < text.Length ? 2 : 1;
        }
    }

    /// <param name="part">A pattern.</param>
    /// <param name="isOpen">Whether a number ends by itself: FM, or nothing that could be a digit follows.</param>
    /// <exception cref="Parser.Errors.QueryException">The text has no such field here (22007).</exception>
    public void Read(DatePart part, bool isOpen)
    {
        string pattern = part.Pattern!;
        if (pattern == "FX")
        {
            _isExact = true;
            return;
        }

        _fields.SetCalendar(pattern);
        switch (pattern)
        {
            case "A.M." or "P.M.": ReadHalf(part, ["A.M.", "P.M."]); break;
            case "AM" or "PM": ReadHalf(part, ["AM", "PM"]); break;
            case "HH" or "HH12":
                _fields.Set(ref _fields.Hour, Number(part, 2, isOpen, out _), part.Written);
                _fields.IsTwelveHours = true;
                break;
            case "HH24": _fields.Set(ref _fields.Hour, Number(part, 2, isOpen, out _), part.Written); break;
            case "MI": _fields.Set(ref _fields.Minute, Number(part, 2, isOpen, out _), part.Written); break;
            case "SS": _fields.Set(ref _fields.Second, Number(part, 2, isOpen, out _), part.Written); break;
            case "MS":
                _fields.Set(ref _fields.Millisecond, Number(part, 3, isOpen, out int digits), part.Written);
                _fields.Millisecond *= digits == 1 ? 100 : digits == 2 ? 10 : 1;
                break;
            case "US": ReadFraction(part, 6, isOpen); break;
            case ['F', 'F', char places]:
                _fields.Precision = places - '0';
                ReadFraction(part, places - '0', isOpen);
                break;
            case "SSSS" or "SSSSS": _fields.Set(ref _fields.SecondOfDay, Number(part, pattern.Length, isOpen, out _), part.Written); break;
            case "TZ" or "OF": throw ExecutionErrors.CannotRead(part.Written);
            case "TZH":
                bool isSigned = !IsAtEnd && text[_at] is '+' or '-' or ' ';
                _fields.ZoneSign = isSigned ? (text[_at] == '-' ? -1 : 1) : _extraBlanks > 0 && _at > 0 && text[_at - 1] == '-' ? -1 : 1;
                _at += isSigned ? 1 : 0;
                _fields.Set(ref _fields.ZoneHour, Number(part, 2, isOpen, out _), part.Written);
                break;
            case "TZM":
                _fields.ZoneSign = _fields.ZoneSign == 0 ? 1 : _fields.ZoneSign;
                _fields.Set(ref _fields.ZoneMinute, Number(part, 2, isOpen, out _), part.Written);
                break;
            case "A.D." or "B.C.": _fields.Set(ref _fields.BeforeChrist, Name(part, ["A.D.", "B.C."]), part.Written); break;
            case "AD" or "BC": _fields.Set(ref _fields.BeforeChrist, Name(part, ["AD", "BC"]), part.Written); break;
            case "MONTH": _fields.Set(ref _fields.Month, Name(part, Months) + 1, part.Written); break;
            case "MON": _fields.Set(ref _fields.Month, Name(part, ShortMonths) + 1, part.Written); break;
            case "RM": _fields.Set(ref _fields.Month, 12 - Name(part, RomanMonths), part.Written); break;
            case "MM": _fields.Set(ref _fields.Month, Number(part, 2, isOpen, out _), part.Written); break;
            case "DAY": _fields.SetDayOfWeek(Name(part, Days), part.Written); break;
            case "DY": _fields.SetDayOfWeek(Name(part, ShortDays), part.Written); break;
            case "D": _fields.Set(ref _fields.DayOfWeek, Number(part, 1, isOpen, out _), part.Written); break;
            case "ID":
                _fields.Set(ref _fields.DayOfWeek, Number(part, 1, isOpen, out _), part.Written);
                _fields.DayOfWeek = _fields.DayOfWeek >= 7 ? 1 : _fields.DayOfWeek + 1;
                break;
            case "DD": _fields.Set(ref _fields.Day, Number(part, 2, isOpen, out _), part.Written); break;
            case "DDD" or "IDDD": _fields.Set(ref _fields.DayOfYear, Number(part, 3, isOpen, out _), part.Written); break;
            case "WW" or "IW": _fields.Set(ref _fields.Week, Number(part, 2, isOpen, out _), part.Written); break;
            case "W": _fields.Set(ref _fields.WeekOfMonth, Number(part, 1, isOpen, out _), part.Written); break;
            case "Q": _ = Number(part, 1, isOpen, out _); break;
            case "CC": _fields.Set(ref _fields.Century, Number(part, 2, isOpen, out _), part.Written); break;
            case "J": _fields.Set(ref _fields.JulianDay, Number(part, 1, isOpen, out _), part.Written); break;
            case "Y,YYY": ReadThousands(); break;
            case "YYYY" or "IYYY": ReadYear(part, 4, isOpen); break;
            case "YYY" or "IYY": ReadYear(part, 3, isOpen); break;
            case "YY" or "IY": ReadYear(part, 2, isOpen); break;
            case "Y" or "I": ReadYear(part, 1, isOpen); break;
        }

        if (part.Suffix.Length > 0)
        {
            _at = Math.Min(_at + 2, text.Length);
        }

        if (!_isExact)
        {
            _extraBlanks = 0;
            SkipBlanks();
        }
    }

    private void ReadHalf(DatePart part, string[] names)
    {
        _fields.Set(ref _fields.IsAfternoon, Name(part, names), part.Written);
        _fields.IsTwelveHours = true;
    }

    private void ReadFraction(DatePart part, int places, bool isOpen)
    {
        _fields.Set(ref _fields.Microsecond, Number(part, places, isOpen, out int digits), part.Written);
        _fields.Microsecond *= digits < 6 ? (int)Math.Pow(10, 6 - digits) : 1;
    }

    private void ReadYear(DatePart part, int digits, bool isOpen)
    {
        _fields.Set(ref _fields.Year, Number(part, digits, isOpen, out int read), part.Written);
        _fields.Year = digits < 4 && read < 4 ? Near2020(_fields.Year) : _fields.Year;
        _fields.YearDigits = digits;
    }

    private void ReadThousands()
    {
        int start = _at;
        int comma = text.IndexOf(',', start);
        int end = comma + 1;
        while (comma > 0 && end < text.Length && end - comma <= 3 && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (comma <= start || end == comma + 1 || !int.TryParse(text.AsSpan(start, comma - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int millennia))
        {
            throw ExecutionErrors.TemplateMismatch("invalid input string for \"Y,YYY\"");
        }

        _fields.Set(ref _fields.Year, (millennia * 1000) + int.Parse(text.AsSpan(comma + 1, end - comma - 1), CultureInfo.InvariantCulture), "Y,YYY");
        _fields.YearDigits = 4;
        _at = end;
    }

    /// <summary>Fewer than four digits mean the year next to 2020.</summary>
    private static int Near2020(int year) => year < 70 ? year + 2000 : year < 100 ? year + 1900 : year < 520 ? year + 2000 : year < 1000 ? year + 1000 : year;

    private int Number(DatePart part, int width, bool isOpen, out int read)
    {
        string name = part.Written;
        SkipAllBlanks();
        int start = _at;
        int limit = isOpen ? text.Length : Math.Min(start + width, text.Length);
        if (!isOpen && limit - start < width)
        {
            throw ExecutionErrors.TemplateMismatch(
                $"source string too short for \"{name}\" formatting field", $"Field requires {width} characters, but only {limit - start} remain.", "If your source string is not fixed-width, try using the \"FM\" modifier.");
        }

        int end = start;
        while (end < limit && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        end += end < limit && text[end] is '+' or '-' ? 1 : 0;
        int digits = end;
        while (end < limit && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        string field = text.Substring(start, Math.Min(width, text.Length - start));
        if (end == digits)
        {
            throw ExecutionErrors.TemplateMismatch($"invalid value \"{field}\" for \"{name}\"", "Value must be an integer.");
        }

        if (!isOpen && end - start < width)
        {
            throw ExecutionErrors.TemplateMismatch(
                $"invalid value \"{field}\" for \"{name}\"", $"Field requires {width} characters, but only {end - start} could be parsed.", "If your source string is not fixed-width, try using the \"FM\" modifier.");
        }

        _at = end;
        read = end - start;
        return int.TryParse(text.AsSpan(start, read), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw ExecutionErrors.TemplateFieldOutOfRange(name);
    }

    private void SkipAllBlanks()
    {
        while (!IsAtEnd && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    /// <summary>Which of the names stands here, in any case.</summary>
    private int Name(DatePart part, string[] names)
    {
        int found = Array.FindIndex(names, name => text.AsSpan(_at).StartsWith(name, StringComparison.OrdinalIgnoreCase));
        if (found < 0)
        {
            int end = _at;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            throw ExecutionErrors.TemplateMismatch($"invalid value \"{text[_at..end]}\" for \"{part.Written}\"", "The given value did not match any of the allowed values for this field.");
        }

        _at += names[found].Length;
        return found;
    }
}
