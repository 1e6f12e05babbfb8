using System.Globalization;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Reads dates and times as PostgreSQL does with DateStyle ISO, MDY.</summary>
/// <remarks>
/// Words in any order: 2024-02-29, 20240229, 2/29/2024, 29 Feb 2024, February 29, 2024; 13:45:10.5, 134510, 1:45 PM; a zone (Z, +02, -03:30, Europe/Berlin); BC; or one
/// of epoch, infinity, -infinity, now, today, tomorrow, yesterday.
/// </remarks>
internal ref struct DateTimeParser
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly string _text;
    private readonly string _type;
    private int _position;
    private long? _year;
    private int? _month;
    private int? _day;
    private bool _isBc;
    private bool? _isPm;

    private DateTimeParser(string text, string type)
    {
        _text = text;
        _type = type;
    }

    /// <summary>µs since midnight; null when no time was given.</summary>
    public long? Time { get; private set; }

    /// <summary>Offset east of Greenwich, µs.</summary>
    public long? Offset { get; private set; }

    public TimeZoneInfo? Zone { get; private set; }

    /// <summary>Whether a date was given.</summary>
    public readonly bool HasDate => _year != null;

    /// <summary>epoch, infinity, now and so on; null when the parts count.</summary>
    public string? Special { get; private set; }

    /// <exception cref="Parser.Errors.QueryException">Not a date or time (22007), or one that does not exist (22008).</exception>
    public static DateTimeParser Parse(string text, string type)
    {
        var parser = new DateTimeParser(text, type);
        parser.ParseAll();
        return parser;
    }

    /// <summary>Days since 1970-01-01 of the date given.</summary>
    public readonly long Date()
    {
        if (_year is not { } year || _month is not { } month || _day is not { } day)
        {
            throw Invalid();
        }

        if (_isBc)
        {
            year = 1 - year;
        }

        if (month is < 1 or > 12 || day < 1 || day > Calendar.DaysInMonth(year, month) || (year == 0 && !_isBc))
        {
            throw ExecutionErrors.DateTimeFieldOutOfRange(_text);
        }

        return Calendar.ToDays(year, month, day);
    }

    private readonly Exception Invalid() => ExecutionErrors.InvalidDateTime(_type, _text);

    private readonly char Current => _position < _text.Length ? _text[_position] : '\0';

    private void ParseAll()
    {
        bool isEmpty = true;
        while (true)
        {
            while (char.IsWhiteSpace(Current) || Current == ',')
            {
                _position++;
            }

            if (_position >= _text.Length)
            {
                break;
            }

            isEmpty = false;
            if (char.IsAsciiDigit(Current))
            {
                ParseNumber();
            }
            else if (char.IsAsciiLetter(Current))
            {
                ParseWord();
            }
            else if (Current is '+' or '-')
            {
                ParseSigned();
            }
            else
            {
                throw Invalid();
            }
        }

        if (isEmpty)
        {
            throw Invalid();
        }

        ApplyHalfDay();
    }

    private void ApplyHalfDay()
    {
        if (_isPm is not { } isPm)
        {
            return;
        }

        if (Time is not { } time || time / Calendar.MicrosecondsPerHour is < 1 or > 12)
        {
            throw ExecutionErrors.DateTimeFieldOutOfRange(_text);
        }

        long hour = time / Calendar.MicrosecondsPerHour;
        long shift = isPm ? (hour == 12 ? 0 : 12) : hour == 12 ? -12 : 0;
        Time = time + (shift * Calendar.MicrosecondsPerHour);
    }

    private string Digits()
    {
        int start = _position;
        while (char.IsAsciiDigit(Current))
        {
            _position++;
        }

        return _text[start.._position];
    }

    private readonly int Number(string digits) => digits.Length is > 0 and <= 8 ? int.Parse(digits, CultureInfo.InvariantCulture) : throw Invalid();

    private void ParseNumber()
    {
        int start = _position;
        string first = Digits();
        switch (Current)
        {
            case ':':
                ParseTime(first);
                return;
            case '-' or '/' or '.' when _year == null && (Current != '.' || LooksLikeDottedDate()):
                ParseNumericDate(first, Current);
                return;
        }

        if (HasDate && Time == null && first.Length is 4 or 6)
        {
            ParseCompactTime(first);
        }
        else if (!HasDate && _month == null && first.Length == 8)
        {
            (_year, _month, _day) = (Number(first[..4]), Number(first[4..6]), Number(first[6..]));
            SkipTimeMark();
        }
        else if (!HasDate && _month == null && first.Length == 6 && Current is not ' ')
        {
            if (_type == "time")
            {
                ParseCompactTime(first);
            }
            else
            {
                (_year, _month, _day) = (Century(Number(first[..2]), 2), Number(first[2..4]), Number(first[4..]));
            }
        }
        else if (first.Length >= 3 && _year == null)
        {
            _year = Number(first);
        }
        else if (_day == null)
        {
            _day = Number(first);
        }
        else if (_year == null)
        {
            _year = Century(Number(first), first.Length);
        }
        else if (_text.AsSpan(_position).TrimStart().StartsWith("am", StringComparison.OrdinalIgnoreCase) || _text.AsSpan(_position).TrimStart().StartsWith("pm", StringComparison.OrdinalIgnoreCase))
        {
            Time = Number(first) * Calendar.MicrosecondsPerHour;
        }
        else
        {
            _position = start;
            throw Invalid();
        }

        if (Current == '-' && _year == null && char.IsAsciiLetter(_position + 1 < _text.Length ? _text[_position + 1] : '\0'))
        {
            _position++;
        }
    }

    private readonly bool LooksLikeDottedDate()
    {
        int dots = 0;
        for (int i = _position; i < _text.Length && (char.IsAsciiDigit(_text[i]) || _text[i] == '.'); i++)
        {
            dots += _text[i] == '.' ? 1 : 0;
        }

        return dots == 2;
    }

    private void SkipTimeMark()
    {
        if (Current is 'T' or 't' && _position + 1 < _text.Length && char.IsAsciiDigit(_text[_position + 1]))
        {
            _position++;
        }
    }

    private void ParseNumericDate(string first, char separator)
    {
        _position++;
        if (char.IsAsciiLetter(Current))
        {
            // 08-Jan-1999 or 1999-Jan-08
            int start = _position;
            while (char.IsAsciiLetter(Current))
            {
                _position++;
            }

            _month = Month(_text[start.._position]) ?? throw Invalid();
            if (Current == separator)
            {
                _position++;
            }

            string last = Digits();
            (_year, _day) = first.Length >= 3 ? (Number(first), Number(last)) : (Century(Number(last), last.Length), Number(first));
            SkipTimeMark();
            return;
        }

        string second = Digits();
        if (Current != separator)
        {
            throw Invalid();
        }

        _position++;
        string third = Digits();
        if (first.Length >= 3)
        {
            (_year, _month, _day) = (Number(first), Number(second), Number(third));
        }
        else
        {
            (_month, _day, _year) = (Number(first), Number(second), Century(Number(third), third.Length));
        }

        SkipTimeMark();
    }

    private static long Century(int year, int digits) => digits > 2 ? year : year < 70 ? year + 2000 : year + 1900;

    private void ParseTime(string hours)
    {
        if (Time != null)
        {
            throw Invalid();
        }

        _position++;
        int minutes = Number(Digits()), seconds = 0;
        long fraction = 0;
        if (Current == ':')
        {
            _position++;
            seconds = Number(Digits());
        }

        if (Current == '.')
        {
            fraction = Fraction();
        }

        SetTime(Number(hours), minutes, seconds, fraction);
    }

    private void ParseCompactTime(string digits)
    {
        long fraction = 0;
        if (digits.Length == 6 && Current == '.')
        {
            fraction = Fraction();
        }

        SetTime(Number(digits[..2]), Number(digits[2..4]), digits.Length == 6 ? Number(digits[4..]) : 0, fraction);
    }

    private long Fraction()
    {
        _position++;
        string digits = Digits();
        return digits.Length == 0 ? 0 : (long)Math.Round(double.Parse("0." + digits, CultureInfo.InvariantCulture) * 1_000_000);
    }

    private void SetTime(int hours, int minutes, int seconds, long fraction)
    {
        long time = (((hours * 60L) + minutes) * 60) + seconds;
        if (hours > 24 || minutes > 59 || seconds > 60 || (hours == 24 && (minutes > 0 || seconds > 0 || fraction > 0)))
        {
            throw ExecutionErrors.DateTimeFieldOutOfRange(_text);
        }

        Time = (time * Calendar.MicrosecondsPerSecond) + fraction;
    }

    private void ParseSigned()
    {
        char sign = Current;
        _position++;
        if (char.IsAsciiLetter(Current))
        {
            int start = _position;
            while (char.IsAsciiLetter(Current))
            {
                _position++;
            }

            if (sign == '-' && _text[start.._position].Equals("infinity", StringComparison.OrdinalIgnoreCase))
            {
                Special = "-infinity";
                return;
            }

            throw Invalid();
        }

        string hours = Digits();
        if (hours.Length == 0 || Time == null)
        {
            throw Invalid();
        }

        int minutes = 0, seconds = 0;
        if (hours.Length == 4)
        {
            (minutes, hours) = (Number(hours[2..]), hours[..2]);
        }

        if (Current == ':')
        {
            _position++;
            minutes = Number(Digits());
            if (Current == ':')
            {
                _position++;
                seconds = Number(Digits());
            }
        }

        long offset = ((((Number(hours) * 60L) + minutes) * 60) + seconds) * Calendar.MicrosecondsPerSecond;
        if (minutes > 59 || offset >= 16 * Calendar.MicrosecondsPerHour)
        {
            throw new Parser.Errors.QueryException("22009", Parser.Errors.ErrorKind.User, $"time zone displacement out of range: \"{_text}\"");
        }

        Offset = sign == '-' ? -offset : offset;
    }

    private void ParseWord()
    {
        int start = _position;
        while (char.IsAsciiLetter(Current) || (Current is '/' or '_' or '-' or '+' && _position > start && Time != null))
        {
            _position++;
        }

        string word = _text[start.._position];
        string lower = word.ToLowerInvariant();
        if (Current == '.')
        {
            _position++;
        }

        switch (lower)
        {
            case "bc": _isBc = true; return;
            case "ad": return;
            case "am": _isPm = false; return;
            case "pm": _isPm = true; return;
            case "epoch" or "infinity" or "now" or "today" or "tomorrow" or "yesterday" or "allballs": Special = lower; return;
            case "t" when HasDate: return;
        }

        if (_month == null && Month(lower) is { } month)
        {
            _month = month;
            if (Current == '-')
            {
                _position++;
            }

            return;
        }

        if (Array.Exists(Days, day => lower.StartsWith(day, StringComparison.Ordinal)) && Time == null)
        {
            return;
        }

        Zone = TimeZones.TryFind(word) ?? throw Invalid();
    }

    private static int? Month(string word)
    {
        int index = word.Length < 3 ? -1 : Array.FindIndex(Months, month => word.StartsWith(month, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index + 1;
    }
}
