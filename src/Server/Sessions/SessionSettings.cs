using System.Globalization;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Sessions;

/// <summary>A session's settings: defaults, what it was started with, and what SET changed.</summary>
/// <param name="defaults">Normalized values that the server's configuration gives, by canonical name; they come before the defaults of the definitions.</param>
public sealed class SessionSettings(IReadOnlyDictionary<string, string>? defaults = null)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, string> _startup = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings of SET LOCAL, with the values they go back to at the end of the transaction; null: to the default.</summary>
    private readonly Dictionary<string, string?> _local = new(StringComparer.OrdinalIgnoreCase);

    private ExecutionSettings? _forExecution;
    private Random? _random;

    private ParsedSettings? _parsed;

    /// <summary>Raised after a setting changed, with its canonical name and value.</summary>
    public event Action<string, string>? Changed;

    /// <summary>Grows whenever a setting changes that plans depend on.</summary>
    public int PlanVersion { get; private set; }

    /// <summary>Schemas of search_path, in order, without quotes.</summary>
    public IReadOnlyList<string> SearchPath => Parsed.SearchPath;

    /// <summary>How dates in text that do not say it are read.</summary>
    public DateOrder DateOrder => DateStyleText.OrderOf(Get("DateStyle"));

    public int BatchSize => (int)Number("batch_size");

    public bool Optimizer => Flag("optimizer");

    public bool SerializePlans => Parsed.SerializePlans;

    public IReadOnlyList<string> DisabledRules => Get("disabled_rules").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public TimeSpan StatementTimeout => Parsed.StatementTimeout;

    /// <summary>How long a statement may wait for a lock; zero: for ever.</summary>
    public TimeSpan LockTimeout => Duration("lock_timeout");

    /// <summary>How long the session may wait for its client outside a transaction; zero: for ever.</summary>
    public TimeSpan IdleTimeout => Parsed.IdleTimeout;

    /// <summary>How long the session may wait for its client inside a transaction; zero: for ever.</summary>
    public TimeSpan IdleInTransactionTimeout => Parsed.IdleInTransactionTimeout;

    /// <summary>IANA name of the session's time zone.</summary>
    public string TimeZone => Parsed.TimeZone;

    /// <summary>Largest build side that is planned to be broadcast.</summary>
    public long BroadcastBytes => Bytes("broadcast_size");

    /// <summary>Partitions of hash exchanges on a machine of so many slots.</summary>
    public int ShufflePartitions(int slots) => Number("shuffle_partitions") is var partitions and > 0 ? (int)partitions : 4 * slots;

    private ParsedSettings Parsed => _parsed ??= new ParsedSettings(
        [.. SearchPathText.Parse(Get("search_path")).Where(static part => part.Length > 0 && part != "$user")],
        Get("TimeZone"),
        Duration("statement_timeout"),
        Duration("idle_session_timeout"),
        Duration("idle_in_transaction_session_timeout"),
        Flag("serialize_plans"));

    /// <summary>The value, normalized.</summary>
    /// <exception cref="QueryException">42704: no such setting.</exception>
    public string Get(string name) => Find(name) ?? throw Unknown(name);

    /// <summary>The value, or null when there is no such setting.</summary>
    public string? Find(string name) =>
        _values.TryGetValue(name, out string? value) || _startup.TryGetValue(name, out value) || (defaults?.TryGetValue(name, out value) ?? false) ? value : SettingDefinitions.All.GetValueOrDefault(name)?.Default;

    /// <exception cref="QueryException">42704: no such setting; 55P02: read-only; 22023: not a valid value.</exception>
    public void Set(string name, string value)
    {
        SetValue(name, value);
        _local.Remove(name);
    }

    /// <summary>Sets a value until the transaction ends.</summary>
    /// <exception cref="QueryException">As for <see cref="Set"/>.</exception>
    public void SetLocal(string name, string value)
    {
        string? before = _values.GetValueOrDefault(name);
        SetValue(name, value);
        _local.TryAdd(name, before);
    }

    /// <summary>Ends what SET LOCAL set.</summary>
    internal void EndLocal()
    {
        foreach ((string name, string? value) in _local)
        {
            Put(name, value);
        }

        _local.Clear();
    }

    internal SettingState Save() => new(new Dictionary<string, string>(_values, _values.Comparer), new Dictionary<string, string?>(_local, _local.Comparer));

    /// <summary>Goes back to what was saved.</summary>
    internal void Restore(SettingState state)
    {
        foreach (string name in _values.Keys.Union(state.Values.Keys, StringComparer.OrdinalIgnoreCase).ToArray())
        {
            Put(name, state.Values.GetValueOrDefault(name));
        }

        _local.Clear();
        foreach ((string name, string? value) in state.Local)
        {
            _local[name] = value;
        }
    }

    /// <summary>Gives a setting a value that it had before; null: takes its value away.</summary>
    private void Put(string name, string? value)
    {
        if (value == _values.GetValueOrDefault(name))
        {
            return;
        }

        if (value == null)
        {
            _values.Remove(name);
        }
        else
        {
            _values[name] = value;
        }

        if (SettingDefinitions.All.TryGetValue(name, out SettingDefinition? definition))
        {
            Announce(definition, Get(name));
        }
    }

    private void SetValue(string name, string value)
    {
        if (!SettingDefinitions.All.TryGetValue(name, out SettingDefinition? definition))
        {
            _values[name.Contains('.', StringComparison.Ordinal) ? name : throw Unknown(name)] = value;
            return;
        }

        if (definition.IsReadOnly)
        {
            throw new QueryException("55P02", ErrorKind.User, $"parameter \"{definition.Name}\" cannot be changed");
        }

        string normalized = definition.Name switch
        {
            "TimeZone" => ZoneName(value),
            "client_encoding" => EncodingName(value),
            "DateStyle" => DateStyleText.Normalize(value, Get("DateStyle")),
            _ => definition.Normalize(value),
        };
        _values[definition.Name] = normalized;
        Announce(definition, normalized);
    }

    /// <summary>Sets what the session is started with, to which RESET goes back.</summary>
    /// <exception cref="QueryException">As for <see cref="Set"/>.</exception>
    public void SetAtStartup(string name, string value)
    {
        Set(name, value);
        string canonical = SettingDefinitions.All.GetValueOrDefault(name)?.Name ?? name;
        _startup[canonical] = _values[canonical];
        _values.Remove(canonical);
    }

    /// <summary>Back to the default.</summary>
    public void Reset(string name)
    {
        bool isKnown = SettingDefinitions.All.TryGetValue(name, out SettingDefinition? definition);
        if (!_values.Remove(name) && !isKnown && Find(name) == null)
        {
            throw Unknown(name);
        }

        if (isKnown)
        {
            Announce(definition!, Get(definition!.Name));
        }
    }

    public void ResetAll()
    {
        foreach (string name in _values.Keys.ToArray())
        {
            Reset(name);
        }
    }

    /// <summary>All settings and their values, in the order of their names.</summary>
    public IEnumerable<(SettingDefinition Definition, string Value)> List() =>
        SettingDefinitions.All.Values.Select(definition => (definition, Get(definition.Name)));

    /// <summary>What the operators need to know, at the start of a statement.</summary>
    public ExecutionSettings ForExecution(long defaultMemoryLimit) =>
        (_forExecution ??= ReadForExecution(defaultMemoryLimit)) with { Seeds = _random is null ? null : new RandomSeeds(_random.Next()), StatementTime = TimeProvider.System.GetUtcNow().UtcTicks / 10 - (DateTime.UnixEpoch.Ticks / 10) };

    /// <summary>From now on random() gives the numbers that follow from the seed.</summary>
    public void Seed(double seed) => _random = new Random(seed.GetHashCode());

    private ExecutionSettings ReadForExecution(long defaultMemoryLimit)
    {
        long memory = Bytes("memory_limit");
        string folder = Get("spill_folder");
        return ExecutionSettings.Default with
        {
            BatchSize = BatchSize,
            MemoryLimitBytes = memory == 0 ? defaultMemoryLimit : memory,
            ScanPushdown = Flag("scan_pushdown"),
            RuntimeFilters = Flag("runtime_filters"),
            Adaptive = new AdaptiveSettings
            {
                IsEnabled = Flag("adaptive"),
                DisabledRules = [.. DisabledRules],
                BroadcastBytes = Bytes("adaptive_broadcast_size"),
                LeastPartitionBytes = Math.Min(Bytes("adaptive_min_partition_size"), Bytes("adaptive_partition_size")),
                PartitionBytes = Bytes("adaptive_partition_size"),
                SkewFactor = double.Parse(Get("adaptive_skew_factor"), CultureInfo.InvariantCulture),
                SkewBytes = Bytes("adaptive_skew_size"),
            },
            SpillThreshold = double.Parse(Get("spill_threshold"), CultureInfo.InvariantCulture),
            SpillFolder = folder.Length == 0 ? Path.GetTempPath() : folder,
            TimeZone = Get("TimeZone"),
            DateOrder = DateOrder,
        };
    }

    private long Bytes(string name) => (long)(SettingUnits.Parse(Get(name), SettingUnits.Sizes) ?? 0);

    private void Announce(SettingDefinition definition, string value)
    {
        _forExecution = null;
        _parsed = null;
        PlanVersion += definition.AffectsPlans ? 1 : 0;
        Changed?.Invoke(definition.Name, value);
    }

    private static QueryException Unknown(string name) => new("42704", ErrorKind.User, $"unrecognized configuration parameter \"{name}\"");

    /// <summary>As PostgreSQL reads names of encodings: letters and digits alone count, so that asyncpg's 'utf-8' with its quotes is one.</summary>
    private static string EncodingName(string value) => string.Concat(value.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant() is "UTF8" or "UNICODE"
        ? "UTF8"
        : throw new QueryException("22023", ErrorKind.User, $"invalid value for parameter \"client_encoding\": \"{value}\"");

    /// <summary>A number is hours east of Greenwich; everything else a name that text may use too.</summary>
    private static string ZoneName(string value)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double hours) && Math.Abs(hours) <= 14)
        {
            return TimeZones.NameOf(TimeSpan.FromSeconds(Math.Truncate(hours * 3600)));
        }

        return TimeZones.TryFind(value)?.Name ?? throw new QueryException("22023", ErrorKind.User, $"invalid value for parameter \"TimeZone\": \"{value}\"");
    }

    private TimeSpan Duration(string name) => TimeSpan.FromMilliseconds(SettingUnits.Parse(Get(name), SettingUnits.Durations) ?? 0);

    /// <summary>What every statement asks for, read from its text once.</summary>
    private sealed record ParsedSettings(
        IReadOnlyList<string> SearchPath, string TimeZone, TimeSpan StatementTimeout, TimeSpan IdleTimeout, TimeSpan IdleInTransactionTimeout, bool SerializePlans);

    private bool Flag(string name) => Get(name) == "on";

    private long Number(string name) => long.Parse(Get(name), CultureInfo.InvariantCulture);
}
