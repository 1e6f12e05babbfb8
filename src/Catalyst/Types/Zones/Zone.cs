using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Types.Zones;

/// <summary>A time zone: how far its clocks are ahead of UTC at every instant, to the second, as the IANA database says. Threads may share it.</summary>
/// <remarks><code>
/// starts    min      1835-03-31 19:41:48   1892-04-30 23:42:28   ...   2025-10-26 01:00   2026-03-29 01:00   ...   repeats
/// periods   LMT +00:19:32   AMT +00:19:32        ...                   CET +01            CEST +02                 the 400 years before
/// </code>
/// Years whose clocks follow a rule are written out for one cycle of the Gregorian calendar, 400 years; later ones are looked up in it.
/// </remarks>
public sealed class Zone
{
    /// <summary>400 years, after which dates and days of the week come again.</summary>
    internal const long Cycle = 146_097 * Calendar.MicrosecondsPerDay;

    public static readonly Zone Utc = Fixed("UTC", 0, "UTC");

    private readonly long[] _starts;
    private readonly ZonePeriod[] _periods;
    private readonly long _repeatsBefore;
    private readonly long _repeatsFrom;

    /// <summary>The period that was asked for last: neighbouring rows tend to be in the same one. Any thread's answer does.</summary>
    private int _last;

    /// <param name="name">As it was looked up, in the spelling of the database.</param>
    /// <param name="periods">In order of time; the first one reaches back to the beginning, whatever its start.</param>
    /// <param name="repeatsBefore">Earlier instants take the years from here on; <see cref="long.MinValue"/> where the first period holds.</param>
    /// <param name="repeatsFrom">Later instants take the 400 years before; <see cref="long.MaxValue"/> where the last period stays. A start lies behind it.</param>
    internal Zone(string name, IReadOnlyList<(long Start, ZonePeriod Period)> periods, long repeatsBefore = long.MinValue, long repeatsFrom = long.MaxValue)
    {
        Name = name;
        _starts = [.. periods.Select(static period => period.Start)];
        _starts[0] = long.MinValue;
        _periods = [.. periods.Select(static period => period.Period)];
        (_repeatsBefore, _repeatsFrom) = (repeatsBefore, repeatsFrom);
    }

    public string Name { get; }

    /// <summary>A zone whose clocks never change.</summary>
    /// <param name="seconds">Ahead of UTC.</param>
    public static Zone Fixed(string name, int seconds, string abbreviation, bool isDaylight = false) =>
        new(name, [(long.MinValue, new ZonePeriod(seconds * Calendar.MicrosecondsPerSecond, abbreviation, isDaylight))]);

    /// <summary>How far it is ahead of UTC at an instant, in microseconds.</summary>
    public long OffsetAt(long instant) => _periods.Length == 1 ? _periods[0].Offset : _periods[IndexAt(instant - Shift(instant))].Offset;

    /// <summary>What its clocks show at an instant.</summary>
    public ZonePeriod PeriodAt(long instant) => _periods[IndexAt(instant - Shift(instant))];

    /// <summary>How far it is ahead of UTC at a local time, in microseconds. A local time that a change skips counts as before it, one that comes twice as after it: the later instant of the two.</summary>
    /// <remarks>As PostgreSQL decides it: by the first change later than a day before, in whole seconds.</remarks>
    public long OffsetOf(long local)
    {
        if (_periods.Length == 1)
        {
            return _periods[0].Offset;
        }

        local = Calendar.FloorDivide(local, Calendar.MicrosecondsPerSecond) * Calendar.MicrosecondsPerSecond;
        long shift = Shift(local);
        local -= shift;
        int index = IndexAt(local - Calendar.MicrosecondsPerDay);
        long before = _periods[index].Offset;
        if (index + 1 == _periods.Length)
        {
            return before;
        }

        long change = _starts[index + 1], after = _periods[index + 1].Offset;
        return local - before < change && local - after < change ? before
            : local - before > change && local - after >= change ? after
            : Math.Min(before, after);
    }

    /// <summary>The zone that an abbreviation means whose offset has changed: at every instant what the abbreviation meant last, before its first use what it meant then.</summary>
    /// <returns>This zone where it never used the abbreviation.</returns>
    internal Zone Meaning(string name, string abbreviation)
    {
        List<(long Start, ZonePeriod Period)> meant = [];
        for (int i = 0; i < _periods.Length; i++)
        {
            if (_periods[i].Abbreviation.Equals(abbreviation, StringComparison.OrdinalIgnoreCase) && (meant.Count == 0 || meant[^1].Period != _periods[i]))
            {
                meant.Add((_starts[i], _periods[i]));
            }
        }

        return meant.Count == 0 ? this : new Zone(name, meant);
    }

    /// <summary>Whole cycles that an instant lies outside of the years written out, in microseconds.</summary>
    private long Shift(long instant) => instant >= _repeatsFrom ? (((instant - _repeatsFrom) / Cycle) + 1) * Cycle
        : instant < _repeatsBefore ? -(((_repeatsBefore - 1 - Math.Max(instant, long.MinValue / 2)) / Cycle) + 1) * Cycle
        : 0;

    private int IndexAt(long instant)
    {
        int last = _last;
        if (instant >= _starts[last] && (last + 1 == _starts.Length || instant < _starts[last + 1]))
        {
            return last;
        }

        int index = Array.BinarySearch(_starts, instant);
        return _last = index >= 0 ? index : ~index - 1;
    }
}
