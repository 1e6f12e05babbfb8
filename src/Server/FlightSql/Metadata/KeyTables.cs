using SqlCluster.Arrow.Schema;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>Names a table in a command about keys: all exact, no patterns.</summary>
/// <param name="Catalog">null: any.</param>
/// <param name="Schema">null: any.</param>
/// <param name="Table">Its name.</param>
internal sealed record KeyedTable(string? Catalog, string? Schema, string Table)
{
    public bool Is(string catalog, string schema, string table) => (Catalog == null || Catalog == catalog) && (Schema == null || Schema == schema) && Table == table;
}

/// <summary>GetPrimaryKeys, GetImportedKeys, GetExportedKeys and GetCrossReference: the keys that tables were declared with, which the engine does not enforce.</summary>
internal static class KeyTables
{
    public static readonly ArrowSchema PrimaryKeysSchema = new(
    [
        new("catalog_name", ArrowType.Utf8), new("db_schema_name", ArrowType.Utf8), new("table_name", ArrowType.Utf8, false),
        new("column_name", ArrowType.Utf8, false), new("key_name", ArrowType.Utf8), new("key_sequence", ArrowType.Int32, false),
    ]);

    /// <summary>Of imported and exported keys and of cross references alike.</summary>
    public static readonly ArrowSchema ForeignKeysSchema = new(
    [
        new("pk_catalog_name", ArrowType.Utf8), new("pk_db_schema_name", ArrowType.Utf8), new("pk_table_name", ArrowType.Utf8, false),
        new("pk_column_name", ArrowType.Utf8, false), new("fk_catalog_name", ArrowType.Utf8), new("fk_db_schema_name", ArrowType.Utf8),
        new("fk_table_name", ArrowType.Utf8, false), new("fk_column_name", ArrowType.Utf8, false), new("key_sequence", ArrowType.Int32, false),
        new("fk_key_name", ArrowType.Utf8), new("pk_key_name", ArrowType.Utf8), new("update_rule", ArrowType.UInt8, false),
        new("delete_rule", ArrowType.UInt8, false),
    ]);

    public static MetadataTable PrimaryKeys(Session session, KeyedTable table)
    {
        string catalog = session.Engine.Database.Name;
        return new MetadataTable(PrimaryKeysSchema,
        [
            .. from schema in session.Catalog.Shared.State.Contents()
               from entry in schema.Relations
               where table.Is(catalog, schema.Name, entry.Name)
               from key in entry.Facts.Constraints
               where key.Kind == 'p'
               from column in key.Columns.Select(static (name, index) => (Name: name, Sequence: index + 1))
               select new object?[] { catalog, schema.Name, entry.Name, column.Name, key.Name, column.Sequence },
        ]);
    }

    /// <summary>Foreign keys of a table, ordered by the tables that they refer to.</summary>
    public static MetadataTable ImportedKeys(Session session, KeyedTable table) => Keys(session, key => key.IsOf(table), false);

    /// <summary>Foreign keys that refer to a table, ordered by the tables they belong to.</summary>
    public static MetadataTable ExportedKeys(Session session, KeyedTable table) => Keys(session, key => key.RefersTo(table), true);

    /// <summary>Foreign keys of one table that refer to another.</summary>
    public static MetadataTable CrossReference(Session session, KeyedTable primary, KeyedTable foreign) =>
        Keys(session, key => key.RefersTo(primary) && key.IsOf(foreign), true);

    private static MetadataTable Keys(Session session, Func<ForeignKey, bool> isWanted, bool orderByForeign)
    {
        ForeignKey[] keys =
        [
            .. ForeignKeys(session.Catalog.Shared).Where(isWanted)
                .OrderBy(key => orderByForeign ? key.Schema : key.ReferencedSchema, StringComparer.Ordinal)
                .ThenBy(key => orderByForeign ? key.Table : key.ReferencedTable, StringComparer.Ordinal)
                .ThenBy(key => orderByForeign ? key.Constraint.Name : key.ReferencedKey ?? "", StringComparer.Ordinal),
        ];
        return new MetadataTable(ForeignKeysSchema, [.. keys.SelectMany(static key => key.Rows())]);
    }

    private static List<ForeignKey> ForeignKeys(SessionDatabase database)
    {
        IReadOnlyList<SchemaContents> schemas = database.State.Contents();
        var tables = schemas.SelectMany(static schema => schema.Relations.Select(entry => (Schema: schema.Name, Entry: entry))).ToDictionary(static table => table.Entry.Oid);
        var keys = new List<ForeignKey>();
        foreach ((string schema, CatalogEntry entry) in tables.Values)
        {
            foreach (DeclaredConstraint constraint in entry.Facts.Constraints.Where(static constraint => constraint.Kind == 'f'))
            {
                if (tables.TryGetValue(constraint.ReferencedOid == 0 ? entry.Oid : constraint.ReferencedOid, out var referenced))
                {
                    DeclaredConstraint? primary = referenced.Entry.Facts.Constraints.FirstOrDefault(static key => key.Kind == 'p');
                    NodeList<string> columns = constraint.ReferencedColumns.IsEmpty && primary != null ? primary.Columns : constraint.ReferencedColumns;
                    DeclaredConstraint? key = referenced.Entry.Facts.Constraints.FirstOrDefault(key => key.Kind is 'p' or 'u' && key.Columns.SequenceEqual(columns));
                    keys.Add(new ForeignKey(database.Name, schema, entry.Name, constraint, referenced.Schema, referenced.Entry.Name, columns, key?.Name));
                }
            }
        }

        return keys;
    }

    private sealed record ForeignKey(
        string Catalog, string Schema, string Table, DeclaredConstraint Constraint, string ReferencedSchema, string ReferencedTable, NodeList<string> ReferencedColumns, string? ReferencedKey)
    {
        public bool IsOf(KeyedTable table) => table.Is(Catalog, Schema, Table);

        public bool RefersTo(KeyedTable table) => table.Is(Catalog, ReferencedSchema, ReferencedTable);

        /// <summary>A row a column pair.</summary>
        public IEnumerable<object?[]> Rows() => Constraint.Columns.Zip(ReferencedColumns).Select((pair, index) => new object?[]
        {
            Catalog, ReferencedSchema, ReferencedTable, pair.Second, Catalog, Schema, Table, pair.First, index + 1, Constraint.Name, ReferencedKey,
            Rule(Constraint.ForeignKey?.OnUpdate), Rule(Constraint.ForeignKey?.OnDelete),
        });

        /// <summary>FlightSql.proto, enum UpdateDeleteRules.</summary>
        private static byte Rule(ReferentialAction? action) => action switch
        {
            ReferentialAction.Cascade => 0,
            ReferentialAction.Restrict => 1,
            ReferentialAction.SetNull => 2,
            ReferentialAction.SetDefault => 4,
            _ => 3,
        };
    }
}
