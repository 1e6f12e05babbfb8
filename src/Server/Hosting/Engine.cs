using System.Collections.Immutable;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Execution.Executors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Hosting;

/// <summary>How an engine is set up.</summary>
/// <param name="Slots">Tasks that run at once; 0: one a processor.</param>
/// <param name="MemoryLimitBytes">Default of the setting memory_limit; 0: three quarters of the machine's memory.</param>
public sealed record EngineOptions(int Slots = 0, long MemoryLimitBytes = 0)
{
    /// <summary>Most sessions of outside clients.</summary>
    public int MaxSessions { get; init; } = int.MaxValue;

    /// <summary>Sessions whose statements may run at once; the statements of others wait.</summary>
    public int MaxConcurrentQueries { get; init; } = int.MaxValue;

    /// <summary>Statements that may wait.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>How long a statement waits before it fails; zero: for ever.</summary>
    public TimeSpan QueueTimeout { get; init; }

    /// <summary>Bytes that all queries together may hold; 0: no more than each for itself.</summary>
    public long TotalMemoryBytes { get; init; }

    /// <summary>Statements that are remembered after their end.</summary>
    public int HistoryLength { get; init; } = 200;

    /// <summary>Normalized values of session settings, by canonical name, in place of their defaults.</summary>
    public IReadOnlyDictionary<string, string> SessionDefaults { get; init; } = new Dictionary<string, string>();
}

/// <summary>What all sessions of a process share: executor, functions, catalog, caches of file metadata. Thread-safe.</summary>
public sealed class Engine : IDisposable
{
    private ImmutableArray<IQueryListener> _listeners = [];

    public Engine(EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        Executor = new LocalExecutor(options.Slots > 0 ? options.Slots : Environment.ProcessorCount);
        MemoryLimitBytes = options.MemoryLimitBytes > 0 ? options.MemoryLimitBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;
        Sessions = new SessionRegistry(this) { MaxCount = options.MaxSessions };
        Admission = new QueryAdmission(options.MaxConcurrentQueries, options.QueueLength, options.QueueTimeout);
        Memory = new MemoryBudget("all queries", options.TotalMemoryBytes > 0 ? options.TotalMemoryBytes : long.MaxValue);
        History = new QueryHistory(options.HistoryLength);
        SessionDefaults = options.SessionDefaults;
        Roles = new Roles(Database.Ids);
    }

    /// <summary>Users and their ids.</summary>
    public Roles Roles { get; }

    public LocalExecutor Executor { get; }

    /// <summary>Executors in other processes, to which plans that read files go as long as there are some; null: there never are.</summary>
    public ClusterDriver? Cluster { get; set; }

    /// <summary>Executors in other processes that are alive.</summary>
    internal int ExecutorCount => Cluster?.ExecutorCount ?? 0;

    public IFunctionCatalog Functions => SystemFunctions.Instance;

    public Database Database { get; } = new("sqlcluster");

    public FileTables Files { get; } = new();

    /// <summary>Who listens to which channel.</summary>
    internal NotificationChannels Notifications { get; } = new();

    /// <summary>Ids of tables in memory.</summary>
    internal ProcessTables ProcessTables { get; } = new();

    /// <summary>Default memory limit of a query.</summary>
    public long MemoryLimitBytes { get; }

    /// <summary>The open sessions.</summary>
    public SessionRegistry Sessions { get; }

    /// <summary>The statements that ended last.</summary>
    public QueryHistory History { get; }

    /// <summary>Decides whose statement runs when.</summary>
    public QueryAdmission Admission { get; }

    /// <summary>What all queries hold together.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>Who is told of statements.</summary>
    public ImmutableArray<IQueryListener> Listeners => _listeners;

    /// <summary>Values of settings that new sessions begin with, in place of the definitions' defaults.</summary>
    public IReadOnlyDictionary<string, string> SessionDefaults { get; }

    /// <summary>When the engine was made: pg_postmaster_start_time().</summary>
    public DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Opens a session; dispose it when its client has left.</summary>
    /// <exception cref="Parser.Errors.QueryException">53300: there are as many as may be.</exception>
    public Session OpenSession(string user = "sqlcluster", SessionClient? client = null) => Sessions.Open(user, client ?? SessionClient.Embedded);

    /// <summary>Tells of every statement that ends from now on.</summary>
    public void AddListener(IQueryListener listener) => ImmutableInterlocked.Update(ref _listeners, static (listeners, added) => listeners.Add(added), listener);

    /// <summary>Makes a file, folder or glob a table of the default schema.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P07: the name is taken; 58P01: no such file.</exception>
    public void Attach(string name, string path) => Database.Add(Database.DefaultSchema, name, new Relation.OfTable(Files.Open(path)));

    public void Dispose()
    {
        foreach (Session session in Sessions)
        {
            session.Dispose();
        }

        Executor.Dispose();
        Files.Dispose();
    }
}
