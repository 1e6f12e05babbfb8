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
    private int _halfDay;

    public long Days { get; private set; }

    public long Microseconds { get; private set; }

    public bool HasDate { get; private set; }

    public bool HasTime { get; private set; }

    /// <summary>1 for infinity, -1 for -infinity, else 0.</summary>
    public int Infinity { get; private set; }

    /// <summary>Seconds ahead of UTC, when the text says a zone as numbers or an abbreviation.</summary>
    public int? Offset { get; private set; }

    /// <summary>The zone, when the text names one.</summary>
    public TimeZoneInfo? Zone { get; private set; }

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

            return token.Contains(':') ? ReadTime(token) : token.IndexOfAny("-/.") > 0 ? ReadDate(token) : ReadNumber(token);
        }

        if (first is '+' or '-' && token.Length > 1 && char.IsAsciiDigit(token[1]))
        {
            return HasTime || HasDate ? ReadOffset(token) : InputResult.Invalid;
        }

        return ReadWord(token);
    }

    /// <summary>2020-01-31, 1/31/2020, 31.1.2020, 31-Jan-2020, 2020.031 is not read.</summary>
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
            return InputResult.Invalid;
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

        if (_month is null || HasDate)
        {
            if (!HasDate && _day is null && token.Length <= 2)
            {
                _day = (int)number;
                return InputResult.Ok;
            }

            if (HasDate || token.Length is not (8 or 6))
            {
                return InputResult.Invalid;
            }

            (_year, _month, _day) = (number / 10_000, (int)(number / 100 % 100), (int)(number % 100));
            _yearHasTwoDigits = token.Length == 6;
            HasDate = true;
            return InputResult.Ok;
        }

        if (_day is null && token.Length <= 2)
        {
            _day = (int)number;
        }
        else if (_year is null)
        {
            (_year, _yearHasTwoDigits) = (number, token.Length <= 2);
        }
        else
        {
            return InputResult.Invalid;
        }

        HasDate = _day is not null && _year is not null;
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
                return SetDay(DateTimeOffset.UnixEpoch, 0);
            case "now":
                DateTimeOffset now = facts.LocalNow();
                Microseconds = now.TimeOfDay.Ticks / 10;
                (HasTime, Offset) = (true, (int)now.Offset.TotalSeconds);
                return SetDay(now, 0);
            case "today": return SetDay(facts.LocalNow(), 0);
            case "tomorrow": return SetDay(facts.LocalNow(), 1);
            case "yesterday": return SetDay(facts.LocalNow(), -1);
            case "allballs": (HasTime, Microseconds, Offset) = (true, 0, 0); return InputResult.Ok;
            case "bc": _isBeforeChrist = true; return InputResult.Ok;
            case "ad" or "at" or "on": return InputResult.Ok;
            case "am": _halfDay = 1; return HasTime ? InputResult.Ok : InputResult.Invalid;
            case "pm": _halfDay = 2; return HasTime ? InputResult.Ok : InputResult.Invalid;
            case "z" or "utc" or "gmt" or "zulu" or "ut": Offset = 0; return InputResult.Ok;
            case "est": Offset = -5 * 3600; return InputResult.Ok;
            case "edt" or "cst": Offset = lower[0] == 'e' ? -4 * 3600 : -6 * 3600; return InputResult.Ok;
            case "cdt" or "mst": Offset = lower[0] == 'c' ? -5 * 3600 : -7 * 3600; return InputResult.Ok;
            case "mdt" or "pst": Offset = lower[0] == 'm' ? -6 * 3600 : -8 * 3600; return InputResult.Ok;
            case "pdt": Offset = -7 * 3600; return InputResult.Ok;
            case "cet" or "bst": Offset = 3600; return InputResult.Ok;
            case "cest": Offset = 7200; return InputResult.Ok;
        }

        if (_month is null && MonthOf(word) is > 0 and var month)
        {
            _month = month;
            return InputResult.Ok;
        }

        foreach (string day in _weekDays)
        {
            if (lower.Length >= 3 && day.AsSpan().StartsWith(lower))
            {
                return InputResult.Ok;
            }
        }

        if ((HasTime || HasDate) && Offset is null && Zone is null && TimeZoneInfo.TryFindSystemTimeZoneById(word.ToString(), out TimeZoneInfo? zone))
        {
            Zone = zone;
            return InputResult.Ok;
        }

        return InputResult.Invalid;
    }

    private InputResult SetDay(DateTimeOffset day, int plusDays)
    {
        if (HasDate)
        {
            return InputResult.Invalid;
        }

        (_year, _month, _day) = (day.Year, day.Month, day.Day);
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
            return _month is null && _day is null ? InputResult.Ok : InputResult.Invalid;
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
