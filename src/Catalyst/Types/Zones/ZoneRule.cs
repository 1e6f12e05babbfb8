using System.Globalization;
using SqlCluster.Catalyst.Types.Text;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Catalyst.Types.Zones;

/// <summary>A zone's rule in POSIX's words, at the end of zone files and as a name of its own: CET-1CEST,M3.5.0,M10.5.0/3.</summary>
/// <remarks>IEEE Std 1003.1, section 8.3 (TZ), with the hours of -167 to 167 of RFC 9636, section 3.3.1. Where summer time has no dates they are those of the United States, as PostgreSQL assumes.</remarks>
internal sealed class ZoneRule
{
    private const string UnitedStates = ",M3.2.0,M11.1.0";

    /// <summary>A cycle of 400 years begins that many changes behind the first one and ends before the last one.</summary>
    private const int ChangesBeforeCycle = 2;
    private const int YearsOfCycle = 405;

    private const int MaxHours = 167;

    private readonly ZonePeriod _standard;
    private readonly ZonePeriod? _daylight;
    private readonly ChangeDay _start;
    private readonly ChangeDay _end;

    private ZoneRule(ZonePeriod standard, ZonePeriod? daylight, ChangeDay start, ChangeDay end) => (_standard, _daylight, _start, _end) = (standard, daylight, start, end);

    /// <returns>Null where the text is no rule.</returns>
    public static ZoneRule? TryParse(string text)
    {
        var reader = new Reader(text);
        if (reader.Name() is not { } standardName || reader.Offset() is not { } west)
        {
            return null;
        }

        var standard = new ZonePeriod(-west * Calendar.MicrosecondsPerSecond, standardName, false);
        if (reader.IsAtEnd)
        {
            return new ZoneRule(standard, null, default, default);
        }

        if (reader.Name() is not { Length: > 0 } daylightName)
        {
            return null;
        }

        int daylightWest = reader.IsAtEnd || reader.IsAt(',') ? west - 3600 : reader.Offset() ?? int.MaxValue;
        if (daylightWest == int.MaxValue)
        {
            return null;
        }

        if (reader.IsAtEnd)
        {
            reader = new Reader(UnitedStates);
        }

        return reader.Day() is { } start && reader.Day() is { } end && reader.IsAtEnd
            ? new ZoneRule(standard, new ZonePeriod(-daylightWest * Calendar.MicrosecondsPerSecond, daylightName, true), start, end)
            : null;
    }

    /// <summary>A zone that has always followed the rule.</summary>
    public Zone ToZone(string name)
    {
        if (_daylight == null)
        {
            return new Zone(name, [(long.MinValue, _standard)]);
        }

        List<(long Start, ZonePeriod Period)> periods = [.. Changes(1969, YearsOfCycle)];
        return new Zone(name, periods, periods[ChangesBeforeCycle].Start, periods[ChangesBeforeCycle].Start + Zone.Cycle);
    }

    /// <summary>Lets a zone go on behind its last change as the rule says.</summary>
    /// <param name="periods">What the zone's file says, in order of time.</param>
    public Zone Continue(string name, List<(long Start, ZonePeriod Period)> periods)
    {
        if (_daylight == null)
        {
            return new Zone(name, periods);
        }

        long last = periods[^1].Start;
        int year = last == long.MinValue ? 1970 : Calendar.DateOf(Calendar.Split(last).Days).Year;
        int known = periods.Count;
        periods.AddRange(Changes(year, YearsOfCycle).Where(change => change.Start > last));
        return new Zone(name, periods, repeatsFrom: periods[known + ChangesBeforeCycle].Start + Zone.Cycle);
    }

    /// <summary>The changes of some years, in order.</summary>
    private IEnumerable<(long Start, ZonePeriod Period)> Changes(int year, int count)
    {
        for (int end = year + count; year < end; year++)
        {
            (long Start, ZonePeriod Period) summer = (_start.At(year) - _standard.Offset, _daylight!), winter = (_end.At(year) - _daylight!.Offset, _standard);
            yield return summer.Start <= winter.Start ? summer : winter;
            yield return summer.Start <= winter.Start ? winter : summer;
        }
    }

    /// <summary>The day and local time of a change in every year.</summary>
    /// <param name="Kind">M: a day of the week of a month; J: a day that does not count leap days, from 1; D: one that does, from 0.</param>
    /// <param name="Month">1 to 12.</param>
    /// <param name="Week">1 to 5; 5 is the last.</param>
    /// <param name="Day">Of the week from Sunday, 0, or of the year.</param>
    /// <param name="Time">Seconds since midnight.</param>
    private readonly record struct ChangeDay(char Kind, int Month, int Week, int Day, int Time)
    {
        /// <summary>Local microseconds since 1970.</summary>
        public long At(int year)
        {
            long day = Calendar.DaysOf(year, 1, 1);
            switch (Kind)
            {
                case 'J':
                    day += Day - 1 + (Calendar.IsLeapYear(year) && Day >= 60 ? 1 : 0);
                    break;
                case 'D':
                    day += Day;
                    break;
                default:
                    long first = Calendar.DaysOf(year, Month, 1);
                    int length = Calendar.DaysInMonth(year, Month);
                    int dayOfMonth = ((Day - Calendar.DayOfWeek(first) + 7) % 7) + ((Week - 1) * 7);
                    day = first + (dayOfMonth >= length ? dayOfMonth - 7 : dayOfMonth);
                    break;
            }

            return (day * Calendar.MicrosecondsPerDay) + (Time * Calendar.MicrosecondsPerSecond);
        }
    }

    private ref struct Reader(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public readonly bool IsAt(char character) => !_rest.IsEmpty && _rest[0] == character;

        /// <summary>What stands in front of a number, which may be nothing (+03), or letters, digits and signs between angle brackets.</summary>
        public string? Name()
        {
            if (IsAt('<'))
            {
                int end = _rest.IndexOf('>');
                if (end < 2 || _rest[1..end].ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-:"))
                {
                    return null;
                }

                string quoted = _rest[1..end].ToString();
                _rest = _rest[(end + 1)..];
                return quoted;
            }

            int length = _rest.IndexOfAny("0123456789,+-");
            length = length < 0 ? _rest.Length : length;
            string name = _rest[..length].ToString();
            _rest = _rest[length..];
            return name;
        }

        /// <summary>Seconds west of Greenwich.</summary>
        public int? Offset() => Time(MaxHours);

        /// <summary>,M3.5.0/2 or ,J60 or ,59.</summary>
        public ChangeDay? Day()
        {
            if (!Skip(','))
            {
                return null;
            }

            char kind = Skip('M') ? 'M' : Skip('J') ? 'J' : 'D';
            int month = 1, week = 1;
            if (kind == 'M')
            {
                if (Number(12) is not (> 0 and var readMonth) || !Skip('.') || Number(5) is not (> 0 and var readWeek) || !Skip('.'))
                {
                    return null;
                }

                (month, week) = (readMonth, readWeek);
            }

            if (Number(kind == 'M' ? 6 : 365) is not { } day || (kind == 'J' && day == 0))
            {
                return null;
            }

            int? time = Skip('/') ? Time(MaxHours) : 7200;
            return time is { } known ? new ChangeDay(kind, month, week, day, known) : null;
        }

        private int? Time(int maxHours)
        {
            int sign = Skip('-') ? -1 : 1;
            _ = sign < 0 || Skip('+');
            if (Number(maxHours) is not { } hours)
            {
                return null;
            }

            int minutes = 0, seconds = 0;
            if (Skip(':'))
            {
                if (Number(59) is not { } readMinutes)
                {
                    return null;
                }

                minutes = readMinutes;
                if (Skip(':'))
                {
                    if (Number(60) is not { } readSeconds)
                    {
                        return null;
                    }

                    seconds = readSeconds;
                }
            }

            return sign * ((hours * 3600) + (minutes * 60) + seconds);
        }

        private int? Number(int max)
        {
            int length = 0;
            while (length < _rest.Length && char.IsAsciiDigit(_rest[length]))
            {
                length++;
            }

            if (length is 0 or > 4 || int.Parse(_rest[..length], NumberStyles.None, CultureInfo.InvariantCulture) is var number && number > max)
            {
                return null;
            }

            _rest = _rest[length..];
            return number;
        }

        private bool Skip(char character)
        {
            if (!IsAt(character))
            {
                return false;
            }

            _rest = _rest[1..];
            return true;
        }
    }
}
