using System.Globalization;
using SqlCluster.Execution.Functions.Casts;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>Reads a date's fields from a text as a template's patterns ask for them.</summary>
internal sealed class TemplateReader(string text)
{
    private int _position;
    private int _year = 1;
    private int _month = 1;
    private int _day = 1;
    private int? _dayOfYear;
    private long? _julian;
    private int _hour;
    private int _minute;
    private int _second;
    private long _secondOfDay = -1;
    private int _microsecond;
    private bool? _isPm;
    private bool _isBc;

    /// <summary>Template text takes up as many characters of the input; a separator also matches none.</summary>
    public void SkipText(string plain)
    {
        foreach (char c in plain)
        {
            bool isSeparator = !char.IsLetterOrDigit(c);
            if (_position < text.Length && (!isSeparator || !char.IsLetterOrDigit(text[_position])))
            {
                _position++;
            }
        }
    }

    public void Read(string pattern, bool nextIsDigits)
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        switch (pattern)
        {
            case "YYYY": _year = Number(pattern, nextIsDigits ? 4 : 9, allowSign: true); break;
            case "YYY" or "YY" or "Y": _year = ShortYear(Number(pattern, nextIsDigits ? pattern.Length : 4), pattern.Length); break;
            case "MM": _month = Number(pattern, 2); break;
            case "MONTH" or "MON": _month = Name(CultureInfo.InvariantCulture.DateTimeFormat.MonthNames, pattern == "MONTH") + 1; break;
            case "DAY" or "DY": _ = Name(CultureInfo.InvariantCulture.DateTimeFormat.DayNames, pattern == "DAY"); break;
            case "DD": _day = Number(pattern, 2); break;
            case "DDD": _dayOfYear = Number(pattern, 3); break;
            case "J": _julian = Number(pattern, 9); break;
            case "HH24": _hour = Number(pattern, 2); break;
            case "HH" or "HH12": _hour = Number(pattern, 2); _isPm ??= false; break;
            case "MI": _minute = Number(pattern, 2); break;
            case "SS": _second = Number(pattern, 2); break;
            case "SSSS" or "SSSSS": _secondOfDay = Number(pattern, 5); break;
            case "MS": _microsecond += Fraction(3); break;
            case "US": _microsecond += Fraction(6); break;
            case ['F', 'F', char digits]: _microsecond += Fraction(digits - '0'); break;
            case "AM" or "PM": _isPm = Marker("AM", "PM"); break;
            case "A.M." or "P.M.": _isPm = Marker("A.M.", "P.M."); break;
            case "BC" or "AD": _isBc = !Marker("BC", "AD"); break;
            default: throw ExecutionErrors.Unsupported($"template pattern {pattern} for reading");
        }
    }

    public (long Days, long Time) Finish()
    {
        if (_isPm is { } isPm && _hour is >= 1 and <= 12)
        {
            _hour = isPm ? (_hour == 12 ? 12 : _hour + 12) : _hour == 12 ? 0 : _hour;
        }

        int year = _isBc ? 1 - _year : _year;
        long days = _julian is { } julian ? julian - 2_440_588
            : _dayOfYear is { } dayOfYear ? Calendar.DaysOf(year, 1, 1) + dayOfYear - 1
            : _month is >= 1 and <= 12 && _day >= 1 && _day <= Calendar.DaysInMonth(year, _month) ? Calendar.DaysOf(year, _month, _day)
            : throw ExecutionErrors.DateTimeFieldOutOfRange(text);
        if (_hour > 23 || _minute > 59 || _second > 59)
        {
            throw ExecutionErrors.DateTimeFieldOutOfRange(text);
        }

        long seconds = _secondOfDay >= 0 ? _secondOfDay : (((_hour * 60L) + _minute) * 60) + _second;
        return (days, (seconds * Calendar.MicrosecondsPerSecond) + _microsecond);
    }

    private static int ShortYear(int year, int digits) => digits switch
    {
        3 => year < 100 ? year + 2000 : year < 520 ? year + 2000 : year < 1000 ? year + 1000 : year,
        _ => year < 70 ? year + 2000 : year < 100 ? year + 1900 : year,
    };

    private int Number(string pattern, int maxDigits, bool allowSign = false)
    {
        int start = _position;
        if (allowSign && _position < text.Length && text[_position] == '-')
        {
            _position++;
        }

        int digits = _position;
        while (_position < text.Length && _position - digits < maxDigits && char.IsAsciiDigit(text[_position]))
        {
            _position++;
        }

        return _position > digits
            ? int.Parse(text.AsSpan(start, _position - start), CultureInfo.InvariantCulture)
            : throw new Parser.Errors.QueryException("22007", Parser.Errors.ErrorKind.User, $"invalid value \"{text[start..]}\" for \"{pattern}\"") { Detail = "Value must be an integer." };
    }

    private int Fraction(int digits)
    {
        int start = _position;
        while (_position < text.Length && _position - start < digits && char.IsAsciiDigit(text[_position]))
        {
            _position++;
        }

        return _position > start ? int.Parse(text[start.._position].PadRight(6, '0'), CultureInfo.InvariantCulture) : 0;
    }

    private int Name(string[] names, bool isFull)
    {
        for (int i = 0; i < names.Length; i++)
        {
            string name = isFull ? names[i] : names[i].Length > 3 ? names[i][..3] : names[i];
            if (name.Length > 0 && text.AsSpan(_position).StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                _position += name.Length;
                return i;
            }
        }

        throw new Parser.Errors.QueryException("22007", Parser.Errors.ErrorKind.User, $"invalid value \"{text[_position..]}\" for a name of a month or day");
    }

    /// <summary>Whether the second word stands here.</summary>
    private bool Marker(string first, string second)
    {
        bool isSecond = text.AsSpan(_position).StartsWith(second, StringComparison.OrdinalIgnoreCase);
        if (!isSecond && !text.AsSpan(_position).StartsWith(first, StringComparison.OrdinalIgnoreCase))
        {
            throw new Parser.Errors.QueryException("22007", Parser.Errors.ErrorKind.User, $"invalid value \"{text[_position..]}\" for \"{first}\"");
        }

        _position += first.Length;
        return isSecond;
    }
}
