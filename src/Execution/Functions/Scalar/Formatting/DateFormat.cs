using System.Globalization;
using System.Text;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>A format of C's strftime and strptime, as DuckDB has them: English names, %f microseconds, %g milliseconds, %n nanoseconds, %-d and its like without zeros in front.</summary>
internal sealed class DateFormat
{
    public static readonly IReadOnlyList<string> MonthNames = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
    public static readonly IReadOnlyList<string> DayNames = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    private readonly List<Part> _parts = [];

    /// <exception cref="Parser.Errors.QueryException">22023: a specifier that is not known.</exception>
    public DateFormat(string format)
    {
        Text = format;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                _parts.Add(new Part('\0', false, format[i]));
                continue;
            }

            bool isBare = i + 1 < format.Length && format[i + 1] == '-';
            i += isBare ? 2 : 1;
            char specifier = i < format.Length ? format[i] : '\0';
            if (specifier == '\0' || !(isBare ? "dmyHIMSjUW" : "aAwudbBhmyYHIpMSfgnzZjUWcxXGV%").Contains(specifier, StringComparison.Ordinal))
            {
                throw ExecutionErrors.InvalidArgument($"unrecognized format specifier in \"{format}\": %{(isBare ? "-" : "")}{(specifier == '\0' ? "" : specifier)}");
            }

            switch (specifier)
            {
                case 'c': Add("%Y-%m-%d %H:%M:%S"); break;
                case 'x': Add("%Y-%m-%d"); break;
                case 'X': Add("%H:%M:%S"); break;
                case '%': _parts.Add(new Part('\0', false, '%')); break;
                default: _parts.Add(new Part(specifier, isBare, '\0')); break;
            }
        }
    }

    /// <summary>The format as it was given.</summary>
    public string Text { get; }

    /// <summary>Writes a finite time.</summary>
    /// <param name="timestamp">Microseconds since 1970, local.</param>
    /// <param name="offset">Seconds east of UTC, for %z; null: no zone.</param>
    /// <param name="zone">Its name, for %Z.</param>
    public string Write(long timestamp, int? offset = null, string zone = "")
    {
        var text = new StringBuilder();
        (long days, long time) = Calendar.Split(timestamp);
        (int year, int month, int day) = Calendar.DateOf(days);
        int dayOfYear = (int)(days - Calendar.DaysOf(year, 1, 1)), dayOfWeek = Calendar.DayOfWeek(days);
        int hour = (int)(time / Calendar.MicrosecondsPerHour);
        long micros = time % Calendar.MicrosecondsPerSecond;
        foreach (Part part in _parts)
        {
            switch (part.Specifier)
            {
                case '\0': text.Append(part.Character); break;
                case 'a': text.Append(DayNames[dayOfWeek], 0, 3); break;
                case 'A': text.Append(DayNames[dayOfWeek]); break;
                case 'w': text.Append(dayOfWeek); break;
                case 'u': text.Append(dayOfWeek == 0 ? 7 : dayOfWeek); break;
                case 'd': Number(day, 2); break;
                case 'b' or 'h': text.Append(MonthNames[month - 1], 0, 3); break;
                case 'B': text.Append(MonthNames[month - 1]); break;
                case 'm': Number(month, 2); break;
                case 'y': Number(Math.Abs(year) % 100, 2); break;
                case 'Y': Number(year, 4); break;
                case 'H': Number(hour, 2); break;
                case 'I': Number(((hour + 11) % 12) + 1, 2); break;
                case 'p': text.Append(hour < 12 ? "AM" : "PM"); break;
                case 'M': Number(time / Calendar.MicrosecondsPerMinute % 60, 2); break;
                case 'S': Number(time / Calendar.MicrosecondsPerSecond % 60, 2); break;
                case 'f': Number(micros, 6); break;
                case 'g': Number(micros / 1000, 3); break;
                case 'n': Number(micros * 1000, 9); break;
                case 'z': WriteOffset(text, offset ?? 0); break;
                case 'Z': text.Append(zone); break;
                case 'j': Number(dayOfYear + 1, 3); break;
                case 'U': Number((dayOfYear + 7 - dayOfWeek) / 7, 2); break;
                case 'W': Number((dayOfYear + 7 - ((dayOfWeek + 6) % 7)) / 7, 2); break;
                case 'G': Number(Calendar.IsoWeek(days).Year, 4); break;
                case 'V': Number(Calendar.IsoWeek(days).Week, 2); break;
            }

            void Number(long value, int digits) => text.Append(value.ToString(part.IsBare ? "D1" : $"D{digits}", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>Reads a time; null: the text does not fit. What a format does not name is that of midnight, January 1, 1900. A zone's offset is taken off.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isTry">Whether a day that its month does not have does not fit, either.</param>
    /// <exception cref="Parser.Errors.QueryException">22008: a month has no such day.</exception>
    public long? Read(string text, bool isTry)
    {
        var read = new TimeReader(text);
        foreach (Part part in _parts)
        {
            if (!(part.Specifier == '\0' ? read.Skip(part.Character) : read.Take(part.Specifier)))
            {
                return null;
            }
        }

        return read.Finish(isTry);
    }

    private static void WriteOffset(StringBuilder text, int offset)
    {
        int minutes = Math.Abs(offset) / 60;
        text.Append(offset < 0 ? '-' : '+').Append((minutes / 60).ToString("D2", CultureInfo.InvariantCulture));
        if (minutes % 60 != 0)
        {
            text.Append(':').Append((minutes % 60).ToString("D2", CultureInfo.InvariantCulture));
        }
    }

    private void Add(string format) => _parts.AddRange(new DateFormat(format)._parts);

    /// <summary>A character, or a specifier and whether it has no zeros in front.</summary>
    private readonly record struct Part(char Specifier, bool IsBare, char Character);

    /// <summary>What has been read of a text so far.</summary>
    private struct TimeReader(string text)
    {
        private int _at;
        private int _year = 1900;
        private int _month = 1;
        private int _day = 1;
        private int? _dayOfYear;
        private int _hour;
        private bool? _isAfternoon;
        private int _minute;
        private int _second;
        private long _micros;
        private long _offset;

        public bool Skip(char expected)
        {
            if (char.IsWhiteSpace(expected))
            {
                int start = _at;
                while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                {
                    _at++;
                }

                return _at > start;
            }

            return _at < text.Length && text[_at++] == expected;
        }

        public bool Take(char specifier)
        {
            switch (specifier)
            {
                case 'Y': return Number(4, out _year);
                case 'y':
                    bool isShort = Number(2, out _year);
                    _year += _year < 69 ? 2000 : 1900;
                    return isShort;
                case 'm': return Number(2, out _month) && _month is >= 1 and <= 12;
                case 'd': return Number(2, out _day) && _day is >= 1 and <= 31;
                case 'j':
                    bool isDay = Number(3, out int dayOfYear) && dayOfYear is >= 1 and <= 366;
                    _dayOfYear = dayOfYear;
                    return isDay;
                case 'H': return Number(2, out _hour) && _hour < 24;
                case 'I':
                    _isAfternoon ??= false;
                    return Number(2, out _hour) && _hour is >= 1 and <= 12;
                case 'M': return Number(2, out _minute) && _minute < 60;
                case 'S': return Number(2, out _second) && _second < 60;
                case 'f': return Fraction(6);
                case 'g': return Fraction(3);
                case 'n': return Fraction(9);
                case 'p':
                    bool isMorning = Word("AM");
                    _isAfternoon = !isMorning;
                    return isMorning || Word("PM");
                case 'b' or 'h': return Name(MonthNames, 3, out int month) && (_month = month + 1) > 0;
                case 'B': return Name(MonthNames, 0, out month) && (_month = month + 1) > 0;
                case 'a': return Name(DayNames, 3, out _);
                case 'A': return Name(DayNames, 0, out _);
                case 'w' or 'u': return Number(1, out _);
                case 'z': return Offset();
                default: throw ExecutionErrors.Unsupported($"reading %{specifier}");
            }
        }

        public readonly long? Finish(bool isTry)
        {
            if (_at < text.Length)
            {
                return null;
            }

            if (_dayOfYear == null && _day > Calendar.DaysInMonth(_year, _month))
            {
                return isTry ? null : throw ExecutionErrors.DateTimeFieldOutOfRange(text);
            }

            long days = _dayOfYear is { } dayOfYear ? Calendar.DaysOf(_year, 1, 1) + dayOfYear - 1 : Calendar.DaysOf(_year, _month, _day);
            int hour = _isAfternoon is { } isAfternoon ? (_hour % 12) + (isAfternoon ? 12 : 0) : _hour;
            return (days * Calendar.MicrosecondsPerDay) + (hour * Calendar.MicrosecondsPerHour) + (_minute * Calendar.MicrosecondsPerMinute) + (_second * Calendar.MicrosecondsPerSecond) + _micros - _offset;
        }

        private bool Number(int mostDigits, out int value)
        {
            int start = _at;
            value = 0;
            while (_at < text.Length && _at - start < mostDigits && char.IsAsciiDigit(text[_at]))
            {
                value = (value * 10) + text[_at++] - '0';
            }

            return _at > start;
        }

        /// <summary>Digits behind the point of the seconds, as many as there are.</summary>
        private bool Fraction(int mostDigits)
        {
            int start = _at;
            if (!Number(mostDigits, out int value))
            {
                return false;
            }

            _micros = (long)value * 1_000_000 / (long)Math.Pow(10, _at - start);
            return true;
        }

        private bool Word(string word)
        {
            bool isThere = string.Compare(text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;
            _at += isThere ? word.Length : 0;
            return isThere;
        }

        private bool Name(IReadOnlyList<string> names, int letters, out int index)
        {
            for (index = 0; index < names.Count; index++)
            {
                if (Word(letters == 0 ? names[index] : names[index][..letters]))
                {
                    return true;
                }
            }

            return false;
        }

        private bool Offset()
        {
            if (_at < text.Length && text[_at] is 'Z' or 'z')
            {
                _at++;
                return true;
            }

            if (_at >= text.Length || text[_at] is not ('+' or '-'))
            {
                return false;
            }

            int sign = text[_at++] == '-' ? -1 : 1;
            if (!Number(2, out int hours))
            {
                return false;
            }

            _ = _at < text.Length && text[_at] == ':' && Skip(':');
            _ = Number(2, out int minutes);
            _offset = sign * ((hours * 60L) + minutes) * Calendar.MicrosecondsPerMinute;
            return true;
        }
    }
}
