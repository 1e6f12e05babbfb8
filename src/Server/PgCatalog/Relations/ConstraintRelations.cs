using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.PgCatalog.Functions;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>Keys, checks and indexes as declared: pg_constraint, pg_index.</summary>
internal static class ConstraintRelations
{
    private const long EqualInteger = 96;

    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_constraint", static view => view.Constraints)
            .Long("oid", static row => row.Declared.Oid).Text("conname", static row => row.Declared.Name).Long("connamespace", static row => row.Table.Namespace.Oid)
            .Letter("contype", static row => row.Declared.Kind).Flag("convalidated", static _ => true).Long("conrelid", static row => row.Table.Oid)
            .Long("conindid", static row => row.Declared.IndexOid > 0 ? row.Declared.IndexOid : ReferencedIndex(row)).Long("confrelid", static row => row.Referenced?.Oid ?? 0)
            .Text("confupdtype", static row => row.Declared.Kind == 'f' ? Action(row.Declared.ForeignKey?.OnUpdate) : " ").Text("confdeltype", static row => row.Declared.Kind == 'f' ? Action(row.Declared.ForeignKey?.OnDelete) : " ")
            .Text("confmatchtype", static row => row.Declared.Kind == 'f' ? "s" : " ").Flag("conislocal", static _ => true).Flag("connoinherit", static row => row.Declared.Kind != 'c')
            .Value("conkey", static row => row.Declared.Kind == 'c' && row.Columns.IsEmpty ? null : Numbers(row.Columns))
            .Value("confkey", static row => row.Declared.Kind == 'f' ? Numbers(row.ReferencedColumns) : null)
            .Value("conpfeqop", static row => row.Declared.Kind == 'f' ? Function.Array(SqlType.Oid, row.Columns.Select(static _ => (object?)EqualInteger)) : null)
            .Value("conppeqop", static row => row.Declared.Kind == 'f' ? Function.Array(SqlType.Oid, row.Columns.Select(static _ => (object?)EqualInteger)) : null)
            .Value("conffeqop", static row => row.Declared.Kind == 'f' ? Function.Array(SqlType.Oid, row.Columns.Select(static _ => (object?)EqualInteger)) : null)
            .Text("conbin", static row => row.Declared.Condition),
        SystemRelation.Of("pg_index", static view => view.Indexes)
            .Long("indexrelid", static row => row.Relation.Oid).Long("indrelid", static row => row.Table.Oid).Long("indnatts", static row => row.Keys.Count).Long("indnkeyatts", static row => row.Keys.Count)
            .Flag("indisunique", static row => row.IsUnique).Flag("indisprimary", static row => row.IsPrimary).Flag("indimmediate", static _ => true).Flag("indisvalid", static _ => true)
            .Flag("indisready", static _ => true).Flag("indislive", static _ => true)
            .Value("indkey", static row => Function.Array(SqlType.SmallInt, row.Keys.Select(static key => (object?)(long)key.Number)))
            .Value("indcollation", static row => Function.Array(SqlType.Oid, row.Keys.Select(static key => (object?)PgType.ByOid[PgWire.Types.PgTypes.Oid(key.Type)].Collation)))
            .Value("indclass", static row => Function.Array(SqlType.Oid, row.Keys.Select(static key => (object?)OperatorClassRow.DefaultFor(PgWire.Types.PgTypes.Oid(key.Type)))))
            .Value("indoption", static row => Function.Array(SqlType.SmallInt, row.Keys.Select(static key => (object?)((key.IsDescending ? 1L : 0) | (key.NullsFirst ? 2L : 0)))))
            .Text("indexprs", static row => row.Keys.Any(static key => key.Number == 0) ? string.Join(", ", row.Keys.Where(static key => key.Number == 0).Select(static key => key.Text)) : null)
            .Text("indpred", static row => row.Predicate),
    ];

    private static object Numbers(NodeList<AttributeRow> columns) => Function.Array(SqlType.SmallInt, columns.Select(static column => (object?)(long)column.Number));

    /// <summary>The index of the key that a foreign key refers to.</summary>
    private static long ReferencedIndex(ConstraintRow row) =>
        row.Referenced?.Entry?.Facts.Constraints.FirstOrDefault(key => key.IndexOid > 0 && key.Columns.SequenceEqual(row.Declared.ReferencedColumns))?.IndexOid ?? 0;

    private static string Action(ReferentialAction? action) => action switch
    {
        ReferentialAction.Restrict => "r",
        ReferentialAction.Cascade => "c",
        ReferentialAction.SetNull => "n",
        ReferentialAction.SetDefault => "d",
        null or ReferentialAction.Default or ReferentialAction.NoAction => "a",
    };
}
