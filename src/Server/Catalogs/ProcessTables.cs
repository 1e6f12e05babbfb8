using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Physical.Serialization;

namespace SqlCluster.Server.Catalogs;

/// <summary>Ids of tables in memory, under which plans that travel name them. Holds no table: one that nobody else holds is gone. Thread-safe.</summary>
internal sealed class ProcessTables
{
    private readonly ConditionalWeakTable<ITable, TableReference.InProcess> _references = [];
    private readonly ConcurrentDictionary<long, WeakReference<ITable>> _tables = new();
    private long _lastId;

    public TableReference ReferenceTo(ITable table) => _references.GetValue(table, Add);

    public ITable? Find(long id) => _tables.TryGetValue(id, out WeakReference<ITable>? kept) && kept.TryGetTarget(out ITable? table) ? table : null;

    private TableReference.InProcess Add(ITable table)
    {
        long id = Interlocked.Increment(ref _lastId);
        _tables[id] = new WeakReference<ITable>(table);
        if (id % 1024 == 0)
        {
            foreach ((long known, WeakReference<ITable> kept) in _tables)
            {
                if (!kept.TryGetTarget(out _))
                {
                    _tables.TryRemove(known, out _);
                }
            }
        }

        return new TableReference.InProcess(id, table.Name);
    }
}
