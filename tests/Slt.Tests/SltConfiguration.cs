using SqlCluster.Testing;

namespace SqlCluster.Slt.Tests;

/// <summary>A file of tests/configs: settings under which the whole suite runs again, one NAME=VALUE a line.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Slots">Slots of the engine ("slots=8"), 0: one a processor.</param>
/// <param name="Executors">Executors behind sockets, of one slot each ("executors=2"), to which plans that read files go; 0: none.</param>
/// <param name="Settings">Session settings.</param>
/// <param name="Skipped">Paths below tests/slt that do not run under this configuration ("skip=PATH because REASON").</param>
public sealed record SltConfiguration(string Name, int Slots, int Executors, IReadOnlyDictionary<string, string> Settings, IReadOnlySet<string> Skipped)
{
    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.conf").Order(StringComparer.Ordinal).Select(static file => Path.GetFileNameWithoutExtension(file)!);

    private static string Folder => Path.Combine(Corpus.Root, "tests", "configs");

    public static SltConfiguration Read(string name)
    {
        int slots = 0, executors = 0;
        var settings = new Dictionary<string, string>();
        var skipped = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Folder, $"{name}.conf")).Where(static line => line.Length > 0 && !line.StartsWith('#')))
        {
            string[] parts = line.Split('=', 2);
            switch (parts[0])
            {
                case "slots":
                    slots = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "executors":
                    executors = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "skip":
                    string[] words = parts[1].Split(" because ", 2);
                    skipped.Add(words.Length == 2 ? words[0] : throw new FormatException($"{name}.conf: a skip needs its reason: {line}"));
                    break;
                default:
                    settings.Add(parts[0], parts[1]);
                    break;
            }
        }

        return new SltConfiguration(name, slots, executors, settings, skipped);
    }
}
