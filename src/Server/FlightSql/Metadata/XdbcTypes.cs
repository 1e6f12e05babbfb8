using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>A row of GetXdbcTypeInfo.</summary>
/// <param name="Name">Name in SQL.</param>
/// <param name="DataType">ODBC's concise type code.</param>
/// <param name="SqlDataType">ODBC's verbose type code; the same but for dates, times and intervals.</param>
/// <param name="Size">Digits or characters; null where it has no meaning.</param>
internal sealed record XdbcType(string Name, int DataType, int SqlDataType, int? Size)
{
    /// <summary>Quotes of literals; null: literals have none.</summary>
    public string? Quote { get; init; }

    /// <summary>What stands in parentheses behind the name.</summary>
    public string[] CreateParameters { get; init; } = [];

    public bool IsCaseSensitive { get; init; }

    /// <summary>Numbers: false; others: null.</summary>
    public bool? IsUnsigned { get; init; }

    public (int Minimum, int Maximum)? Scale { get; init; }

    /// <summary>Which date, time or interval; null for other types.</summary>
    public int? DateTimeSubcode { get; init; }

    /// <summary>10 or 2; null off numbers.</summary>
    public int? Radix { get; init; }

    /// <summary>Digits of an interval's leading field; null for other types.</summary>
    public int? IntervalPrecision { get; init; }
}

/// <summary>The types as ODBC and JDBC describe them (FlightSql.proto, CommandGetXdbcTypeInfo).</summary>
internal static class XdbcTypes
{
    private const int Nullable = 1, Searchable = 3, DateTime = 9, Interval = 10;

    /// <summary>All types, ordered by code and name.</summary>
    public static readonly XdbcType[] All =
    [
        .. new XdbcType[]
        {
            new("boolean", -7, -7, 1),
            new("smallint", 5, 5, 5) { IsUnsigned = false, Scale = (0, 0), Radix = 10 },
            new("integer", 4, 4, 10) { IsUnsigned = false, Scale = (0, 0), Radix = 10 },
            new("bigint", -5, -5, 19) { IsUnsigned = false, Scale = (0, 0), Radix = 10 },
            new("real", 7, 7, 24) { IsUnsigned = false, Radix = 2 },
            new("double precision", 8, 8, 53) { IsUnsigned = false, Radix = 2 },
            new("numeric", 2, 2, SqlType.MaxPrecision) { IsUnsigned = false, CreateParameters = ["precision", "scale"], Scale = (0, SqlType.MaxPrecision), Radix = 10 },
            new("varchar", 12, 12, MaxCharacters) { Quote = "'", CreateParameters = ["length"], IsCaseSensitive = true },
            new("char", 1, 1, MaxCharacters) { Quote = "'", CreateParameters = ["length"], IsCaseSensitive = true },
            new("text", -1, -1, MaxCharacters) { Quote = "'", IsCaseSensitive = true },
            new("json", -1, -1, MaxCharacters) { Quote = "'", IsCaseSensitive = true },
            new("jsonb", -1, -1, MaxCharacters) { Quote = "'", IsCaseSensitive = true },
            new("bytea", -3, -3, MaxCharacters) { Quote = "'" },
            new("date", 91, DateTime, 13) { Quote = "'", DateTimeSubcode = 1 },
            new("time", 92, DateTime, 15) { Quote = "'", CreateParameters = ["precision"], Scale = (0, 6), DateTimeSubcode = 2 },
            new("timestamp", 93, DateTime, 29) { Quote = "'", CreateParameters = ["precision"], Scale = (0, 6), DateTimeSubcode = 3 },
            new("timestamptz", 93, DateTime, 35) { Quote = "'", CreateParameters = ["precision"], Scale = (0, 6), DateTimeSubcode = 3 },
            new("interval year to month", 107, Interval, 25) { Quote = "'", DateTimeSubcode = 7, IntervalPrecision = 9 },
            new("interval day to second", 110, Interval, 49) { Quote = "'", Scale = (0, 6), DateTimeSubcode = 10, IntervalPrecision = 9 },
            new("uuid", -11, -11, 36) { Quote = "'" },
        }.OrderBy(static type => type.DataType).ThenBy(static type => type.Name, StringComparer.Ordinal),
    ];

    public static readonly ArrowSchema Schema = new(
    [
        new("type_name", ArrowType.Utf8, false), new("data_type", ArrowType.Int32, false), new("column_size", ArrowType.Int32),
        new("literal_prefix", ArrowType.Utf8), new("literal_suffix", ArrowType.Utf8), new("create_params", ArrowType.List(ArrowType.Utf8, false)),
        new("nullable", ArrowType.Int32, false), new("case_sensitive", ArrowType.Boolean, false), new("searchable", ArrowType.Int32, false),
        new("unsigned_attribute", ArrowType.Boolean), new("fixed_prec_scale", ArrowType.Boolean, false), new("auto_increment", ArrowType.Boolean),
        new("local_type_name", ArrowType.Utf8), new("minimum_scale", ArrowType.Int32), new("maximum_scale", ArrowType.Int32),
        new("sql_data_type", ArrowType.Int32, false), new("datetime_subcode", ArrowType.Int32), new("num_prec_radix", ArrowType.Int32),
        new("interval_precision", ArrowType.Int32),
    ]);

    /// <summary>Longest text and bytes, as PostgreSQL's drivers give it.</summary>
    private const int MaxCharacters = 1_073_741_823;

    /// <param name="dataType">Only types of this code; null: all.</param>
    public static MetadataTable Table(int? dataType) => new(Schema, [.. All.Where(type => dataType == null || type.DataType == dataType).Select(Row)]);

    /// <summary>The name of a type in TYPE_NAME and here, without its modifiers.</summary>
    public static string NameOf(SqlType type) => type.Kind switch
    {
        TypeKind.Varchar => "varchar",
        TypeKind.Char => "char",
        TypeKind.Numeric => "numeric",
        TypeKind.Time => "time",
        TypeKind.Timestamp => "timestamp",
        TypeKind.TimestampTz => "timestamptz",
        TypeKind.Unknown => "text",
        TypeKind.Array => $"{NameOf(type.Element!)}[]",
        TypeKind.Row => "row",
        TypeKind.Map => "map",
        _ => type.ToString(),
    };

    private static object?[] Row(XdbcType type) =>
    [
        type.Name, type.DataType, type.Size, type.Quote, type.Quote, type.CreateParameters.Length == 0 ? null : Array.ConvertAll(type.CreateParameters, static name => (object?)name),
        Nullable, type.IsCaseSensitive, Searchable, type.IsUnsigned, false, type.IsUnsigned == null ? null : false, type.Name, type.Scale?.Minimum, type.Scale?.Maximum,
        type.SqlDataType, type.DateTimeSubcode, type.Radix, type.IntervalPrecision,
    ];
}
