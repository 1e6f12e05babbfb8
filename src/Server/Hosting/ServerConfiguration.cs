using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Security;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Hosting;

/// <summary>What a server was told, and where: flags come before the environment, that before the file, and all before the defaults.</summary>
internal sealed class ServerConfiguration
{
    private readonly Dictionary<string, (string Value, string Source)> _given = new(StringComparer.Ordinal);

    private ServerConfiguration()
    {
    }

    /// <summary>Session settings that were given, by canonical name.</summary>
    public IReadOnlyDictionary<string, string> SessionDefaults =>
        _given.Where(static given => ConfigurationEntries.IsSessionSetting(given.Key)).ToDictionary(static given => given.Key, static given => given.Value.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>The value of an entry, normalized.</summary>
    public string this[string name] => _given.TryGetValue(name, out (string Value, string Source) given) ? given.Value : ConfigurationEntries.Find(name)!.Default;

    /// <summary>Puts the sources together.</summary>
    /// <param name="file">The configuration file, or null.</param>
    /// <param name="environment">Variables; of those only SQLCLUSTER_... with a known name are read.</param>
    /// <param name="flags">Names and values from the command line.</param>
    /// <exception cref="ConfigurationException">An unknown name, a bad value, an unreadable file.</exception>
    public static ServerConfiguration Load(string? file, IReadOnlyDictionary<string, string> environment, IEnumerable<(string Name, string Value)> flags)
    {
        var configuration = new ServerConfiguration();
        foreach ((string name, string value, int line) in file == null ? [] : ConfigurationFile.Read(file))
        {
            string path = ConfigurationEntries.Paths.Contains(name) && value.Length > 0 ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file!))!, value) : value;
            configuration.Give(name, path, $"{file}, line {line}");
        }

        foreach (string name in ConfigurationEntries.All.Select(static entry => entry.Name).Concat(SettingDefinitions.All.Keys))
        {
            string variable = ConfigurationEntries.Variable(name);
            if (environment.TryGetValue(variable, out string? value))
            {
                configuration.Give(name, value, variable);
            }
        }

        foreach ((string name, string value) in flags)
        {
            configuration.Give(name, value, "command line");
        }

        return configuration;
    }

    /// <summary>This process's variables.</summary>
    public static IReadOnlyDictionary<string, string> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(static variable => (string)variable.Key, static variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    /// <summary>Every entry as it is in force, and where it comes from: a configuration file that says the same.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (string name in ConfigurationEntries.All.Select(static entry => entry.Name).Concat(SessionDefaults.Keys.Order(StringComparer.OrdinalIgnoreCase)))
        {
            string source = _given.TryGetValue(name, out (string Value, string Source) given) ? given.Source : "default";
            yield return $"{name} = '{this[name].Replace("'", "''", StringComparison.Ordinal)}'   # {source}";
        }
    }

    public LogLevel LogLevel => this["log_level"] switch
    {
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    public LoggedQueries LoggedQueries => Enum.Parse<LoggedQueries>(this["log_queries"], true);

    public int Integer(string name) => int.Parse(this[name], CultureInfo.InvariantCulture);

    public TimeSpan Duration(string name) => TimeSpan.FromMilliseconds(SettingUnits.Parse(this[name], SettingUnits.Durations) ?? 0);

    public long Size(string name) => (long)(SettingUnits.Parse(this[name], SettingUnits.Sizes) ?? 0);

    public EngineOptions ToEngineOptions() => new(Integer("slots"))
    {
        MaxSessions = Integer("max_connections"),
        MaxConcurrentQueries = Integer("max_concurrent_queries"),
        QueueLength = Integer("queue_length"),
        QueueTimeout = Duration("queue_timeout"),
        TotalMemoryBytes = Size("total_memory") is var total and > 0 ? total : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3,
        HistoryLength = Integer("history_length"),
        SessionDefaults = SessionDefaults,
    };

    /// <exception cref="ConfigurationException">An address, port or file that is none.</exception>
    public ServerOptions ToServerOptions(ILogger logger) => new()
    {
        Address = this["listen_address"] is var text && IPAddress.TryParse(text == "localhost" ? "127.0.0.1" : text, out IPAddress? address) ? address : throw Wrong("listen_address", "not an IP address"),
        PgPort = Port("pg_port"),
        PgSocket = this["pg_socket"] is { Length: > 0 } folder ? new PgSocket(folder, SocketMode()) : null,
        FlightPort = Port("flight_port"),
        UiPort = Port("ui_port"),
        Users = Users(),
        PgPasswords = Enum.Parse<PgPasswords>(this["pg_passwords"], true),
        Certificate = Certificate(),
        ClientCertificates = ClientCertificates(),
        Logger = logger,
        AuthenticationTimeout = Duration("authentication_timeout"),
        ShutdownTimeout = Duration("shutdown_timeout"),
    };

    /// <exception cref="ConfigurationException">The user file cannot be read.</exception>
    public UserStore Users()
    {
        try
        {
            return this["users_file"] is { Length: > 0 } file ? UserStore.Open(file) : UserStore.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Wrong("users_file", error.Message);
        }
    }

    private ClientCertificates? ClientCertificates()
    {
        if (this["tls_client_certificates"] == "off")
        {
            return null;
        }

        if (this["tls_certificate"].Length == 0 || this["users_file"].Length == 0 || this["tls_client_ca"].Length == 0)
        {
            throw Wrong("tls_client_certificates", "needs tls_certificate, tls_client_ca and users_file");
        }

        try
        {
            return Security.ClientCertificates.Open(this["tls_client_ca"], this["tls_client_certificates"] == "require", Enum.Parse<CertificateUserName>(this["tls_client_user"], true));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Wrong("tls_client_ca", error.Message);
        }
    }

    private ServerCertificate? Certificate()
    {
        try
        {
            return this["tls_certificate"] is { Length: > 0 } file ? ServerCertificate.Open(file, this["tls_key"] is { Length: > 0 } key ? key : null, this["tls_min_version"] == "1.3") : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Wrong("tls_certificate", error.Message);
        }
    }

    private int? Port(string name) => this[name] switch
    {
        "off" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue => port,
        _ => throw Wrong(name, "neither a port nor off"),
    };

    private UnixFileMode SocketMode()
    {
        string text = this["pg_socket_mode"];
        return text.Length is 3 or 4 && text.All(static digit => digit is >= '0' and <= '7') && Convert.ToInt32(text, 8) is <= 511 and var mode
            ? (UnixFileMode)mode
            : throw Wrong("pg_socket_mode", "not three octal digits such as 0770");
    }

    private void Give(string name, string value, string source)
    {
        SettingDefinition definition = ConfigurationEntries.Find(name) ?? throw Unknown(name, source);
        try
        {
            if (ConfigurationEntries.IsSessionSetting(definition.Name))
            {
                // A session judges zones and encodings too.
                var settings = new SessionSettings();
                settings.Set(name, value);
                _given[definition.Name] = (settings.Get(name), source);
            }
            else
            {
                _given[definition.Name] = (definition.Normalize(value), source);
            }
        }
        catch (QueryException error)
        {
            throw new ConfigurationException($"{source}: {error.Message}{(error.Hint == null ? "" : " " + error.Hint)}");
        }
    }

    private ConfigurationException Wrong(string name, string why) =>
        new($"{(_given.TryGetValue(name, out (string Value, string Source) given) ? given.Source : "default")}: {name}: {why}");

    private static ConfigurationException Unknown(string name, string source)
    {
        string? near = NameDistance.Nearest(name, ConfigurationEntries.All.Select(static entry => entry.Name).Concat(SettingDefinitions.All.Keys)).FirstOrDefault();
        return new ConfigurationException($"{source}: unrecognized configuration parameter \"{name}\"{(near == null ? "" : $"; did you mean {near}?")}");
    }
}
