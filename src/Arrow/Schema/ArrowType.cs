namespace SqlCluster.Arrow.Schema;

/// <summary>The types of Arrow's columnar format that the engine and its clients use (Arrow format, Schema.fbs).</summary>
public enum ArrowTypeId
{
    /// <summary>Only nulls.</summary>
    Null,
    /// <summary>One bit a value.</summary>
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    /// <summary>Fixed point in 64 bits, up to 18 digits.</summary>
    Decimal64,
    /// <summary>Fixed point in 128 bits, up to 38 digits.</summary>
    Decimal128,
    /// <summary>Days since 1970-01-01.</summary>
    Date32,
    /// <summary>Microseconds since midnight.</summary>
    Time64,
    /// <summary>Microseconds since 1970-01-01T00:00:00; with a zone name: an instant.</summary>
    Timestamp,
    /// <summary>Months, days and microseconds (Memory/Interval); Arrow's month_day_nano on the wire.</summary>
    Interval,
    /// <summary>UTF-8 text: 16-byte views in the engine, Utf8 on the wire.</summary>
    Utf8,
    /// <summary>Bytes: 16-byte views in the engine, Binary on the wire.</summary>
    Binary,
    /// <summary>Bytes of one width (uuid: 16).</summary>
    FixedSizeBinary,
    List,
    Struct,
    Map,
    /// <summary>Only in GetSqlInfo's answer.</summary>
    DenseUnion,
}

/// <summary>An Arrow data type with its parameters.</summary>
/// <param name="Id">Which type.</param>
/// <param name="Precision">Decimals: total digits.</param>
/// <param name="Scale">Decimals: digits after the point.</param>
/// <param name="Zone">Timestamps: IANA zone name, null for local time.</param>
/// <param name="ByteWidth">FixedSizeBinary: bytes a value.</param>
/// <param name="Children">List: the element; Struct: the fields; Map: one struct field of key and value; unions: the alternatives.</param>
public sealed record ArrowType(
    ArrowTypeId Id, int Precision = 0, int Scale = 0, string? Zone = null, int ByteWidth = 0, ArrowField[]? Children = null)
{
    public static readonly ArrowType Null = new(ArrowTypeId.Null);
    public static readonly ArrowType Boolean = new(ArrowTypeId.Boolean);
    public static readonly ArrowType Int8 = new(ArrowTypeId.Int8);
    public static readonly ArrowType Int16 = new(ArrowTypeId.Int16);
    public static readonly ArrowType Int32 = new(ArrowTypeId.Int32);
    public static readonly ArrowType Int64 = new(ArrowTypeId.Int64);
    public static readonly ArrowType UInt8 = new(ArrowTypeId.UInt8);
    public static readonly ArrowType UInt16 = new(ArrowTypeId.UInt16);
    public static readonly ArrowType UInt32 = new(ArrowTypeId.UInt32);
    public static readonly ArrowType UInt64 = new(ArrowTypeId.UInt64);
    public static readonly ArrowType Float32 = new(ArrowTypeId.Float32);
    public static readonly ArrowType Float64 = new(ArrowTypeId.Float64);
    public static readonly ArrowType Date32 = new(ArrowTypeId.Date32);
    public static readonly ArrowType Time64 = new(ArrowTypeId.Time64);
    public static readonly ArrowType Timestamp = new(ArrowTypeId.Timestamp);
    public static readonly ArrowType TimestampUtc = new(ArrowTypeId.Timestamp, Zone: "UTC");
    public static readonly ArrowType Interval = new(ArrowTypeId.Interval);
    public static readonly ArrowType Utf8 = new(ArrowTypeId.Utf8);
    public static readonly ArrowType Binary = new(ArrowTypeId.Binary);
    public static readonly ArrowType Uuid = new(ArrowTypeId.FixedSizeBinary, ByteWidth: 16);

    /// <summary>Bytes a value in a <see cref="Vectors.FixedVector"/>; 16 for views; 0 for booleans and nested types.</summary>
    public int Width => Id switch
    {
        ArrowTypeId.Int8 or ArrowTypeId.UInt8 => 1,
        ArrowTypeId.Int16 or ArrowTypeId.UInt16 => 2,
        ArrowTypeId.Int32 or ArrowTypeId.UInt32 or ArrowTypeId.Float32 or ArrowTypeId.Date32 => 4,
        ArrowTypeId.Int64 or ArrowTypeId.UInt64 or ArrowTypeId.Float64 or ArrowTypeId.Decimal64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp => 8,
        ArrowTypeId.Decimal128 or ArrowTypeId.Interval or ArrowTypeId.Utf8 or ArrowTypeId.Binary => 16,
        ArrowTypeId.FixedSizeBinary => ByteWidth,
        ArrowTypeId.Null or ArrowTypeId.Boolean or ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map or ArrowTypeId.DenseUnion => 0,
    };

    /// <summary>Whether values are kept as 16-byte views (text and bytes).</summary>
    public bool IsView => Id is ArrowTypeId.Utf8 or ArrowTypeId.Binary;

    /// <summary>Whether values are kept in a <see cref="Vectors.FixedVector"/>.</summary>
    public bool IsFixedWidth => Width > 0 && !IsView;

    public static ArrowType Decimal64(int precision, int scale) => new(ArrowTypeId.Decimal64, precision, scale);

    public static ArrowType Decimal128(int precision, int scale) => new(ArrowTypeId.Decimal128, precision, scale);

    /// <summary>The narrowest decimal that holds <paramref name="precision"/> digits: 64 bits up to 18.</summary>
    public static ArrowType Decimal(int precision, int scale) => precision <= 18 ? Decimal64(precision, scale) : Decimal128(precision, scale);

    public static ArrowType List(ArrowType element, bool nullable = true) => new(ArrowTypeId.List, Children: [new("item", element, nullable)]);

    public static ArrowType Struct(params ArrowField[] fields) => new(ArrowTypeId.Struct, Children: fields);

    public static ArrowType Map(ArrowType key, ArrowType value) =>
        new(ArrowTypeId.Map, Children: [new("entries", Struct(new ArrowField("key", key, false), new ArrowField("value", value, true)), false)]);

    public bool Equals(ArrowType? other) =>
        other is not null && Id == other.Id && Precision == other.Precision && Scale == other.Scale && Zone == other.Zone && ByteWidth == other.ByteWidth
        && (Children ?? []).AsSpan().SequenceEqual(other.Children ?? []);

    public override int GetHashCode() => HashCode.Combine(Id, Precision, Scale, Zone, ByteWidth, Children?.Length);

    public override string ToString() => Id switch
    {
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => $"{Id}({Precision}, {Scale})",
        ArrowTypeId.Timestamp when Zone != null => $"Timestamp({Zone})",
        ArrowTypeId.FixedSizeBinary => $"FixedSizeBinary({ByteWidth})",
        _ when Children != null => $"{Id}<{string.Join(", ", Children.Select(child => child.ToString()))}>",
        _ => Id.ToString(),
    };
}

/// <summary>A named column or child of a nested type.</summary>
public sealed record ArrowField(string Name, ArrowType Type, bool Nullable = true, IReadOnlyDictionary<string, string>? Metadata = null)
{
    public override string ToString() => $"{Name}: {Type}{(Nullable ? "" : " not null")}";
}

/// <summary>The columns of a table or stream of batches, in order.</summary>
public sealed record ArrowSchema(IReadOnlyList<ArrowField> Fields, IReadOnlyDictionary<string, string>? Metadata = null);
