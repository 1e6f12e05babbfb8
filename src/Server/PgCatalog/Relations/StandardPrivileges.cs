using static SqlCluster.Server.PgCatalog.Relations.StandardTables;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>information_schema: who may do what. Everybody who can connect may read everything, and change what can be changed.</summary>
internal static class StandardPrivileges
{
    private static readonly string[] OnTables = ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];
    private static readonly string[] OnColumns = ["INSERT", "SELECT", "UPDATE", "REFERENCES"];

    public static IEnumerable<SystemRelation> All =>
    [
        Tables("table_privileges"),
        Tables("role_table_grants"),
        SystemRelation.OfStandard("column_privileges", static view => view.UserRelations.SelectMany(relation => relation.Columns.SelectMany(column => OnColumns.Select(privilege => (Column: column, Privilege: privilege, View: view)))).ToList())
            .Text("grantor", static row => ListViews.Owner(row.View, row.Column.Relation)).Text("grantee", static row => row.View.Session.Session.User).Text("table_catalog", static row => Catalog(row.View))
            .Text("table_schema", static row => row.Column.Relation.Namespace.Name).Text("table_name", static row => row.Column.Relation.Name).Text("column_name", static row => row.Column.Name)
            .Text("privilege_type", static row => row.Privilege).YesNo("is_grantable", static _ => true),
        SystemRelation.OfStandard("enabled_roles", static view => view.Session.Roles.All).Text("role_name", static row => row.Key),
        SystemRelation.OfStandard("applicable_roles", static _ => Array.Empty<string>()).Text("role_name", static row => row),
        SystemRelation.OfStandard("administrable_role_authorizations", static _ => Array.Empty<string>()).Text("role_name", static row => row),
    ];

    private static SystemRelation<(RelationRow Relation, string Privilege, CatalogView View)> Tables(string name) =>
        SystemRelation.OfStandard(name, static view => view.UserRelations.SelectMany(relation => OnTables.Select(privilege => (Relation: relation, Privilege: privilege, View: view))).ToList() as IReadOnlyList<(RelationRow Relation, string Privilege, CatalogView View)>)
            .Text("grantor", static row => ListViews.Owner(row.View, row.Relation)).Text("grantee", static row => row.View.Session.Session.User).Text("table_catalog", static row => Catalog(row.View))
            .Text("table_schema", static row => row.Relation.Namespace.Name).Text("table_name", static row => row.Relation.Name).Text("privilege_type", static row => row.Privilege)
            .YesNo("is_grantable", static _ => true).YesNo("with_hierarchy", static row => row.Privilege == "SELECT");
}
