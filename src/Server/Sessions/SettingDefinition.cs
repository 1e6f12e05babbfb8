using System.Globalization;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Sessions;

/// <summary>How a setting's text is read.</summary>
public enum SettingKind
{
    /// <summary>on, off, true, false, yes, no, 1, 0; shown as on or off.</summary>
    Boolean,
    Integer,
    Real,
    /// <summary>Bytes, with kB, MB, GB or TB; shown with the largest unit that divides it.</summary>
    Size,
    /// <summary>Milliseconds, with ms, s, min, h or d; shown with the largest unit that divides it.</summary>
    Duration,
    Text,
    /// <summary>One of the allowed words.</summary>
    Word,
}

/// <summary>A setting that sessions have: what SHOW ALL lists and the documentation is printed from.</summary>
public sealed record SettingDefinition(string Name, SettingKind Kind, string Default, string Description)
{
    /// <summary>Least value of numbers, sizes (bytes) and durations (ms).</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>Words that are allowed.</summary>
    public NodeList<string> Allowed { get; init; } = NodeList<string>.Empty;

    /// <summary>Whether SET is refused.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether PostgreSQL clients are told of changes (ParameterStatus).</summary>
    public bool IsReported { get; init; }

    /// <summary>Whether plans made before a change are not to be used after it.</summary>
    public bool AffectsPlans { get; init; }

    /// <summary>Heading in documents and pg_settings.</summary>
    public string Category { get; init; } = "Execution";

    /// <summary>The value in the form it is kept and shown.</summary>
    /// <exception cref="QueryException">22023: not a value of this setting.</exception>
    public string Normalize(string text) => Kind switch
    {
        SettingKind.Boolean => BooleanText(text),
        SettingKind.Integer => Ranged(text, long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw Invalid(text)).ToString(CultureInfo.InvariantCulture),
        SettingKind.Real => Ranged(text, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw Invalid(text)).ToString(CultureInfo.InvariantCulture),
        SettingKind.Size => SettingUnits.Show((long)Ranged(text, SettingUnits.Parse(text, SettingUnits.Sizes) ?? throw Invalid(text)), SettingUnits.Sizes),
        SettingKind.Duration => SettingUnits.Show((long)Ranged(text, SettingUnits.Parse(text, SettingUnits.Durations) ?? throw Invalid(text)), SettingUnits.Durations),
        SettingKind.Text => text,
        SettingKind.Word => Allowed.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Invalid(text),
    };

    private string BooleanText(string text) => text.ToLowerInvariant() switch
    {
        "on" or "true" or "yes" or "1" or "t" or "y" => Permitted("on", text),
        "off" or "false" or "no" or "0" or "f" or "n" => Permitted("off", text),
        _ => throw Invalid(text),
    };

    private string Permitted(string word, string text) => Allowed.IsEmpty || Allowed.Contains(word) ? word : throw Invalid(text);

    private double Ranged(string text, double value) => value >= Min && value <= Max
        ? value
        : throw new QueryException("22023", ErrorKind.User, string.Create(
            CultureInfo.InvariantCulture, $"{text}{(char.IsAsciiDigit(text[^1]) ? Unit : "")} is outside the valid range for parameter \"{Name}\" ({Min} .. {Max})"));

    /// <summary>What a number without a unit is counted in, after a space; empty: it has none.</summary>
    private string Unit => Kind switch { SettingKind.Duration => " " + SettingUnits.Durations[0].Unit, SettingKind.Size => " " + SettingUnits.Sizes[0].Unit, _ => "" };

    private QueryException Invalid(string text) => new("22023", ErrorKind.User, $"invalid value for parameter \"{Name}\": \"{text}\"")
    {
        Hint = !Allowed.IsEmpty ? $"Available values: {string.Join(", ", Allowed)}."
            : Kind == SettingKind.Duration ? SettingUnits.Hint(SettingUnits.Durations)
            : Kind == SettingKind.Size ? SettingUnits.Hint(SettingUnits.Sizes)
            : null,
    };
}

/// <summary>Numbers with units, as PostgreSQL's configuration writes them.</summary>
internal static class SettingUnits
{
    /// <summary>Units of bytes, smallest first.</summary>
    public static readonly (string Unit, long Factor)[] Sizes = [("B", 1), ("kB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40)];

    /// <summary>Units of milliseconds, smallest first.</summary>
    public static readonly (string Unit, long Factor)[] Durations = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>The number in the smallest unit, or null when the text is not one. Without a unit it is the smallest.</summary>
    public static double? Parse(string text, (string Unit, long Factor)[] units)
    {
        string trimmed = text.Trim();
        int digits = 0;
        while (digits < trimmed.Length && (char.IsAsciiDigit(trimmed[digits]) || trimmed[digits] is '.' or '-'))
        {
            digits++;
        }

        if (!double.TryParse(trimmed[..digits], NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            return null;
        }

        string unit = trimmed[digits..].Trim();
        if (unit.Length == 0)
        {
            return number;
        }

        foreach ((string name, long factor) in units)
        {
            if (name.Equals(unit, StringComparison.OrdinalIgnoreCase))
            {
                return number * factor;
            }
        }

        return null;
    }

    public static string Hint((string Unit, long Factor)[] units) =>
        $"Valid units for this parameter are {string.Join(", ", units[..^1].Select(static unit => $"\"{unit.Unit}\""))}, and \"{units[^1].Unit}\".";

    /// <summary>The number with the largest unit that divides it; zero without one.</summary>
    public static string Show(long value, (string Unit, long Factor)[] units)
    {
        for (int i = units.Length - 1; i >= 0 && value != 0; i--)
        {
            if (value % units[i].Factor == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value / units[i].Factor}{units[i].Unit}");
            }
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }
}
