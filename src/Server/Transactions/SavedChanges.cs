using System.Collections.Immutable;
using SqlCluster.Execution.Storage;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.Transactions;

/// <summary>What a transaction had changed when a savepoint was set. Holds the versions; dispose it when the savepoint goes.</summary>
internal sealed class SavedChanges : IDisposable
{
    internal SavedChanges(ImmutableDictionary<Database, CatalogChange> catalogs, ImmutableDictionary<MemoryTable, TableChange> tables)
    {
        Catalogs = catalogs;
        Tables = tables;
        foreach (TableChange change in tables.Values)
        {
            change.Retain();
        }
    }

    public ImmutableDictionary<Database, CatalogChange> Catalogs { get; }

    public ImmutableDictionary<MemoryTable, TableChange> Tables { get; }

    public void Dispose()
    {
        foreach (TableChange change in Tables.Values)
        {
            change.Release();
        }
    }
}
