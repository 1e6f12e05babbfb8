using SqlCluster.Catalyst.Types.Zones;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Takes a date and time text apart.</summary>
/// <param name="facts">What reading depends on.</param>
/// <param name="timeOnly">A time is wanted: plain digits are hours, minutes and seconds.</param>
internal struct DateTimeFields(DateTimeFacts facts, bool timeOnly = false)
{
    private static readonly string[] _months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] _weekDays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private long? _year;
    private int? _month;
    private int? _day;
    private bool _isBeforeChrist;
    private bool _yearHasTwoDigits;
    private bool _monthHasName;
    private long? _julianDay;
    private int _halfDay;

    public long Days { get; private set; }

    public long Microseconds { get; private set; }

    public bool HasDate { get; private set; }

    public bool HasTime { get; private set; }

    /// <summary>1 for infinity, -1 for -infinity, else 0.</summary>
    public int Infinity { get; private set; }

    /// <summary>Seconds ahead of UTC, when the text says them.</summary>
    public int? Offset { get; private set; }

    /// <summary>The zone, when the text names one or has its abbreviation.</summary>
    public Zone? Zone { get; private set; }

    public InputResult Read(ReadOnlySpan<char> text)
    {
        text = NumberInput.TrimBlanks(text);
        bool any = false;
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny(" \t\n,");
            ReadOnlySpan<char> token = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[end..].TrimStart(" \t\n,");
            InputResult result = ReadToken(token);
            if (result != InputResult.Ok)
            {
                return result;
            }

            any = true;
        }

        return any ? Finish() : InputResult.Invalid;
    }

    private InputResult ReadToken(ReadOnlySpan<char> token)
    {
        char first = token[0];
        if (char.IsAsciiDigit(first))
        {
            int separator = token.IndexOfAny('T', 't');
            if (separator > 0 && separator + 1 < token.Length && char.IsAsciiDigit(token[separator + 1]) && char.IsAsciiDigit(token[separator - 1]))
            {
                InputResult result = ReadDate(token[..separator]);
                return result == InputResult.Ok ? ReadTime(token[(separator + 1)..]) : result;
            }

            bool isTime = token.Contains(':') || token.Contains('+') || (HasDate && !HasTime && token.IndexOfAnyExceptInRange('0', '9') is 4 or 6);
            return isTime ? ReadTime(token) : token.IndexOfAny("-/.") > 0 ? ReadDate(token) : ReadNumber(token);
        }

        if (first is '+' or '-' && token.Length > 1 && char.IsAsciiDigit(token[1]))
        {
            return HasTime || HasDate ? ReadOffset(token) : InputResult.Invalid;
        }

        if (first is 'j' or 'J' && token.Length > 1 && !token[1..].ContainsAnyExceptInRange('0', '9'))
        {
            return ReadJulianDay(token[1..]);
        }

        // Jan-08-1999; Etc/GMT-3 is a zone.
        int end = token.IndexOfAny("-/.");
        return end > 0 && MonthOf(token[..end]) > 0 ? ReadDate(token) : ReadWord(token);
    }

    /// <summary>J2451187: days since 4714-11-24 BC.</summary>
    private InputResult ReadJulianDay(ReadOnlySpan<char> digits)
    {
        if (HasDate || NumberInput.Integer(digits, 0, int.MaxValue, out long day) != InputResult.Ok)
        {
            return InputResult.Invalid;
        }

        _julianDay = day;
        HasDate = true;
        return InputResult.Ok;
    }

    /// <summary>2020-01-31, 1/31/2020, 31.1.2020, 31-Jan-2020, 2020.031.</summary>
    private InputResult ReadDate(ReadOnlySpan<char> token)
    {
        if (HasDate || token.IndexOfAny("-/.") < 0)
        {
            return HasDate ? InputResult.Invalid : ReadNumber(token);
        }

        Span<Range> parts = stackalloc Range[4];
        int count = token.SplitAny(parts, "-/.");
        if (count is < 2 or > 3)
        {
            return InputResult.Invalid;
        }

        Span<long> numbers = stackalloc long[3];
        int monthPart = -1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<char> part = token[parts[i]];
            if (MonthOf(part) is > 0 and var month)
            {
                (monthPart, _month) = (i, month);
            }
            else if (part.Length is 0 or > 7 || NumberInput.Integer(part, 0, 9_999_999, out numbers[i]) != InputResult.Ok)
            {
                return InputResult.Invalid;
            }
        }

        if (count == 2)
        {
            // A year and a day of it.
            if (monthPart >= 0 || token[parts[0]].Length < 3 || token[parts[1]].Length != 3 || token[token[parts[0]].Length] != '.')
            {
                return InputResult.Invalid;
            }

            (_year, _month, _day, HasDate) = (numbers[0], 1, 1, true);
            _plusDays = (int)numbers[1] - 1;
            return numbers[1] is >= 1 and <= 366 ? InputResult.Ok : InputResult.OutOfRange;
        }

        int yearLength;
        ReadOnlySpan<char> firstPart = token[parts[0]], lastPart = token[parts[2]];
        if (monthPart >= 0)
        {
            bool yearFirst = monthPart == 1 && firstPart.Length > 2;
            int dayPart = monthPart == 0 ? 1 : yearFirst ? 2 : 0;
            int yearPart = monthPart == 2 ? 1 : yearFirst ? 0 : 2;
            (_day, _year, yearLength) = ((int)numbers[dayPart], numbers[yearPart], token[parts[yearPart]].Length);
        }
        else if (firstPart.Length > 2 || (facts.Order == DateOrder.YearMonthDay && lastPart.Length <= 2))
        {
            (_year, _month, _day, yearLength) = (numbers[0], (int)numbers[1], (int)numbers[2], firstPart.Length);
        }
        else
        {
            (_year, yearLength) = (numbers[2], lastPart.Length);
            (_month, _day) = facts.Order == DateOrder.DayMonthYear ? ((int)numbers[1], (int)numbers[0]) : ((int)numbers[0], (int)numbers[1]);
        }

        _yearHasTwoDigits = yearLength <= 2;
        HasDate = true;
        return InputResult.Ok;
    }

    /// <summary>20200131, or a day or year beside a month's name.</summary>
    private InputResult ReadNumber(ReadOnlySpan<char> token)
    {
        if (NumberInput.Integer(token, 0, 99_999_999, out long number) != InputResult.Ok)
        {
            return InputResult.Invalid;
        }

        if ((HasDate || timeOnly) && !HasTime && token.Length is 4 or 6)
        {
            return ReadTime(token);
        }

        if (token.Length > 4)
        {
            if (HasDate || _year is not null || _month is not null || _day is not null || token.Length is not (8 or 6))
            {
                return InputResult.Invalid;
            }

            (_year, _month, _day) = (number / 10_000, (int)(number / 100 % 100), (int)(number % 100));
            _yearHasTwoDigits = token.Length == 6;
            HasDate = true;
            return InputResult.Ok;
        }

        return HasDate ? InputResult.Invalid : ReadField(number, token.Length);
    }

    /// <summary>A year, month or day by itself: which of them, what is there already and the order of fields decide (DecodeNumber of PostgreSQL's datetime.c).</summary>
    private InputResult ReadField(long number, int length)
    {
        switch ((_year, _month, _day))
        {
            case (null, null, null) when length >= 3 || facts.Order == DateOrder.YearMonthDay:
            case (null, not null, null) when _monthHasName && (length >= 3 || facts.Order == DateOrder.YearMonthDay):
            case (null, not null, not null):
                (_year, _yearHasTwoDigits) = (number, length <= 2);
                break;
            case (null, null, null) when facts.Order != DateOrder.DayMonthYear:
            case (not null, null, null):
            case (null, null, not null):
                _month = (int)number;
                break;
            case (not null, not null, null) when _monthHasName && length >= 3 && _yearHasTwoDigits:
                // What was taken for the year was the day.
                (_day, _year, _yearHasTwoDigits) = ((int)_year, number, false);
                break;
            case (_, _, null):
                _day = (int)number;
                break;
            default:
                return InputResult.Invalid;
        }

        HasDate = _year is not null && _month is not null && _day is not null;
        return InputResult.Ok;
    }

    /// <summary>12:30, 12:30:01.5, 123001, with Z, +02:00 or a zone's name glued on.</summary>
    private InputResult ReadTime(ReadOnlySpan<char> token)
    {
        if (HasTime)
        {
            return InputResult.Invalid;
        }

        int end = token.IndexOfAnyExcept("0123456789:.");
        ReadOnlySpan<char> rest = end < 0 ? default : token[end..];
        ReadOnlySpan<char> time = end < 0 ? token : token[..end];
        long hour, minute, second = 0, fraction = 0;
        if (time.Contains(':'))
        {
            Span<Range> parts = stackalloc Range[4];
            int count = time.Split(parts, ':');
            if (count is < 2 or > 3 || !TryDigits(time[parts[0]], out hour) || !TryDigits(time[parts[1]], out minute) || (count == 3 && !TrySeconds(time[parts[2]], out second, out fraction)))
            {
                return InputResult.Invalid;
            }
        }
        else if (time.Length is 4 or 6 || (time.Length > 7 && time[6] == '.'))
        {
            ReadOnlySpan<char> seconds = time.Length > 4 ? time[4..] : "0";
            if (!TryDigits(time[..2], out hour) || !TryDigits(time[2..4], out minute) || !TrySeconds(seconds, out second, out fraction))
            {
                return InputResult.Invalid;
            }
        }
        else if (time.Length is 1 or 2 && HasDate && !rest.IsEmpty && TryDigits(time, out hour))
        {
            minute = 0;
        }
        else
        {
            return InputResult.Invalid;
        }

        if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute | second | fraction) != 0))
        {
            return InputResult.OutOfRange;
        }

        Microseconds = (hour * Calendar.MicrosecondsPerHour) + (minute * Calendar.MicrosecondsPerMinute) + (second * Calendar.MicrosecondsPerSecond) + fraction;
        HasTime = true;
        return rest.IsEmpty ? InputResult.Ok : rest[0] is '+' or '-' ? ReadOffset(rest) : ReadWord(rest);
    }

    private InputResult ReadOffset(ReadOnlySpan<char> token)
    {
        int sign = token[0] == '-' ? -1 : 1;
        ReadOnlySpan<char> digits = token[1..];
        long hours, minutes = 0, seconds = 0;
        Span<Range> parts = stackalloc Range[4];
        int count = digits.Split(parts, ':');
        bool isWellFormed = count switch
        {
            1 when digits.Length <= 2 => TryDigits(digits, out hours),
            1 when digits.Length == 4 => TryDigits(digits[..2], out hours) & TryDigits(digits[2..], out minutes),
            2 => TryDigits(digits[parts[0]], out hours) & TryDigits(digits[parts[1]], out minutes),
            3 => TryDigits(digits[parts[0]], out hours) & TryDigits(digits[parts[1]], out minutes) & TryDigits(digits[parts[2]], out seconds),
            _ => Failed(out hours),
        };
        if (!isWellFormed || Offset is not null || Zone is not null)
        {
            return InputResult.Invalid;
        }

        if (hours > 15 || minutes > 59 || seconds > 59)
        {
            return InputResult.OutOfRange;
        }

        Offset = sign * (int)((hours * 3600) + (minutes * 60) + seconds);
        return InputResult.Ok;
    }

    private InputResult ReadWord(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[Math.Min(word.Length, 64)];
        if (word.Length > lower.Length)
        {
            return InputResult.Invalid;
        }

        word.ToLowerInvariant(lower);
        switch (lower)
        {
            case "infinity" or "+infinity": (Infinity, HasDate) = (1, true); return InputResult.Ok;
            case "-infinity": (Infinity, HasDate) = (-1, true); return InputResult.Ok;
            case "epoch":
                // An instant, whatever the session's zone.
                (HasTime, Microseconds, Offset) = (true, 0, 0);
                return SetDay(0, 0);
            case "now":
                (long now, long ahead) = facts.LocalNow();
                Microseconds = Calendar.Split(now).Microseconds;
                (HasTime, Offset) = (true, (int)(ahead / Calendar.MicrosecondsPerSecond));
                return SetDay(now, 0);
            case "today": return SetDay(facts.LocalNow().Local, 0);
            case "tomorrow": return SetDay(facts.LocalNow().Local, 1);
            case "yesterday": return SetDay(facts.LocalNow().Local, -1);
            case "allballs": (HasTime, Microseconds, Offset) = (true, 0, 0); return InputResult.Ok;
            case "bc": _isBeforeChrist = true; return InputResult.Ok;
            case "ad" or "at" or "on": return InputResult.Ok;
            case "am": _halfDay = 1; return HasTime ? InputResult.Ok : InputResult.Invalid;
            case "pm": _halfDay = 2; return HasTime ? InputResult.Ok : InputResult.Invalid;
            case "z" or "utc" or "gmt" or "zulu" or "ut": Offset = 0; return InputResult.Ok;
        }

        if (Offset is null && Zone is null && ZoneAbbreviations.Find(lower) is { } abbreviated)
        {
            Zone = abbreviated;
            return InputResult.Ok;
        }

        // PST+3: a name of one's own for a zone three hours behind UTC, as in POSIX.
        int sign = word.IndexOfAny('+', '-');
        if (sign >= 3 && Offset is null && Zone is null && !word[..sign].ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        {
            InputResult result = ReadOffset(word[sign..]);
            Offset = -Offset;
            return result;
        }

        if (!_monthHasName && !HasDate && MonthOf(word) is > 0 and var month)
        {
            // A number before the name was the day.
            _day ??= _month;
            (_month, _monthHasName) = (month, true);
            HasDate = _year is not null && _day is not null;
            return InputResult.Ok;
        }

        foreach (string day in _weekDays)
        {
            if (lower.Length >= 3 && day.AsSpan().StartsWith(lower))
            {
                return InputResult.Ok;
            }
        }

        if ((HasTime || HasDate) && Offset is null && Zone is null && ZoneDatabase.TryFind(word.ToString()) is { } zone)
        {
            Zone = zone;
            return InputResult.Ok;
        }

        return (HasTime || HasDate) && word.Contains('/') ? InputResult.UnknownZone : InputResult.Invalid;
    }

    /// <param name="local">Microseconds since 1970.</param>
    private InputResult SetDay(long local, int plusDays)
    {
        if (HasDate)
        {
            return InputResult.Invalid;
        }

        (_year, _month, _day) = Calendar.DateOf(Calendar.Split(local).Days);
        HasDate = true;
        _plusDays = plusDays;
        return InputResult.Ok;
    }

    private int _plusDays;

    private InputResult Finish()
    {
        if (_halfDay != 0)
        {
            long hour = Microseconds / Calendar.MicrosecondsPerHour;
            if (hour is 0 or > 12)
            {
                return InputResult.OutOfRange;
            }

            long hourOfDay = (hour % 12) + (_halfDay == 2 ? 12 : 0);
            Microseconds += (hourOfDay - hour) * Calendar.MicrosecondsPerHour;
        }

        if (Infinity != 0)
        {
            return _year is null && !HasTime ? InputResult.Ok : InputResult.Invalid;
        }

        if (!HasDate)
        {
            return _year is null && _month is null && _day is null ? InputResult.Ok : InputResult.Invalid;
        }

        if (_julianDay is { } julian)
        {
            Days = julian - 2_440_588;
            return InputResult.Ok;
        }

        long year = _year!.Value;
        if (_isBeforeChrist)
        {
            year = 1 - year;
        }
        else if (_yearHasTwoDigits)
        {
            year += year < 70 ? 2000 : 1900;
        }

        if ((year == 0 && !_isBeforeChrist) || _month is < 1 or > 12 || _day < 1 || _day > Calendar.DaysInMonth(year, _month!.Value))
        {
            return InputResult.OutOfRange;
        }

        Days = Calendar.DaysOf(year, _month.Value, _day!.Value) + _plusDays;
        return InputResult.Ok;
    }

    private static int MonthOf(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<string> full = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
        for (int i = 0; i < _months.Length; i++)
        {
            if (NumberInput.IsWord(word, _months[i]) || NumberInput.IsWord(word, full[i]) || (i == 8 && NumberInput.IsWord(word, "sept")))
            {
                return i + 1;
            }
        }

        return 0;
    }

    private static bool TryDigits(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        return digits.Length is > 0 and <= 3 && NumberInput.Integer(digits, 0, 999, out value) == InputResult.Ok;
    }

    /// <summary>Seconds with a fraction of any length, rounded to microseconds.</summary>
    private static bool TrySeconds(ReadOnlySpan<char> text, out long seconds, out long microseconds)
    {
        microseconds = 0;
        int pointAt = text.IndexOf('.');
        if (!TryDigits(pointAt < 0 ? text : text[..pointAt], out seconds))
        {
            return false;
        }

        return pointAt < 0 || TryFraction(text[(pointAt + 1)..], out microseconds);
    }

    private static bool TryFraction(ReadOnlySpan<char> digits, out long microseconds)
    {
        microseconds = 0;
        if (digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        for (int i = 0; i < 6; i++)
        {
            microseconds = (microseconds * 10) + (i < digits.Length ? digits[i] - '0' : 0);
        }

        microseconds += digits.Length > 6 && digits[6] >= '5' ? 1 : 0;
        return true;
    }

    private static bool Failed(out long value)
    {
        value = 0;
        return false;
    }
}
