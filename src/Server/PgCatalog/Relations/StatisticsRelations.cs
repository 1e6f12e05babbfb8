namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>pg_stat_..._tables: rows of tables; what is not counted is zero.</summary>
internal static class StatisticsRelations
{
    public static IEnumerable<SystemRelation> All =>
    [
        Tables("pg_stat_all_tables", static view => [.. view.Relations.Where(static relation => relation.Kind == 'r')]),
        Tables("pg_stat_user_tables", static view => [.. view.UserRelations.Where(static relation => relation.Kind == 'r')]),
        Tables("pg_stat_sys_tables", static view => [.. view.Relations.Where(static relation => relation.Kind == 'r' && relation.IsSystem)]),
        SizeTables("pg_statio_all_tables", static view => [.. view.Relations.Where(static relation => relation.Kind == 'r')]),
        SizeTables("pg_statio_user_tables", static view => [.. view.UserRelations.Where(static relation => relation.Kind == 'r')]),
        Indexes("pg_stat_all_indexes"), Indexes("pg_stat_user_indexes"),
    ];

    private static SystemRelation<RelationRow> Tables(string name, Func<CatalogView, IReadOnlyList<RelationRow>> rows)
    {
        SystemRelation<RelationRow> relation = SystemRelation.Of(name, rows)
            .Long("relid", static row => row.Oid).Text("schemaname", static row => row.Namespace.Name).Text("relname", static row => row.Name).Long("n_live_tup", static row => (long)Math.Max(0, row.RowCount));
        foreach (string counter in new[] { "seq_scan", "seq_tup_read", "n_tup_ins", "n_tup_upd", "n_tup_del", "n_tup_hot_upd", "n_tup_newpage_upd", "n_dead_tup", "n_mod_since_analyze", "n_ins_since_vacuum", "vacuum_count", "autovacuum_count", "autoanalyze_count" })
        {
            relation.Long(counter, static _ => 0);
        }

        return relation.Value("last_analyze", static row => row.Analyzed is { } analyzed ? (analyzed.Time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null)
            .Long("analyze_count", static row => row.Analyzed?.Times ?? 0);
    }

    private static SystemRelation<RelationRow> SizeTables(string name, Func<CatalogView, IReadOnlyList<RelationRow>> rows) => SystemRelation.Of(name, rows)
        .Long("relid", static row => row.Oid).Text("schemaname", static row => row.Namespace.Name).Text("relname", static row => row.Name).Long("heap_blks_read", static _ => 0).Long("heap_blks_hit", static _ => 0);

    private static SystemRelation<IndexRow> Indexes(string name) => SystemRelation.Of(name, static view => view.Indexes)
        .Long("relid", static row => row.Table.Oid).Long("indexrelid", static row => row.Relation.Oid).Text("schemaname", static row => row.Table.Namespace.Name).Text("relname", static row => row.Table.Name)
        .Text("indexrelname", static row => row.Relation.Name).Long("idx_scan", static _ => 0).Long("idx_tup_read", static _ => 0).Long("idx_tup_fetch", static _ => 0);
}
