using System.Collections.Concurrent;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Hosting;

/// <summary>How an engine is set up.</summary>
/// <param name="Slots">Tasks that run at once; 0: one a processor.</param>
/// <param name="MemoryLimitBytes">Default of the setting memory_limit; 0: three quarters of the machine's memory.</param>
public sealed record EngineOptions(int Slots = 0, long MemoryLimitBytes = 0);

/// <summary>What all sessions of a process share: executor, functions, catalog, caches of file metadata. Thread-safe.</summary>
public sealed class Engine : IDisposable
{
    private readonly ConcurrentDictionary<int, Session> _sessions = new();
    private int _lastSession;

    public Engine(EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        Executor = new LocalExecutor(options.Slots > 0 ? options.Slots : Environment.ProcessorCount);
        MemoryLimitBytes = options.MemoryLimitBytes > 0 ? options.MemoryLimitBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;
    }

    public LocalExecutor Executor { get; }

    public IFunctionCatalog Functions => BuiltinFunctions.Instance;

    public Database Database { get; } = new("sqlcluster");

    public FileTables Files { get; } = new();

    /// <summary>Default memory limit of a query.</summary>
    public long MemoryLimitBytes { get; }

    public IEnumerable<Session> Sessions => _sessions.Values;

    public Session OpenSession(string user = "sqlcluster")
    {
        int id = Interlocked.Increment(ref _lastSession);
        var session = new Session(this, id, user);
        _sessions[id] = session;
        return session;
    }

    /// <summary>Makes a file, folder or glob a table of the default schema.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P07: the name is taken; 58P01: no such file.</exception>
    public void Attach(string name, string path) => Database.Put(Database.DefaultSchema, name, new Relation.OfTable(Files.Open(path)), false);

    public void Dispose()
    {
        foreach (Session session in _sessions.Values)
        {
            session.Dispose();
        }

        Executor.Dispose();
        Files.Dispose();
    }

    internal void Forget(Session session) => _sessions.TryRemove(session.Id, out _);
}
