using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Catalogs;

/// <summary>Tables of a session's plans that travel: system relations by name, files by path, tables in memory by their id in this process.</summary>
internal sealed class SessionTables(Engine engine, Session session) : ITableReferences
{
    public TableReference ReferenceTo(ITable table) => table is SystemTable system
        ? new TableReference.OfCatalog([system.Shape.Schema, system.Shape.Name])
        : engine.Files.ReferenceTo(table) ?? engine.ProcessTables.ReferenceTo(table);

    public ITable Find(TableReference reference) => reference switch
    {
        TableReference.OfCatalog relation => session.Catalog.Find(relation.NameParts) is Relation.OfTable { Table: var table } ? table : throw CatalogErrors.NoRelation("relation", string.Join('.', relation.NameParts)),
        TableReference.OfFiles files => engine.Files.Open(files),
        TableReference.InProcess memory => engine.ProcessTables.Find(memory.Id) ?? throw CatalogErrors.NoRelation("table", memory.Name),
        _ => throw new ArgumentOutOfRangeException(nameof(reference)),
    };
}
