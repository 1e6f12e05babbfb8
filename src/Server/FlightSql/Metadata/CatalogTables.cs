using SqlCluster.Arrow.Schema;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>What GetTables is asked for.</summary>
/// <param name="Catalog">Exact name; null: any; empty: tables without a catalog, of which there are none.</param>
/// <param name="Schema">Pattern of schema names; null: any.</param>
/// <param name="Table">Pattern of table names; null: any.</param>
/// <param name="Types">Table types in any case; empty: all.</param>
/// <param name="IncludeSchema">Whether to add each table's Arrow schema.</param>
internal sealed record TableFilter(string? Catalog, string? Schema, string? Table, IReadOnlyList<string> Types, bool IncludeSchema);

/// <summary>GetCatalogs, GetDbSchemas, GetTables and GetTableTypes: columns and order of FlightSql.proto.</summary>
internal static class CatalogTables
{
    public static readonly ArrowSchema CatalogsSchema = new([new("catalog_name", ArrowType.Utf8, false)]);

    public static readonly ArrowSchema DbSchemasSchema = new([new("catalog_name", ArrowType.Utf8), new("db_schema_name", ArrowType.Utf8, false)]);

    public static readonly ArrowSchema TableTypesSchema = new([new("table_type", ArrowType.Utf8, false)]);

    private static readonly ArrowField[] TableFields =
    [
        new("catalog_name", ArrowType.Utf8), new("db_schema_name", ArrowType.Utf8), new("table_name", ArrowType.Utf8, false), new("table_type", ArrowType.Utf8, false),
    ];

    public static ArrowSchema TablesSchema(bool includeSchema) =>
        new(includeSchema ? [.. TableFields, new ArrowField("table_schema", ArrowType.Binary, false)] : TableFields);

    public static MetadataTable Catalogs(Session session) => new(CatalogsSchema, [[session.Engine.Database.Name]]);

    public static MetadataTable TableTypes() => new(TableTypesSchema, [.. ListedTables.Types.Order(StringComparer.Ordinal).Select(static type => new object?[] { type })]);

    /// <param name="session">Whose catalog it is.</param>
    /// <param name="catalog">As in <see cref="TableFilter"/>.</param>
    /// <param name="schemaPattern">As in <see cref="TableFilter"/>.</param>
    public static MetadataTable DbSchemas(Session session, string? catalog, string? schemaPattern)
    {
        NamePattern? pattern = schemaPattern == null ? null : new NamePattern(schemaPattern);
        string database = session.Engine.Database.Name;
        IEnumerable<string> schemas = catalog != null && catalog != database ? [] : ListedTables.Schemas(session).Where(name => NamePattern.Matches(pattern, name));
        return new MetadataTable(DbSchemasSchema, [.. schemas.Order(StringComparer.Ordinal).Select(schema => new object?[] { database, schema })]);
    }

    public static MetadataTable Tables(Session session, TableFilter filter)
    {
        string database = session.Engine.Database.Name;
        ListedTable[] tables = filter.Catalog != null && filter.Catalog != database ? [] : Find(session, filter);
        return new MetadataTable(TablesSchema(filter.IncludeSchema),
        [
            .. tables.Select(table => filter.IncludeSchema
                ? new object?[] { database, table.Schema, table.Name, table.Type, table.ArrowSchema(session) }
                : [database, table.Schema, table.Name, table.Type]),
        ]);
    }

    private static ListedTable[] Find(Session session, TableFilter filter)
    {
        NamePattern? schema = filter.Schema == null ? null : new NamePattern(filter.Schema), name = filter.Table == null ? null : new NamePattern(filter.Table);
        var types = filter.Types.Select(static type => type.Equals("BASE TABLE", StringComparison.OrdinalIgnoreCase) ? ListedTables.Table : type)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. ListedTables.Schemas(session).Where(candidate => NamePattern.Matches(schema, candidate))
                .SelectMany(candidate => ListedTables.In(session, candidate))
                .Where(table => NamePattern.Matches(name, table.Name) && (types.Count == 0 || types.Contains(table.Type)))
                .OrderBy(static table => table.Schema, StringComparer.Ordinal).ThenBy(static table => table.Name, StringComparer.Ordinal)
                .ThenBy(static table => table.Type, StringComparer.Ordinal),
        ];
    }
}
