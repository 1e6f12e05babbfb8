using System.Collections.Concurrent;
using System.Globalization;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Time zones by name, as PostgreSQL reads them: IANA names, a few abbreviations, offsets.</summary>
internal static class TimeZones
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Known = new(StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, int> AbbreviationHours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["utc"] = 0, ["gmt"] = 0, ["z"] = 0, ["zulu"] = 0, ["ut"] = 0, ["est"] = -5, ["edt"] = -4, ["cst"] = -6, ["cdt"] = -5, ["mst"] = -7, ["mdt"] = -6,
        ["pst"] = -8, ["pdt"] = -7, ["cet"] = 1, ["cest"] = 2, ["eet"] = 2, ["eest"] = 3, ["wet"] = 0, ["west"] = 1, ["bst"] = 1, ["msk"] = 3, ["jst"] = 9, ["kst"] = 9,
    };

    /// <exception cref="Parser.Errors.QueryException">No such zone (22023).</exception>
    public static TimeZoneInfo Find(string name) => TryFind(name) ?? throw ExecutionErrors.InvalidArgument($"time zone \"{name}\" not recognized");

    public static TimeZoneInfo? TryFind(string name)
    {
        if (Known.TryGetValue(name, out TimeZoneInfo? known))
        {
            return known;
        }

        TimeZoneInfo? zone = null;
        if (AbbreviationHours.TryGetValue(name, out int hours))
        {
            zone = Fixed(TimeSpan.FromHours(hours), name);
        }
        else if (name.Length > 0 && name[0] is '+' or '-' && TimeSpan.TryParseExact(name[1..], ["h\\:mm", "hh\\:mm", "%h", "hh"], CultureInfo.InvariantCulture, out TimeSpan offset))
        {
            // POSIX: the sign is west of Greenwich.
            zone = Fixed(name[0] == '-' ? offset : -offset, name);
        }
        else
        {
            _ = TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);
        }

        return zone == null ? null : Known.GetOrAdd(name, zone);
    }

    /// <summary>Offset east of Greenwich, µs, at an instant.</summary>
    public static long OffsetAt(TimeZoneInfo zone, long instant) =>
        ReferenceEquals(zone, TimeZoneInfo.Utc) ? 0 : zone.GetUtcOffset(ToDateTime(instant, DateTimeKind.Utc)).Ticks / 10;

    /// <summary>The instant of a local time. In a gap the offset before it counts, in an overlap standard time, as in PostgreSQL.</summary>
    public static long ToInstant(TimeZoneInfo zone, long local)
    {
        if (!Calendar.IsFinite(local))
        {
            return local;
        }

        DateTime time = ToDateTime(local, DateTimeKind.Unspecified);
        TimeSpan offset = zone.IsInvalidTime(time) ? zone.GetUtcOffset(time.AddHours(-3)) : zone.GetUtcOffset(time);
        return local - (offset.Ticks / 10);
    }

    /// <summary>The local time of an instant.</summary>
    public static long ToLocal(TimeZoneInfo zone, long instant) => Calendar.IsFinite(instant) ? instant + OffsetAt(zone, instant) : instant;

    private static TimeZoneInfo Fixed(TimeSpan offset, string name) => TimeZoneInfo.CreateCustomTimeZone(name, offset, name, name);

    /// <summary>Years beyond .NET's take the rules of its first or last year.</summary>
    private static DateTime ToDateTime(long microseconds, DateTimeKind kind)
    {
        long ticks = Math.Clamp(microseconds, -62_135_596_800_000_000 + Calendar.MicrosecondsPerDay, 253_402_300_799_000_000 - Calendar.MicrosecondsPerDay) * 10;
        return new DateTime(DateTime.UnixEpoch.Ticks + ticks, kind);
    }
}
