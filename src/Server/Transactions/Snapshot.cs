using SqlCluster.Execution.Storage;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.Transactions;

/// <summary>What was committed at one moment: catalogs and tables. Dispose it, so that old versions can go.</summary>
internal sealed class Snapshot : IDisposable
{
    private readonly CommitLog _commits;
    private readonly (Database Database, CatalogState State)[] _states;

    /// <summary>Versions that are current no more; guarded by the commit log.</summary>
    private readonly Dictionary<MemoryTable, TableVersion?> _versions = [];

    /// <summary>Called by the commit log, while nobody commits.</summary>
    internal Snapshot(CommitLog commits, ReadOnlySpan<Database> databases)
    {
        _commits = commits;
        _states = new (Database, CatalogState)[databases.Length];
        for (int i = 0; i < databases.Length; i++)
        {
            _states[i] = (databases[i], databases[i].State);
        }
    }

    public CatalogState StateOf(Database database)
    {
        foreach ((Database known, CatalogState state) in _states)
        {
            if (known == database)
            {
                return state;
            }
        }

        throw Execution.ExecutionErrors.Internal("a database that the snapshot does not have");
    }

    /// <summary>A table's version, to be released.</summary>
    public TableVersion Pin(MemoryTable table) => _commits.Pin(table, this);

    public void Dispose()
    {
        _commits.Close(this);
        foreach (TableVersion? version in _versions.Values)
        {
            version?.Release();
        }

        _versions.Clear();
    }

    internal TableVersion? Kept(MemoryTable table) => _versions.GetValueOrDefault(table);

    /// <summary>Keeps a table's current version, which is about to be replaced, unless an older one is the snapshot's.</summary>
    internal void Keep(MemoryTable table)
    {
        if (!_versions.ContainsKey(table))
        {
            _versions[table] = table.TryPin();
        }
    }
}
