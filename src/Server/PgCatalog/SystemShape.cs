using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Name, id and columns of a relation of pg_catalog or information_schema, as PostgreSQL 16 has it.</summary>
/// <param name="Schema">pg_catalog or information_schema.</param>
/// <param name="Name">Name.</param>
/// <param name="Oid">PostgreSQL's id of tables; of views, whose ids differ from server to server, ours.</param>
/// <param name="Kind">'r' or 'v'.</param>
/// <param name="Columns">Columns in order; of tables followed by the hidden ones.</param>
internal sealed record SystemShape(string Schema, string Name, long Oid, char Kind, NodeList<TableColumn> Columns)
{
    public const string PgCatalog = "pg_catalog";
    public const string InformationSchema = "information_schema";

    /// <summary>ctid, xmin and tableoid, under which some clients read tables again.</summary>
    private static readonly TableColumn[] Hidden =
    [
        new("ctid", TypeVariants.Of(TypeVariant.Tid), false, IsHidden: true),
        new("xmin", TypeVariants.Of(TypeVariant.Xid), false, IsHidden: true),
        new("tableoid", SqlType.Oid, false, IsHidden: true),
    ];

    /// <summary>All of them, by schema and name.</summary>
    public static readonly FrozenDictionary<(string Schema, string Name), SystemShape> All =
        CatalogFacts.Lines("relations.txt").Select(Parse).ToFrozenDictionary(static shape => (shape.Schema, shape.Name));

    /// <summary>Whether there can be such a relation at all: says so for nearly every user table without reading the facts.</summary>
    public static bool MayExist(string schema, string name) => schema == InformationSchema || (schema == PgCatalog && name.StartsWith("pg_", StringComparison.Ordinal));

    /// <summary>pg_attribute.attnum of a column.</summary>
    public int NumberOf(int ordinal) => Columns[ordinal] switch { { IsHidden: false } => ordinal + 1, { Name: "ctid" } => -1, { Name: "xmin" } => -2, _ => -6 };

    private static SystemShape Parse(string line)
    {
        string[] parts = line.Split(' ');
        char kind = parts[3][0];
        IEnumerable<TableColumn> columns = parts.Skip(4).Select(Column);
        return new SystemShape(parts[0], parts[1], long.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture), kind, [.. columns, .. kind == 'r' ? Hidden : []]);
    }

    private static TableColumn Column(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        bool isRequired = text[^1] == '!';
        string type = isRequired ? text[(colon + 1)..^1] : text[(colon + 1)..];
        return new TableColumn(text[..colon], TypeOf(type), !isRequired);
    }

    /// <summary>The type of a name as the facts write it: few and simple, and needed before the parser is warm.</summary>
    private static SqlType TypeOf(string name) => name switch
    {
        "bool" => SqlType.Boolean,
        "bytea" => SqlType.Bytea,
        "float4" => SqlType.Real,
        "float8" => SqlType.DoublePrecision,
        "int2" => SqlType.SmallInt,
        "int4" => SqlType.Integer,
        "int8" => SqlType.BigInt,
        "interval" => SqlType.Interval,
        "name" => SqlType.Name,
        "numeric" => NumericTyping.Unconstrained,
        "oid" => SqlType.Oid,
        "text" => SqlType.Text,
        "timestamptz" => SqlType.TimestampTz,
        "varchar" => SqlType.Varchar(),
        "varchar(3)" => SqlType.Varchar(3),
        "\"char\"" => TypeVariants.Of(TypeVariant.SingleByte),
        _ when name.EndsWith("[]", StringComparison.Ordinal) => SqlType.Array(TypeOf(name[..^2])),
        _ => TypeVariants.Find(name) ?? throw new InvalidOperationException($"no type {name} in the facts"),
    };
}
