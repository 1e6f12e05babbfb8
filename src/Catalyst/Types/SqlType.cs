using System.Globalization;

namespace SqlCluster.Catalyst.Types;

/// <summary>SQL's types, under PostgreSQL's names.</summary>
public enum TypeKind
{
    /// <summary>An untyped literal or NULL before coercion; text where nothing decides.</summary>
    Unknown,
    Boolean,
    SmallInt,
    Integer,
    BigInt,
    Real,
    DoublePrecision,
    Numeric,
    Text,
    /// <summary>character varying, with or without a length.</summary>
    Varchar,
    /// <summary>character(n), blank-padded (bpchar).</summary>
    Char,
    Bytea,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Array,
    /// <summary>Composite value with named fields (struct).</summary>
    Row,
    Map,
    /// <summary>Unsigned 32-bit object id of the system catalogs; kept in 64 bits.</summary>
    Oid,
    /// <summary>63-byte identifier of the system catalogs.</summary>
    Name,
    /// <summary>What a function with no result returns.</summary>
    Void,
}

/// <summary>A field of a row type.</summary>
public sealed record RowField(string Name, SqlType Type);

/// <summary>An SQL type with its modifiers.</summary>
/// <param name="Kind">Which type.</param>
/// <param name="Precision">numeric: total digits (1 to 38); char and varchar: length in characters, 0 = none; time, timestamp and interval: fraction digits, -1 = none given.</param>
/// <param name="Scale">numeric: digits after the point.</param>
/// <param name="Element">array: element; map: value.</param>
/// <param name="Key">map: key.</param>
/// <param name="Fields">row: its fields.</param>
public sealed record SqlType(
    TypeKind Kind, int Precision = 0, int Scale = 0, SqlType? Element = null, SqlType? Key = null, NodeList<RowField>? Fields = null)
{
    /// <summary>For the types of the system catalogs that differ from <see cref="Kind"/> in name and text form only.</summary>
    public TypeVariant Variant { get; init; }

    /// <summary>Most digits a numeric can have.</summary>
    public const int MaxPrecision = 38;

    public static readonly SqlType Unknown = new(TypeKind.Unknown);
    public static readonly SqlType Boolean = new(TypeKind.Boolean);
    public static readonly SqlType SmallInt = new(TypeKind.SmallInt);
    public static readonly SqlType Integer = new(TypeKind.Integer);
    public static readonly SqlType BigInt = new(TypeKind.BigInt);
    public static readonly SqlType Real = new(TypeKind.Real);
    public static readonly SqlType DoublePrecision = new(TypeKind.DoublePrecision);
    public static readonly SqlType Text = new(TypeKind.Text);
    public static readonly SqlType Bytea = new(TypeKind.Bytea);
    public static readonly SqlType Date = new(TypeKind.Date);
    public static readonly SqlType Time = new(TypeKind.Time, -1);
    public static readonly SqlType Timestamp = new(TypeKind.Timestamp, -1);
    public static readonly SqlType TimestampTz = new(TypeKind.TimestampTz, -1);
    public static readonly SqlType Interval = new(TypeKind.Interval, -1);
    public static readonly SqlType Uuid = new(TypeKind.Uuid);
    public static readonly SqlType Json = new(TypeKind.Json);
    public static readonly SqlType Jsonb = new(TypeKind.Jsonb);
    public static readonly SqlType Oid = new(TypeKind.Oid);
    public static readonly SqlType Name = new(TypeKind.Name);
    public static readonly SqlType Void = new(TypeKind.Void);

    public bool IsInteger => Kind is TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt;

    public bool IsFloat => Kind is TypeKind.Real or TypeKind.DoublePrecision;

    public bool IsNumber => IsInteger || IsFloat || Kind == TypeKind.Numeric;

    /// <summary>text, varchar, char, name: kept as UTF-8 views.</summary>
    public bool IsText => Kind is TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name;

    public bool IsDateTime => Kind is TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz;

    /// <summary>Whether values are rounded to fraction digits of a second: timestamp(3).</summary>
    public bool HasFractionDigits => Precision >= 0 && Kind is (TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Interval);

    /// <summary>Without fraction digits: the type of the column that a rounded value is read from.</summary>
    public SqlType WithoutFractionDigits => HasFractionDigits ? this with { Precision = -1 } : this;

    /// <summary>Of an array, the type of the elements under all of its dimensions; of any other type, itself.</summary>
    public SqlType InnermostElement => Kind == TypeKind.Array ? Element!.InnermostElement : this;

    public bool IsNested => Kind is TypeKind.Array or TypeKind.Row or TypeKind.Map;

    public static SqlType Numeric(int precision, int scale) => new(TypeKind.Numeric, precision, scale);

    /// <param name="length">Characters, 0 for no limit.</param>
    public static SqlType Varchar(int length = 0) => new(TypeKind.Varchar, length);

    public static SqlType Char(int length) => new(TypeKind.Char, length);

    public static SqlType Array(SqlType element) => new(TypeKind.Array, Element: element);

    public static SqlType Map(SqlType key, SqlType value) => new(TypeKind.Map, Element: value, Key: key);

    public static SqlType Row(NodeList<RowField> fields) => new(TypeKind.Row, Fields: fields);

    private string FractionDigits => HasFractionDigits ? string.Create(CultureInfo.InvariantCulture, $"({Precision})") : "";

    /// <summary>PostgreSQL's spelling, as format_type prints it.</summary>
    public override string ToString() => Variant != TypeVariant.None ? TypeVariants.NameOf(Variant) : Kind switch
    {
        TypeKind.Unknown => "unknown",
        TypeKind.Boolean => "boolean",
        TypeKind.SmallInt => "smallint",
        TypeKind.Integer => "integer",
        TypeKind.BigInt => "bigint",
        TypeKind.Real => "real",
        TypeKind.DoublePrecision => "double precision",
        TypeKind.Numeric => string.Create(CultureInfo.InvariantCulture, $"numeric({Precision},{Scale})"),
        TypeKind.Text => "text",
        TypeKind.Varchar => Precision == 0 ? "character varying" : string.Create(CultureInfo.InvariantCulture, $"character varying({Precision})"),
        TypeKind.Char when Precision == 0 => "bpchar",
        TypeKind.Char => string.Create(CultureInfo.InvariantCulture, $"character({Precision})"),
        TypeKind.Bytea => "bytea",
        TypeKind.Date => "date",
        TypeKind.Time => $"time{FractionDigits} without time zone",
        TypeKind.Timestamp => $"timestamp{FractionDigits} without time zone",
        TypeKind.TimestampTz => $"timestamp{FractionDigits} with time zone",
        TypeKind.Interval => $"interval{FractionDigits}",
        TypeKind.Uuid => "uuid",
        TypeKind.Json => "json",
        TypeKind.Jsonb => "jsonb",
        TypeKind.Array => $"{Element}[]",
        TypeKind.Row => $"row({string.Join(", ", Fields!.Select(field => $"{field.Name} {field.Type}"))})",
        TypeKind.Map => $"map({Key}, {Element})",
        TypeKind.Oid => "oid",
        TypeKind.Name => "name",
        TypeKind.Void => "void",
    };
}
