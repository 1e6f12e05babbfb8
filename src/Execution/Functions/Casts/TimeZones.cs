using System.Globalization;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Time zones by name, as PostgreSQL reads them: names of the IANA database, rules in POSIX's form, and where a value names its zone also abbreviations.</summary>
public static class TimeZones
{
    /// <summary>A session's zone: a name or a rule.</summary>
    /// <exception cref="Parser.Errors.QueryException">No such zone (22023).</exception>
    public static Zone Find(string name) => TryFind(name) ?? throw NotRecognized(name);

    /// <summary>A session's zone: a name or a rule; null: there is none.</summary>
    public static Zone? TryFind(string name) => ZoneDatabase.TryFind(name);

    /// <summary>A zone that a value names: an abbreviation (which means one offset: CET is never summer time), a name or a rule.</summary>
    /// <exception cref="Parser.Errors.QueryException">No such zone (22023).</exception>
    internal static Zone FindMentioned(string name) => ZoneAbbreviations.Find(name) ?? Find(name);

    /// <summary>A zone as make_timestamptz takes it: as <see cref="FindMentioned"/>, or an offset whose sign is east of Greenwich.</summary>
    /// <exception cref="Parser.Errors.QueryException">No such zone (22023), or an offset without sign (22023).</exception>
    internal static Zone FindEast(string name)
    {
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
        {
            throw ExecutionErrors.InvalidArgument($"invalid input syntax for type numeric time zone: \"{name}\"", "Numeric time zones must have \"-\" or \"+\" as first character.");
        }

        return name.Length > 1 && name[0] is '+' or '-'
            ? TimeSpan.TryParseExact(name.AsSpan(1), ["h\\:m", "h\\:mm", "hh\\:mm", "%h", "hh", "hhmm", "hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out TimeSpan offset) && offset < TimeSpan.FromHours(16)
                ? Zone.Fixed(name, (int)offset.TotalSeconds * (name[0] == '-' ? -1 : 1), name)
                : throw NotRecognized(name)
            : FindMentioned(name);
    }

    /// <summary>The name PostgreSQL gives a zone of a fixed offset: &lt;+05:30&gt;-05:30.</summary>
    /// <param name="east">Offset east of Greenwich, whole seconds.</param>
    public static string NameOf(TimeSpan east)
    {
        string digits = east.Duration().ToString(east.Seconds != 0 ? "hh\\:mm\\:ss" : east.Minutes == 0 ? "hh" : "hh\\:mm", CultureInfo.InvariantCulture);
        return east < TimeSpan.Zero ? $"<-{digits}>+{digits}" : $"<+{digits}>-{digits}";
    }

    /// <summary>The instant of a local time. In a gap the offset before it counts, in an overlap the one after it, as in PostgreSQL: the later instant of the two.</summary>
    internal static long ToInstant(Zone zone, long local) => Calendar.IsFinite(local) ? local - zone.OffsetOf(local) : local;

    /// <summary>The local time of an instant.</summary>
    internal static long ToLocal(Zone zone, long instant) => Calendar.IsFinite(instant) ? instant + zone.OffsetAt(instant) : instant;

    private static Exception NotRecognized(string name) => ExecutionErrors.InvalidArgument($"time zone \"{name}\" not recognized");
}
