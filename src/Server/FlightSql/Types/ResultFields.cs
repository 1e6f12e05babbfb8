using System.Globalization;
using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.FlightSql.Metadata;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Types;

/// <summary>Where a column comes from, as its field's metadata says it.</summary>
/// <param name="Catalog">The database.</param>
/// <param name="Schema">Schema of the table.</param>
/// <param name="Table">The table's name.</param>
/// <param name="Remarks">The column's comment, or null.</param>
internal sealed record FieldOrigin(string Catalog, string Schema, string Table, string? Remarks = null)
{
    /// <summary>Where a result's column comes from; null when it is computed, or its table has no name in the catalog (a file).</summary>
    public static FieldOrigin? Of(ColumnOrigin? origin, Session session)
    {
        if (origin?.Table is not { } table)
        {
            return null;
        }

        SessionDatabase database = session.Catalog.Shared;
        string? schema = database.Schemas.FirstOrDefault(name => database.Find(name, table.Name) is Relation.OfTable { Table: var found } && ReferenceEquals(found, table));
        return schema == null ? null : new FieldOrigin(database.Name, schema, table.Name);
    }
}

/// <summary>Columns as Arrow fields: types that every driver reads, and Flight SQL's metadata keys (FlightSql.proto, CommandGetTables).</summary>
internal static class ResultFields
{
    private const string Prefix = "ARROW:FLIGHT:SQL:";

    /// <param name="name">Name of the column.</param>
    /// <param name="type">Its type.</param>
    /// <param name="isNullable">Whether values may be null.</param>
    /// <param name="zone">IANA zone that timestamps with time zone are shown in.</param>
    /// <param name="origin">The table column it is; null for a computed one.</param>
    public static ArrowField Of(string name, SqlType type, bool isNullable, string zone, FieldOrigin? origin = null)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [Prefix + "TYPE_NAME"] = XdbcTypes.NameOf(type) };
        if (Size(type) is var (precision, scale))
        {
            metadata[Prefix + "PRECISION"] = precision.ToString(CultureInfo.InvariantCulture);
            metadata[Prefix + "SCALE"] = scale.ToString(CultureInfo.InvariantCulture);
        }

        metadata[Prefix + "IS_AUTO_INCREMENT"] = "0";
        metadata[Prefix + "IS_CASE_SENSITIVE"] = type.IsText ? "1" : "0";
        metadata[Prefix + "IS_READ_ONLY"] = origin == null ? "1" : "0";
        metadata[Prefix + "IS_SEARCHABLE"] = "1";
        if (origin != null)
        {
            metadata[Prefix + "CATALOG_NAME"] = origin.Catalog;
            metadata[Prefix + "DB_SCHEMA_NAME"] = origin.Schema;
            metadata[Prefix + "SCHEMA_NAME"] = origin.Schema;       // arrow-java's spelling of the same key
            metadata[Prefix + "TABLE_NAME"] = origin.Table;
            if (origin.Remarks != null)
            {
                metadata[Prefix + "REMARKS"] = origin.Remarks;
            }
        }

        return new ArrowField(name, InZone(ArrowTypes.Of(type), zone), isNullable, metadata);
    }

    /// <summary>The type with another zone where it has one.</summary>
    private static ArrowType InZone(ArrowType type, string zone)
    {
        if (type.Zone != null)
        {
            return type with { Zone = zone };
        }

        return type.Children == null ? type : type with { Children = Array.ConvertAll(type.Children, child => child with { Type = InZone(child.Type, zone) }) };
    }

    /// <summary>Digits or characters, and digits after the point; null where a type has neither.</summary>
    private static (int Precision, int Scale)? Size(SqlType type) => type.Kind switch
    {
        TypeKind.Numeric => (type.Precision, type.Scale),
        TypeKind.SmallInt => (5, 0),
        TypeKind.Integer => (10, 0),
        TypeKind.BigInt or TypeKind.Oid => (19, 0),
        TypeKind.Real => (7, 0),
        TypeKind.DoublePrecision => (15, 0),
        TypeKind.Varchar or TypeKind.Char when type.Precision > 0 => (type.Precision, 0),
        TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz => (type.Precision < 0 ? 6 : type.Precision, 0),
        _ => null,
    };
}
