using SqlCluster.Server.PgCatalog.Functions;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>pg_tables, pg_views, pg_indexes and pg_sequences: names instead of ids.</summary>
internal static class ListViews
{
    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_tables", static view => view.Relations.Where(static relation => relation.Kind == 'r').Select(relation => (Relation: relation, View: view)).ToList())
            .Text("schemaname", static row => row.Relation.Namespace.Name).Text("tablename", static row => row.Relation.Name).Text("tableowner", static row => Owner(row.View, row.Relation))
            .Flag("hasindexes", static row => row.Relation.HasIndexes).Flag("hasrules", static _ => false)
            .Flag("hastriggers", static row => row.Relation.HasForeignKeys).Flag("rowsecurity", static _ => false),
        SystemRelation.Of("pg_views", static view => view.Relations.Where(static relation => relation.Kind == 'v').Select(relation => (Relation: relation, View: view)).ToList())
            .Text("schemaname", static row => row.Relation.Namespace.Name).Text("viewname", static row => row.Relation.Name).Text("viewowner", static row => Owner(row.View, row.Relation))
            .Text("definition", static row => Definitions.View(row.Relation)),
        SystemRelation.Of("pg_indexes", static view => view.Indexes)
            .Text("schemaname", static row => row.Table.Namespace.Name).Text("tablename", static row => row.Table.Name).Text("indexname", static row => row.Relation.Name)
            .Text("indexdef", static row => IndexRows.Definition(row)),
    ];

    /// <summary>Name of who owns a relation.</summary>
    public static string? Owner(CatalogView view, RelationRow relation) => view.Session.Roles.NameOf(relation.Owner);
}
