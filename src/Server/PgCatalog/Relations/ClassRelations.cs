using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgCatalog.Functions;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>Schemas, relations and their columns: pg_namespace, pg_class, pg_attribute, pg_attrdef, pg_description.</summary>
internal static class ClassRelations
{
    private const long HeapMethod = 2;
    private const long BtreeMethod = 403;
    private const int RowsOfPage = 100;

    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_namespace", static view => view.Namespaces)
            .Long("oid", static row => row.Oid).Text("nspname", static row => row.Name).Long("nspowner", static row => row.Owner),
        SystemRelation.Of("pg_class", static view => view.Relations)
            .Long("oid", static row => row.Oid).Text("relname", static row => row.Name).Long("relnamespace", static row => row.Namespace.Oid).Long("relowner", static row => row.Owner)
            .Long("relam", static row => row.Kind switch { 'r' => HeapMethod, 'i' => BtreeMethod, _ => 0 })
            .Long("relfilenode", static row => row.Kind == 'v' ? 0 : row.Oid).Real("reltuples", static row => row.CountedRows)
            .Long("relpages", static row => Math.Min(int.MaxValue, (long)Math.Max(row.Kind == 'i' ? 1 : 0, Math.Ceiling(row.RowCount / RowsOfPage))))
            .Flag("relhasindex", static row => row.HasIndexes).Flag("relisshared", static row => row.Oid is 1260 or 1261 or 1262 or 1213 or 1214 or 2396 or 2964 or 3592 or 6000 or 6100 or 6243)
            .Text("relpersistence", static row => row.IsTemporary ? "t" : "p").Letter("relkind", static row => row.Kind).Long("relnatts", static row => row.Columns.Count())
            .Long("relchecks", static row => row.Entry?.Facts.Constraints.Count(static constraint => constraint.Kind == 'c') ?? 0)
            .Flag("relhasrules", static row => row.Kind == 'v').Flag("relhastriggers", static row => row.HasForeignKeys)
            .Flag("relispopulated", static _ => true).Text("relreplident", static row => row.Kind is 'r' && !row.IsSystem ? "d" : "n"),
        SystemRelation.Of("pg_attribute", static view => view.Attributes)
            .Long("attrelid", static row => row.Relation.Oid).Text("attname", static row => row.Name).Long("atttypid", static row => row.PgType.Oid).Long("attlen", static row => row.PgType.Length)
            .Long("attnum", static row => row.Number).Long("attcacheoff", static _ => -1).Long("atttypmod", static row => row.Modifier).Long("attndims", static row => row.Dimensions)
            .Flag("attbyval", static row => row.PgType.IsByValue).Letter("attalign", static row => row.PgType.Alignment).Letter("attstorage", static row => row.PgType.Storage)
            .Flag("attnotnull", static row => row.IsRequired).Flag("atthasdef", static row => row.Default is { Expression: not null })
            .Text("attidentity", static row => row.Default is { Kind: 'a' or 'd' } identity ? identity.Kind.ToString() : "").Text("attgenerated", static row => row.Default is { Kind: 's' } ? "s" : "")
            .Flag("attislocal", static _ => true).Long("attstattarget", static row => row.Number > 0 ? -1 : 0).Long("attcollation", static row => row.PgType.Collation),
        SystemRelation.Of("pg_attrdef", static view => view.Attributes.Where(static row => row.Default is { Expression: not null }).ToList())
            .Long("oid", static row => row.Default!.Oid).Long("adrelid", static row => row.Relation.Oid).Long("adnum", static row => row.Number).Text("adbin", static row => row.Default!.Expression),
        SystemRelation.Of("pg_description", Comments)
            .Long("objoid", static row => row.Object).Long("classoid", static row => row.Catalog).Long("objsubid", static row => row.Column).Text("description", static row => row.Text),
        SystemRelation.Of("pg_am", static _ => Methods).Long("oid", static row => row.Oid).Text("amname", static row => row.Name).Letter("amtype", static row => row.Type),
        SystemRelation.Of("pg_tablespace", static _ => new (long Oid, string Name)[] { (1663, "pg_default"), (1664, "pg_global") })
            .Long("oid", static row => row.Oid).Text("spcname", static row => row.Name).Long("spcowner", static _ => Roles.SuperuserOid),
    ];

    private static readonly (long Oid, string Name, char Type)[] Methods =
        [(2, "heap", 't'), (403, "btree", 'i'), (405, "hash", 'i'), (783, "gist", 'i'), (2742, "gin", 'i'), (3580, "brin", 'i'), (4000, "spgist", 'i')];

    private static List<(long Object, long Catalog, int Column, string Text)> Comments(CatalogView view)
    {
        var comments = new List<(long, long, int, string)>();
        foreach (NamespaceRow space in view.Namespaces.Where(static space => space.Comment != null))
        {
            comments.Add((space.Oid, 2615, 0, space.Comment!));
        }

        foreach (RelationRow relation in view.UserRelations)
        {
            if (relation.Comment != null)
            {
                comments.Add((relation.Oid, 1259, 0, relation.Comment));
            }

            comments.AddRange(relation.Entry!.Facts.ColumnComments.Count == 0
                ? []
                : relation.Attributes.Where(static attribute => attribute.Comment != null).Select(attribute => (relation.Oid, 1259L, (int)attribute.Number, attribute.Comment!)));
        }

        comments.AddRange(ProcRow.All.Where(static function => function.Description.Length > 0).Select(static function => (function.Oid, 1255L, 0, function.Description)));
        return comments;
    }
}
