using System.CommandLine;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Hosting;

/// <summary>The flags of configuration entries, for a command that takes some or all of them.</summary>
internal sealed class ConfigurationFlags
{
    private readonly Option<FileInfo?> _file = new("--config", "-c") { Description = "File of lines name = value (SQLCLUSTER_CONFIG)", HelpName = "FILE" };
    private readonly Option<string[]> _set = new("--set") { Description = "Default of a session setting, such as statement_timeout=5min; may come more than once", HelpName = "NAME=VALUE" };
    private readonly Dictionary<string, Option<string?>> _options = [];
    private readonly bool _takesSettings;

    /// <param name="command">Gets the flags.</param>
    /// <param name="names">Which entries; none: all of them, and --set.</param>
    public ConfigurationFlags(Command command, params string[] names)
    {
        command.Add(_file);
        foreach (SettingDefinition entry in ConfigurationEntries.All.Where(entry => names.Length == 0 || names.Contains(entry.Name)))
        {
            var option = new Option<string?>(ConfigurationEntries.Flag(entry.Name), Aliases(entry.Name))
            {
                Description = entry.Description.TrimEnd('.') + (entry.Default.Length == 0 ? "" : $" [{entry.Default}]"),
                HelpName = ConfigurationEntries.Paths.Contains(entry.Name) ? "PATH" : entry.Kind == SettingKind.Word ? string.Join('|', entry.Allowed) : "VALUE",
            };
            _options[entry.Name] = option;
            command.Add(option);
        }

        _takesSettings = names.Length == 0;
        if (_takesSettings)
        {
            command.Add(_set);
        }
    }

    /// <summary>Puts file, environment and flags together.</summary>
    /// <exception cref="ConfigurationException">An unknown name, a bad value, an unreadable file.</exception>
    public ServerConfiguration Load(ParseResult parsed)
    {
        IReadOnlyDictionary<string, string> environment = ServerConfiguration.Environment();
        var flags = new List<(string, string)>();
        foreach (string pair in _takesSettings ? parsed.GetValue(_set) ?? [] : [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            flags.Add(equals > 0 ? (pair[..equals].Trim(), pair[(equals + 1)..].Trim()) : throw new ConfigurationException($"--set: not NAME=VALUE: {pair}"));
        }

        foreach ((string name, Option<string?> option) in _options)
        {
            if (parsed.GetValue(option) is { } value)
            {
                flags.Add((name, value));
            }
        }

        return ServerConfiguration.Load(parsed.GetValue(_file)?.FullName ?? environment.GetValueOrDefault("SQLCLUSTER_CONFIG"), environment, flags);
    }

    private static string[] Aliases(string name) => name switch
    {
        "data" => ["-d"],
        "listen_address" => ["--host"],
        _ => [],
    };
}
