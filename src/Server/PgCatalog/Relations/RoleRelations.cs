namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>Users under all the names that PostgreSQL has for them. Everybody who can connect may do everything.</summary>
internal static class RoleRelations
{
    private const string Masked = "********";

    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_authid", Roles)
            .Long("oid", static row => row.Oid).Text("rolname", static row => row.Name).Flag("rolsuper", static _ => true).Flag("rolinherit", static _ => true).Flag("rolcreaterole", static _ => true)
            .Flag("rolcreatedb", static _ => true).Flag("rolcanlogin", static _ => true).Flag("rolbypassrls", static _ => true).Long("rolconnlimit", static _ => -1),
        SystemRelation.Of("pg_roles", Roles)
            .Text("rolname", static row => row.Name).Flag("rolsuper", static _ => true).Flag("rolinherit", static _ => true).Flag("rolcreaterole", static _ => true).Flag("rolcreatedb", static _ => true)
            .Flag("rolcanlogin", static _ => true).Flag("rolreplication", static _ => false).Long("rolconnlimit", static _ => -1).Text("rolpassword", static _ => Masked)
            .Flag("rolbypassrls", static _ => true).Long("oid", static row => row.Oid),
        SystemRelation.Of("pg_user", Roles)
            .Text("usename", static row => row.Name).Long("usesysid", static row => row.Oid).Flag("usecreatedb", static _ => true).Flag("usesuper", static _ => true).Flag("userepl", static _ => false)
            .Flag("usebypassrls", static _ => true).Text("passwd", static _ => Masked),
        SystemRelation.Of("pg_shadow", Roles)
            .Text("usename", static row => row.Name).Long("usesysid", static row => row.Oid).Flag("usecreatedb", static _ => true).Flag("usesuper", static _ => true).Flag("userepl", static _ => false)
            .Flag("usebypassrls", static _ => true).Text("passwd", static _ => Masked),
    ];

    private static List<RoleRow> Roles(CatalogView view) => [.. view.Session.Roles.All.Select(static role => new RoleRow(role.Value, role.Key))];
}
