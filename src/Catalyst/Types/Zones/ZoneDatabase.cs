using System.Collections.Concurrent;

namespace SqlCluster.Catalyst.Types.Zones;

/// <summary>The machine's zones by name: its compiled IANA database, read when asked for, and rules in POSIX's words. Upper and lower case are the same.</summary>
public static class ZoneDatabase
{
    /// <summary>Names that are kept; clients could make up any number of rules.</summary>
    private const int MaxKnown = 4_096;
    private const int MaxNameLength = 255;

    private static readonly ConcurrentDictionary<string, Zone> Known = new(StringComparer.OrdinalIgnoreCase);
    private static readonly string? Folder = FindFolder();

    /// <summary>Paths of all files below the folder, for names in another case.</summary>
    private static readonly Lazy<Dictionary<string, string>> Spellings = new(static () => ListFiles().ToDictionary(static name => name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Every zone of the database, ordered by name; reads all of it.</summary>
    public static IEnumerable<Zone> All => Spellings.Value.Values.Order(StringComparer.Ordinal).Select(static name => Read(name)).OfType<Zone>();

    /// <summary>A zone of the database, or one that follows a rule.</summary>
    /// <returns>Null: there is no such zone.</returns>
    public static Zone? TryFind(string name)
    {
        if (name.Equals(Zone.Utc.Name, StringComparison.OrdinalIgnoreCase))
        {
            return Zone.Utc;
        }

        if (Known.TryGetValue(name, out Zone? known))
        {
            return known;
        }

        return name.Length is 0 or > MaxNameLength ? null
            : Read(name) ?? (Spellings.Value.TryGetValue(name, out string? spelling) && spelling != name ? Read(spelling) : null) ?? (ZoneRule.TryParse(name.ToUpperInvariant()) is { } rule ? Keep(rule.ToZone(name.ToUpperInvariant())) : null);
    }

    /// <param name="name">In the database's spelling, below its folder.</param>
    /// <returns>Null: there is no such file, or it is no zone.</returns>
    private static Zone? Read(string name)
    {
        if (Folder == null || name[0] == '/' || name.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            string path = Path.Combine(Folder, name);
            return File.Exists(path) && ZoneFile.TryRead(name, File.ReadAllBytes(path)) is { } zone ? Keep(zone) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static Zone Keep(Zone zone)
    {
        if (Known.Count >= MaxKnown)
        {
            Known.Clear();
        }

        return Known.GetOrAdd(zone.Name, zone);
    }

    private static string? FindFolder() =>
        new[] { Environment.GetEnvironmentVariable("TZDIR"), "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo" }.FirstOrDefault(static folder => !string.IsNullOrEmpty(folder) && Directory.Exists(folder));

    /// <summary>Without the copies that distributions add: posix, and right, which counts leap seconds.</summary>
    private static IEnumerable<string> ListFiles() => Folder == null
        ? [Zone.Utc.Name]
        : Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(static file => Path.GetRelativePath(Folder, file))
            .Where(static name => !name.StartsWith("posix/", StringComparison.Ordinal) && !name.StartsWith("right/", StringComparison.Ordinal) && name is not ("posixrules" or "localtime"));
}
