using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Fields of an interval, coarsest first: what interval '1' DAY and interval(…) DAY TO MINUTE name.</summary>
public enum IntervalUnit
{
    Millennium,
    Century,
    Decade,
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

/// <summary>Reads intervals: '1 year 2 days', '1-2', '3 04:05:06', 'P1Y2M3DT4H', 'P0001-02-03T04:05:06', '@ 1 minute ago'.</summary>
public static class IntervalInput
{
    private static readonly (IntervalUnit Unit, int Digits)[] DatePositions = [(IntervalUnit.Year, 4), (IntervalUnit.Month, 2), (IntervalUnit.Day, 2)];

    private static readonly (IntervalUnit Unit, int Digits)[] TimePositions = [(IntervalUnit.Hour, 2), (IntervalUnit.Minute, 2), (IntervalUnit.Second, 2)];

    /// <param name="text">The text.</param>
    /// <param name="lastUnit">Unit of a number that has none (second unless a qualifier says otherwise); also what 1:2 ends in.</param>
    /// <param name="value">The interval.</param>
    /// <param name="isMinuteToSecond">Whether 1:2 are minutes and seconds, as the qualifier minute to second says.</param>
    public static InputResult Read(ReadOnlySpan<char> text, IntervalUnit lastUnit, out IntervalValue value, bool isMinuteToSecond = false)
    {
        text = NumberInput.TrimBlanks(text);
        value = default;
        var sum = new IntervalSum();
        InputResult result = text.Length > 1 && text[0] == 'P' ? ReadIso(text[1..], ref sum) : ReadWords(text, lastUnit, isMinuteToSecond, ref sum);
        return result != InputResult.Ok ? result : sum.TryGet(out value) ? InputResult.Ok : InputResult.OutOfRange;
    }

    private static InputResult ReadWords(ReadOnlySpan<char> text, IntervalUnit lastUnit, bool isMinuteToSecond, ref IntervalSum sum)
    {
        bool any = false, ago = false, hasPlainNumber = false;
        var given = new GivenUnits();
        while (!text.IsEmpty)
        {
            if (AfterMarks(text) is var unmarked && unmarked.Length < text.Length)
            {
                text = unmarked;
                continue;
            }

            if (text[0] is '+' or '-' && text.Length > 1 && text[1] == ' ')
            {
                text = $"{text[0]}{text[1..].TrimStart()}";
            }

            int numberEnd = text[0] is '+' or '-' ? 1 : 0;
            int digitsEnd = text[numberEnd..].IndexOfAnyExcept("0123456789.:");
            int end = digitsEnd < 0 ? text.Length : numberEnd + digitsEnd;
            if (end == numberEnd)
            {
                // PostgreSQL reads backwards: AGO turns all of it round, wherever it stands, and a unit that no number precedes is passed over.
                ReadOnlySpan<char> single = WordOf(text);
                bool isAgo = NumberInput.IsWord(single, "ago");
                if (!isAgo && !TryUnit(single, out _))
                {
                    return InputResult.Invalid;
                }

                ago |= isAgo;
                text = text[single.Length..].TrimStart();
                continue;
            }

            ReadOnlySpan<char> number = text[..end];
            ReadOnlySpan<char> rest = text[end..];
            InputResult result;
            if (number.Contains(':'))
            {
                result = given.TryAddClock() ? ReadClock(number, isMinuteToSecond, ref sum) : InputResult.Invalid;
                text = rest.TrimStart();
            }
            else if (rest.Length > 1 && rest[0] == '-' && char.IsAsciiDigit(rest[1]))
            {
                int monthsEnd = rest[1..].IndexOfAnyExceptInRange('0', '9');
                ReadOnlySpan<char> months = monthsEnd < 0 ? rest[1..] : rest[1..(1 + monthsEnd)];
                text = rest[(1 + months.Length)..];
                result = text is ['-', ..] || !given.TryAdd(IntervalUnit.Year, number) || !given.TryAdd(IntervalUnit.Month, number) ? InputResult.Invalid : ReadYearsMonths(number, months, ref sum);       // 2024-01-01 is a date
                text = text.TrimStart();
            }
            else
            {
                text = AfterMarks(rest);
                ReadOnlySpan<char> word = WordOf(text);
                IntervalUnit unit = lastUnit;
                if (!word.IsEmpty)
                {
                    if (!TryUnit(word, out unit))
                    {
                        return InputResult.Invalid;
                    }

                    text = text[word.Length..].TrimStart();
                }
                else if (IsBeforeHours(text, lastUnit))
                {
                    unit = IntervalUnit.Day;
                }
                else if (hasPlainNumber || text.TrimStart("+-") is [>= '0' and <= '9', ..])
                {
                    return InputResult.Invalid;
                }
                else
                {
                    hasPlainNumber = true;
                }

                result = given.TryAdd(unit, number) ? sum.Add(number, unit) : InputResult.Invalid;
            }

            if (result != InputResult.Ok)
            {
                return result;
            }

            any = true;
        }

        if (ago)
        {
            sum.Negate();
        }

        return any ? InputResult.Ok : InputResult.Invalid;
    }

    /// <summary>What comes after blanks and marks that mean nothing: '@ 1 day', '1 day, 2 hours'.</summary>
    private static ReadOnlySpan<char> AfterMarks(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        while (!text.IsEmpty && text[0] is not ('+' or '-' or '.') && (char.IsPunctuation(text[0]) || char.IsSymbol(text[0])))
        {
            text = text[1..].TrimStart();
        }

        return text;
    }

    private static ReadOnlySpan<char> WordOf(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        return end < 0 ? text : text[..end];
    }

    /// <summary>Whether a number without a unit stands for days: a time follows, or a number of hours.</summary>
    private static bool IsBeforeHours(ReadOnlySpan<char> rest, IntervalUnit lastUnit)
    {
        rest = rest.TrimStart("+-");
        if (rest is not [>= '0' and <= '9', ..])
        {
            return false;
        }

        int end = rest.IndexOfAnyExcept("0123456789.:");
        ReadOnlySpan<char> word = end < 0 ? [] : WordOf(rest[end..].TrimStart());
        return (end < 0 ? rest : rest[..end]).Contains(':')
            || (word.IsEmpty || NumberInput.IsWord(word, "ago") ? lastUnit == IntervalUnit.Hour : TryUnit(word, out IntervalUnit unit) && unit == IntervalUnit.Hour);
    }

    /// <summary>h:m:s and h:m; m:s where the second part has a fraction, or the qualifier says so.</summary>
    private static InputResult ReadClock(ReadOnlySpan<char> text, bool isMinuteToSecond, ref IntervalSum sum)
    {
        bool negative = text[0] == '-';
        ReadOnlySpan<char> clock = text[0] is '+' or '-' ? text[1..] : text;
        Span<Range> parts = stackalloc Range[4];
        int count = clock.Split(parts, ':');
        if (count is < 2 or > 3)
        {
            return InputResult.Invalid;
        }

        var time = new IntervalSum();
        bool minutesAndSeconds = count == 2 && (isMinuteToSecond || clock[parts[1]].Contains('.'));
        InputResult result = time.Add(clock[parts[0]], minutesAndSeconds ? IntervalUnit.Minute : IntervalUnit.Hour);
        result = result == InputResult.Ok ? time.Add(clock[parts[1]], minutesAndSeconds ? IntervalUnit.Second : IntervalUnit.Minute) : result;
        result = result == InputResult.Ok && count == 3 ? time.Add(clock[parts[2]], IntervalUnit.Second) : result;
        if (result == InputResult.Ok)
        {
            if (!minutesAndSeconds && (!IsBelow(clock[parts[1]], 60) || (count == 3 && !IsBelow(clock[parts[2]], 61))))
            {
                return InputResult.OutOfRange;
            }

            if (negative)
            {
                time.Negate();
            }

            sum.Add(time);
        }

        return result;
    }

    private static bool IsBelow(ReadOnlySpan<char> digits, int limit) => NumberInput.Double(digits, out double value) == InputResult.Ok && value < limit;

    private static InputResult ReadYearsMonths(ReadOnlySpan<char> years, ReadOnlySpan<char> months, ref IntervalSum sum)
    {
        bool negative = years[0] == '-';
        if (NumberInput.Integer(months, 0, 11, out _) is var result and not InputResult.Ok)
        {
            return result;
        }

        result = sum.Add(years, IntervalUnit.Year);
        return result == InputResult.Ok ? sum.Add(negative ? $"-{months}" : months, IntervalUnit.Month) : result;
    }

    /// <summary>ISO 8601's forms: P1Y2M3DT4H (4.4.3.2), and its alternatives P0001-02-03T04:05:06 and P00010203T040506 (4.4.3.3), which may end early.</summary>
    private static InputResult ReadIso(ReadOnlySpan<char> text, ref IntervalSum sum)
    {
        bool inTime = false, hasField = false;
        while (!text.IsEmpty)
        {
            if (text[0] is 'T' or 't' && !inTime)
            {
                (inTime, hasField) = (true, false);
                text = text[1..];
                continue;
            }

            ReadOnlySpan<char> number = IsoNumber(text);
            text = text[number.Length..];
            if (number.IsEmpty)
            {
                return InputResult.Invalid;
            }

            IntervalUnit? unit = text.IsEmpty ? null : char.ToUpperInvariant(text[0]) switch
            {
                'Y' when !inTime => IntervalUnit.Year,
                'M' when !inTime => IntervalUnit.Month,
                'W' when !inTime => IntervalUnit.Week,
                'D' when !inTime => IntervalUnit.Day,
                'H' when inTime => IntervalUnit.Hour,
                'M' when inTime => IntervalUnit.Minute,
                'S' when inTime => IntervalUnit.Second,
                _ => null,
            };
            InputResult result;
            if (unit is { } named)
            {
                result = sum.Add(number, named);
                text = text[1..];
            }
            else
            {
                result = hasField ? InputResult.Invalid : inTime ? ReadIsoPositions(number, ref text, TimePositions, ':', ref sum) : ReadIsoPositions(number, ref text, DatePositions, '-', ref sum);
                if (inTime && !text.IsEmpty)
                {
                    return InputResult.Invalid;
                }
            }

            if (result != InputResult.Ok)
            {
                return result;
            }

            hasField = true;
        }

        return InputResult.Ok;
    }

    /// <summary>Numbers whose unit is their position: so many digits each in one row, or with marks between them.</summary>
    /// <param name="first">The number that begins them.</param>
    /// <param name="text">What follows it; then what follows the last.</param>
    /// <param name="positions">Unit and digits of each.</param>
    /// <param name="mark">Between them.</param>
    /// <param name="sum">Takes them.</param>
    private static InputResult ReadIsoPositions(ReadOnlySpan<char> first, ref ReadOnlySpan<char> text, ReadOnlySpan<(IntervalUnit Unit, int Digits)> positions, char mark, ref IntervalSum sum)
    {
        InputResult result;
        if (!text.StartsWith(mark) && first.Length == positions[0].Digits + positions[1].Digits + positions[2].Digits && !first.ContainsAnyExceptInRange('0', '9'))
        {
            int at = 0;
            foreach ((IntervalUnit unit, int digits) in positions)
            {
                result = sum.Add(first.Slice(at, digits), unit);
                if (result != InputResult.Ok)
                {
                    return result;
                }

                at += digits;
            }

            return InputResult.Ok;
        }

        result = sum.Add(first, positions[0].Unit);
        for (int i = 1; result == InputResult.Ok && i < positions.Length && text.StartsWith(mark); i++)
        {
            ReadOnlySpan<char> number = IsoNumber(text[1..]);
            text = text[(1 + number.Length)..];
            result = number.IsEmpty ? InputResult.Invalid : sum.Add(number, positions[i].Unit);
        }

        return result != InputResult.Ok || text.IsEmpty || text[0] is 'T' or 't' ? result : InputResult.Invalid;
    }

    /// <summary>The number that a text begins with, perhaps negative.</summary>
    private static ReadOnlySpan<char> IsoNumber(ReadOnlySpan<char> text)
    {
        int start = text is ['-', ..] ? 1 : 0, end = text[start..].IndexOfAnyExcept("0123456789.");
        end = end < 0 ? text.Length : start + end;
        return end == start ? [] : text[..end];
    }

    /// <summary>A unit by name or abbreviation.</summary>
    public static bool TryUnit(ReadOnlySpan<char> word, out IntervalUnit unit)
    {
        Span<char> lower = stackalloc char[Math.Min(word.Length, 16)];
        unit = default;
        if (word.Length > lower.Length)
        {
            return false;
        }

        word.ToLowerInvariant(lower);
        IntervalUnit? found = lower switch
        {
            "millennium" or "millennia" or "millenniums" or "mil" or "mils" => IntervalUnit.Millennium,
            "century" or "centuries" or "cent" or "c" => IntervalUnit.Century,
            "decade" or "decades" or "dec" or "decs" => IntervalUnit.Decade,
            "year" or "years" or "y" or "yr" or "yrs" => IntervalUnit.Year,
            "quarter" or "quarters" or "qtr" => IntervalUnit.Quarter,
            "month" or "months" or "mon" or "mons" => IntervalUnit.Month,
            "week" or "weeks" or "w" => IntervalUnit.Week,
            "day" or "days" or "d" => IntervalUnit.Day,
            "hour" or "hours" or "h" or "hr" or "hrs" => IntervalUnit.Hour,
            "minute" or "minutes" or "m" or "min" or "mins" => IntervalUnit.Minute,
            "second" or "seconds" or "s" or "sec" or "secs" => IntervalUnit.Second,
            "millisecond" or "milliseconds" or "ms" or "msec" or "msecs" or "msecond" or "mseconds" => IntervalUnit.Millisecond,
            "microsecond" or "microseconds" or "us" or "usec" or "usecs" or "useconds" => IntervalUnit.Microsecond,
            _ => null,
        };
        unit = found.GetValueOrDefault();
        return found is not null;
    }

    /// <summary>The units that a text has given so far: each may be given once, and a time or a fraction of seconds gives the smaller ones too.</summary>
    private struct GivenUnits
    {
        private const int BelowSecond = 1 << (int)IntervalUnit.Millisecond | 1 << (int)IntervalUnit.Microsecond;

        private int _units;

        public bool TryAdd(IntervalUnit unit, ReadOnlySpan<char> number)
        {
            bool isFraction = unit == IntervalUnit.Second && number.IndexOf('.') is >= 0 and var point && number[point..].ContainsAnyInRange('1', '9');
            return TryAdd(1 << (int)unit | (isFraction ? BelowSecond : 0));
        }

        public bool TryAddClock() => TryAdd(1 << (int)IntervalUnit.Hour | 1 << (int)IntervalUnit.Minute | 1 << (int)IntervalUnit.Second | BelowSecond);

        private bool TryAdd(int units)
        {
            bool isNew = (_units & units) == 0;
            _units |= units;
            return isNew;
        }
    }

    /// <summary>Adds up fields; fractions of months become days of 30, fractions of days become time.</summary>
    private struct IntervalSum
    {
        private long _months;
        private long _days;
        private Int128 _microseconds;

        public InputResult Add(ReadOnlySpan<char> number, IntervalUnit unit)
        {
            InputResult result = NumberInput.Numeric(number, out Int128 unscaled, out int scale);
            if (result != InputResult.Ok)
            {
                return result;
            }

            Int128 divisor = NumberInput.PowerOfTen(scale);
            if (Int128.Abs(unscaled) / divisor > long.MaxValue / 2)
            {
                return InputResult.OutOfRange;
            }

            int months = unit switch
            {
                IntervalUnit.Millennium => 12_000,
                IntervalUnit.Century => 1200,
                IntervalUnit.Decade => 120,
                IntervalUnit.Year => 12,
                IntervalUnit.Quarter => 3,
                IntervalUnit.Month => 1,
                _ => 0,
            };
            if (months > 0)
            {
                return AddMonths(unscaled, divisor, months, isMonth: unit is IntervalUnit.Month or IntervalUnit.Quarter);
            }

            if (unit is IntervalUnit.Week or IntervalUnit.Day)
            {
                return AddDays(unscaled * (unit == IntervalUnit.Week ? 7 : 1), divisor);
            }

            long microseconds = unit switch
            {
                IntervalUnit.Hour => Calendar.MicrosecondsPerHour,
                IntervalUnit.Minute => Calendar.MicrosecondsPerMinute,
                IntervalUnit.Second => Calendar.MicrosecondsPerSecond,
                IntervalUnit.Millisecond => 1000,
                _ => 1,
            };
            _microseconds += Scaled(unscaled, microseconds, divisor);
            return InputResult.Ok;
        }

        /// <summary>Whole months; the fraction of a year rounds to months, that of a month becomes days and time.</summary>
        private InputResult AddMonths(Int128 unscaled, Int128 divisor, int months, bool isMonth)
        {
            if (!isMonth)
            {
                Int128 rounded = Scaled(unscaled, months, divisor);
                _months += (long)Int128.Clamp(rounded, long.MinValue / 4, long.MaxValue / 4);
                return InputResult.Ok;
            }

            Int128 total = unscaled * months;
            (Int128 whole, Int128 rest) = Int128.DivRem(total, divisor);
            _months += (long)Int128.Clamp(whole, long.MinValue / 4, long.MaxValue / 4);
            return rest == 0 ? InputResult.Ok : AddDays(rest * 30, divisor);
        }

        private InputResult AddDays(Int128 unscaled, Int128 divisor)
        {
            (Int128 whole, Int128 rest) = Int128.DivRem(unscaled, divisor);
            _days += (long)Int128.Clamp(whole, long.MinValue / 4, long.MaxValue / 4);
            _microseconds += rest == 0 ? 0 : Scaled(rest, Calendar.MicrosecondsPerDay, divisor);
            return InputResult.Ok;
        }

        public void Add(IntervalSum other)
        {
            _months += other._months;
            _days += other._days;
            _microseconds += other._microseconds;
        }

        public void Negate() => (_months, _days, _microseconds) = (-_months, -_days, -_microseconds);

        public readonly bool TryGet(out IntervalValue value)
        {
            bool fits = _months is >= int.MinValue and <= int.MaxValue && _days is >= int.MinValue and <= int.MaxValue
                && _microseconds >= long.MinValue && _microseconds <= long.MaxValue;
            value = fits ? new IntervalValue((int)_months, (int)_days, (long)_microseconds) : default;
            return fits;
        }

        /// <summary>unscaled * unit / divisor, rounded half away from zero.</summary>
        private static Int128 Scaled(Int128 unscaled, long unit, Int128 divisor)
        {
            (Int128 whole, Int128 rest) = Int128.DivRem(unscaled, divisor);
            while (Int128.Abs(rest) > Int128.MaxValue / unit)
            {
                (rest, divisor) = (rest / 10, divisor / 10);
            }

            (Int128 quotient, Int128 left) = Int128.DivRem(rest * unit, divisor);
            Int128 rounding = 2 * Int128.Abs(left) >= divisor ? (left < 0 ? -1 : 1) : 0;
            return (whole * unit) + quotient + rounding;
        }
    }
}
