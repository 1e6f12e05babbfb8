using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using SqlCluster.Catalyst.Types.Text;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Time zones by name, as PostgreSQL reads them: IANA names, a few abbreviations, offsets in POSIX's form.</summary>
public static partial class TimeZones
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
        else if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone) && PosixPattern().Match(name) is { Success: true } posix
            && TimeSpan.TryParseExact(posix.Groups["offset"].Value, ["h\\:mm", "hh\\:mm", "%h", "hh"], CultureInfo.InvariantCulture, out TimeSpan offset) && offset <= TimeSpan.FromHours(14))
        {
            // POSIX: the sign is west of Greenwich.
            zone = Fixed(posix.Groups["sign"].Value == "-" ? offset : -offset, name);
        }

        return zone == null ? null : Known.GetOrAdd(name, zone);
    }

    /// <summary>A zone as make_timestamptz takes it: a name, or an offset whose sign is east of Greenwich.</summary>
    /// <exception cref="Parser.Errors.QueryException">No such zone (22023), or an offset without sign (22023).</exception>
    internal static TimeZoneInfo FindEast(string name)
    {
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
        {
            throw ExecutionErrors.InvalidArgument($"invalid input syntax for type numeric time zone: \"{name}\"", "Numeric time zones must have \"-\" or \"+\" as first character.");
        }

        return name.Length > 1 && name[0] is '+' or '-'
            ? TimeSpan.TryParseExact(name.AsSpan(1), ["h\\:m", "h\\:mm", "hh\\:mm", "%h", "hh", "hhmm", "hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out TimeSpan offset) && offset <= TimeSpan.FromHours(14)
                ? Fixed(name[0] == '-' ? -offset : offset, name)
                : throw ExecutionErrors.InvalidArgument($"time zone \"{name}\" not recognized")
            : Find(name);
    }

    /// <summary>The name PostgreSQL gives a zone of a fixed offset: &lt;+05:30&gt;-05:30.</summary>
    /// <param name="east">Offset east of Greenwich, whole minutes.</param>
    public static string NameOf(TimeSpan east)
    {
        string digits = east.Duration().ToString(east.Minutes == 0 ? "hh" : "hh\\:mm", CultureInfo.InvariantCulture);
        return east < TimeSpan.Zero ? $"<-{digits}>+{digits}" : $"<+{digits}>-{digits}";
    }

    /// <summary>Offset east of Greenwich, µs, at an instant.</summary>
    internal static long OffsetAt(TimeZoneInfo zone, long instant) =>
        ReferenceEquals(zone, TimeZoneInfo.Utc) ? 0 : DateTimeInput.OffsetAt(zone, instant);

    /// <summary>The instant of a local time. In a gap the offset before it counts, in an overlap the one after it, as in PostgreSQL: the later instant of the two.</summary>
    internal static long ToInstant(TimeZoneInfo zone, long local)
    {
        if (!Calendar.IsFinite(local))
        {
            return local;
        }

        return local - DateTimeInput.OffsetOf(zone, local);
    }

    /// <summary>The local time of an instant.</summary>
    internal static long ToLocal(TimeZoneInfo zone, long instant) => Calendar.IsFinite(instant) ? instant + OffsetAt(zone, instant) : instant;

    [GeneratedRegex(@"^(?:<[A-Za-z0-9+:-]+>|[A-Za-z]{3,})?(?<sign>[+-]?)(?<offset>\d{1,2}(?::\d\d)?)$")]
    private static partial Regex PosixPattern();

    private static TimeZoneInfo Fixed(TimeSpan offset, string name) => TimeZoneInfo.CreateCustomTimeZone(name, offset, name, name);
}
