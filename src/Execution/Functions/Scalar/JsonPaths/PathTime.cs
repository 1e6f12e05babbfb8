using System.Text;
using System.Text.RegularExpressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Formatting;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>A date, time or timestamp within a path.</summary>
/// <param name="Kind">Date, Time, Timestamp or TimestampTz.</param>
/// <param name="Value">Days, µs since midnight, or µs since 1970.</param>
/// <param name="OffsetSeconds">TimestampTz: the zone it was written in, east of Greenwich.</param>
internal sealed partial record PathTime(TypeKind Kind, long Value, long OffsetSeconds = 0)
{
    private static readonly DateTimeFacts Facts = new(DateTimeOffset.UnixEpoch, Zone.Utc);

    public string TypeName => Kind switch
    {
        TypeKind.Date => "date",
        TypeKind.Time => "time without time zone",
        TypeKind.Timestamp => "timestamp without time zone",
        _ => "timestamp with time zone",
    };

    /// <summary>Reads ISO 8601 forms, or by a template of to_timestamp; null where the text is neither.</summary>
    public static PathTime? Read(string text, string? template)
    {
        if (template is not null)
        {
            return OfTemplate(text, template);
        }

        Match match = Iso().Match(text);
        if (!match.Success)
        {
            return null;
        }

        bool hasDate = match.Groups["date"].Success, hasTime = match.Groups["time"].Success, hasZone = match.Groups["zone"].Success;
        long days = 0, time = 0;
        if ((hasZone && !hasDate) || (hasDate && DateTimeInput.Date(match.Groups["date"].Value, Facts, out days) != InputResult.Ok)
            || (hasTime && DateTimeInput.Time(match.Groups["time"].Value, Facts, out time) != InputResult.Ok))
        {
            return null;
        }

        if (!hasTime || !hasDate)
        {
            return hasDate ? new PathTime(TypeKind.Date, days) : new PathTime(TypeKind.Time, time);
        }

        long local = (days * Calendar.MicrosecondsPerDay) + time;
        if (!hasZone)
        {
            return new PathTime(TypeKind.Timestamp, local);
        }

        string zone = match.Groups["zone"].Value.Replace(":", "", StringComparison.Ordinal);
        long offset = zone == "Z" ? 0 : (zone[0] == '-' ? -60 : 60) * ((int.Parse(zone.AsSpan(1, 2), System.Globalization.CultureInfo.InvariantCulture) * 60)
            + (zone.Length > 3 ? int.Parse(zone.AsSpan(3, 2), System.Globalization.CultureInfo.InvariantCulture) : 0));
        return new PathTime(TypeKind.TimestampTz, local - (offset * Calendar.MicrosecondsPerSecond), offset);
    }

    /// <summary>The order of two times; null for kinds that do not compare without a time zone.</summary>
    public int? CompareTo(PathTime other) =>
        Kind == other.Kind ? Value.CompareTo(other.Value)
        : (Kind, other.Kind) is (TypeKind.Date, TypeKind.Timestamp) ? (Value * Calendar.MicrosecondsPerDay).CompareTo(other.Value)
        : (Kind, other.Kind) is (TypeKind.Timestamp, TypeKind.Date) ? Value.CompareTo(other.Value * Calendar.MicrosecondsPerDay)
        : null;

    public override string ToString()
    {
        long local = Value + (OffsetSeconds * Calendar.MicrosecondsPerSecond);
        (long days, long time) = Kind == TypeKind.Date ? (Value, 0) : Kind == TypeKind.Time ? (0, Value) : Calendar.Split(local);
        StringBuilder dateText = new(), clockText = new();
        DateTimeForms.AppendDate(dateText, days);
        DateTimeForms.AppendTime(clockText, time);
        (string date, string clock) = (dateText.ToString(), clockText.ToString());
        return Kind switch
        {
            TypeKind.Date => date,
            TypeKind.Time => clock,
            TypeKind.Timestamp => $"{date}T{clock}",
            _ => $"{date}T{clock}{(OffsetSeconds < 0 ? '-' : '+')}{Math.Abs(OffsetSeconds) / 3600:00}:{Math.Abs(OffsetSeconds) / 60 % 60:00}",
        };
    }

    private static PathTime? OfTemplate(string text, string template)
    {
        string upper = template.ToUpperInvariant();
        if (upper.Contains("TZ", StringComparison.Ordinal))
        {
            throw ExecutionErrors.Unsupported(".datetime() with a time zone in its template");
        }

        bool hasTime = upper.Contains("HH", StringComparison.Ordinal) || upper.Contains("MI", StringComparison.Ordinal) || upper.Contains("SS", StringComparison.Ordinal);
        bool hasDate = upper.Contains('Y', StringComparison.Ordinal) || upper.Contains("MM", StringComparison.Ordinal) || upper.Contains("MON", StringComparison.Ordinal) || upper.Contains('D', StringComparison.Ordinal);
        try
        {
            (long days, long time) = new DateTemplate(template).Parse(text).Combine(text);
            return !hasTime ? new PathTime(TypeKind.Date, days) : hasDate ? new PathTime(TypeKind.Timestamp, (days * Calendar.MicrosecondsPerDay) + time) : new PathTime(TypeKind.Time, time);
        }
        catch (Parser.Errors.QueryException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(?<date>\d{4}-\d{2}-\d{2})?(?:(?:(?<=\d)[ T]|^)(?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?<zone> ?(?:Z|[+-]\d{2}(?::?\d{2})?))?)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}
