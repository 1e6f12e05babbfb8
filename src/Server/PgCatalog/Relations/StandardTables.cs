using System.Globalization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgCatalog.Functions;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>information_schema: schemata, tables, views, columns, and what columns refer to.</summary>
internal static class StandardTables
{
    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.OfStandard("information_schema_catalog_name", static view => new[] { Catalog(view) }).Text("catalog_name", static row => row),
        SystemRelation.OfStandard("schemata", static view => view.Namespaces.Select(space => (Space: space, View: view)).ToList())
            .Text("catalog_name", static row => Catalog(row.View)).Text("schema_name", static row => row.Space.Name).Text("schema_owner", static row => row.View.Session.Roles.NameOf(row.Space.Owner)),
        SystemRelation.OfStandard("tables", static view => Relations(view))
            .Text("table_catalog", static row => Catalog(row.View)).Text("table_schema", static row => row.Relation.Namespace.Name).Text("table_name", static row => row.Relation.Name)
            .Text("table_type", static row => row.Relation switch { { IsTemporary: true, Kind: 'r' } => "LOCAL TEMPORARY", { Kind: 'v' } => "VIEW", _ => "BASE TABLE" })
            .YesNo("is_insertable_into", static row => IsWritable(row.Relation)).YesNo("is_typed", static _ => false)
            .Text("commit_action", static row => row.Relation.IsTemporary ? "PRESERVE" : null),
        SystemRelation.OfStandard("views", static view => Relations(view).Where(static row => row.Relation.Kind == 'v').ToList())
            .Text("table_catalog", static row => Catalog(row.View)).Text("table_schema", static row => row.Relation.Namespace.Name).Text("table_name", static row => row.Relation.Name)
            .Text("view_definition", static row => Definitions.View(row.Relation)).Text("check_option", static _ => "NONE").YesNo("is_updatable", static _ => false).YesNo("is_insertable_into", static _ => false)
            .YesNo("is_trigger_updatable", static _ => false).YesNo("is_trigger_deletable", static _ => false).YesNo("is_trigger_insertable_into", static _ => false),
        Columns(),
        SystemRelation.OfStandard("element_types", static view => UserAttributes(view).Where(static row => row.Attribute.PgType.IsArray).ToList())
            .Text("object_catalog", static row => Catalog(row.View)).Text("object_schema", static row => row.Attribute.Relation.Namespace.Name).Text("object_name", static row => row.Attribute.Relation.Name)
            .Text("object_type", static row => row.Attribute.Relation.Kind == 'v' ? "VIEW" : "TABLE").Text("collection_type_identifier", static row => Number(row.Attribute))
            .Text("data_type", static row => PgType.Format(row.Attribute.PgType.Element)).Text("udt_catalog", static row => Catalog(row.View)).Text("udt_schema", static _ => SystemShape.PgCatalog)
            .Text("udt_name", static row => PgType.ByOid[row.Attribute.PgType.Element].Name).Text("dtd_identifier", static row => $"a{Number(row.Attribute)}"),
        SystemRelation.OfStandard("character_sets", static view => new[] { view })
            .Text("character_set_name", static _ => "UTF8").Text("character_repertoire", static _ => "UCS").Text("form_of_use", static _ => "UTF8").Text("default_collate_catalog", static row => Catalog(row))
            .Text("default_collate_schema", static _ => SystemShape.PgCatalog).Text("default_collate_name", static _ => "C"),
    ];

    public static string Catalog(CatalogView view) => view.Session.Session.Engine.Database.Name;

    /// <summary>Tables and views with the view they are seen in.</summary>
    public static List<(RelationRow Relation, CatalogView View)> Relations(CatalogView view) => [.. view.Relations.Where(static relation => relation.Kind is 'r' or 'v').Select(relation => (relation, view))];

    private static List<(AttributeRow Attribute, CatalogView View)> UserAttributes(CatalogView view) =>
        [.. view.Attributes.Where(static attribute => attribute.Number > 0 && attribute.Relation.Kind is 'r' or 'v').Select(attribute => (attribute, view))];

    private static bool IsWritable(RelationRow relation) => relation.Table is Execution.Storage.MemoryTable;

    private static string Number(AttributeRow attribute) => attribute.Number.ToString(CultureInfo.InvariantCulture);

    private static SystemRelation<(AttributeRow Attribute, CatalogView View)> Columns() => SystemRelation.OfStandard("columns", static view => UserAttributes(view))
        .Text("table_catalog", static row => Catalog(row.View)).Text("table_schema", static row => row.Attribute.Relation.Namespace.Name).Text("table_name", static row => row.Attribute.Relation.Name)
        .Text("column_name", static row => row.Attribute.Name).Long("ordinal_position", static row => row.Attribute.Number).Text("column_default", static row => row.Attribute.Default is { Kind: ' ' } value ? value.Expression : null)
        .YesNo("is_nullable", static row => !row.Attribute.IsRequired).Text("data_type", static row => DataType(row.Attribute))
        .Value("character_maximum_length", static row => row.Attribute.Type is { Kind: TypeKind.Varchar or TypeKind.Char, Precision: > 0 } text ? (long)text.Precision : null)
        .Value("character_octet_length", static row => row.Attribute.Type switch { { Kind: TypeKind.Varchar or TypeKind.Char, Precision: > 0 } text => Math.Min(text.Precision * 4L, 1_073_741_824), { IsText: true, Kind: TypeKind.Text or TypeKind.Varchar } => 1_073_741_824L, _ => null })
        .Value("numeric_precision", static row => row.Attribute.Type switch
        {
            { Kind: TypeKind.SmallInt } => 16L,
            { Kind: TypeKind.Integer } => 32L,
            { Kind: TypeKind.BigInt } => 64L,
            { Kind: TypeKind.Real } => 24L,
            { Kind: TypeKind.DoublePrecision } => 53L,
            { Kind: TypeKind.Numeric } numeric when row.Attribute.Modifier >= 0 => (long)numeric.Precision,
            _ => null,
        })
        .Value("numeric_precision_radix", static row => row.Attribute.Type switch { { Kind: TypeKind.Numeric } => 10L, { IsNumber: true } => 2L, _ => null })
        .Value("numeric_scale", static row => row.Attribute.Type switch { { Kind: TypeKind.Numeric } numeric when row.Attribute.Modifier >= 0 => (long)numeric.Scale, { IsInteger: true } => 0L, _ => null })
        .Value("datetime_precision", static row => row.Attribute.Type switch { { HasFractionDigits: true } time => (long)time.Precision, { Kind: TypeKind.Date } => 0L, { Kind: TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Interval } => 6L, _ => null })
        .Text("collation_catalog", static _ => null).Text("udt_catalog", static row => Catalog(row.View)).Text("udt_schema", static _ => SystemShape.PgCatalog)
        .Text("udt_name", static row => row.Attribute.PgType.Name).Text("dtd_identifier", static row => Number(row.Attribute)).YesNo("is_self_referencing", static _ => false)
        .YesNo("is_identity", static row => row.Attribute.Default is { Kind: 'a' or 'd' }).Text("identity_generation", static row => row.Attribute.Default?.Kind switch { 'a' => "ALWAYS", 'd' => "BY DEFAULT", _ => null })
        .YesNo("identity_cycle", static _ => false).Text("is_generated", static row => row.Attribute.Default is { Kind: 's' } ? "ALWAYS" : "NEVER")
        .Text("generation_expression", static row => row.Attribute.Default is { Kind: 's' } value ? value.Expression : null).YesNo("is_updatable", static row => IsWritable(row.Attribute.Relation));

    private static string DataType(AttributeRow attribute) => attribute.PgType.IsArray ? "ARRAY" : PgType.Format(attribute.PgType.Oid);
}
