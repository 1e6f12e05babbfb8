using SqlCluster.Arrow.Schema;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>GetPrimaryKeys, GetImportedKeys, GetExportedKeys and GetCrossReference. The engine keeps no key constraints, so all answers are without rows.</summary>
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

    public static MetadataTable PrimaryKeys() => new(PrimaryKeysSchema, []);

    public static MetadataTable ForeignKeys() => new(ForeignKeysSchema, []);
}
