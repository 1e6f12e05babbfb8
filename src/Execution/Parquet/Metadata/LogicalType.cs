namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Lists the kinds of annotation a column or group can carry.</summary>
internal enum LogicalKind : byte
{
    None,
    String,
    Map,
    List,
    Enum,
    Decimal,
    Date,
    Time,
    Timestamp,
    Integer,
    Unknown,
    Json,
    Bson,
    Uuid,
    Float16,
    Interval,
    Variant,
    Geometry,
    Geography,
}

/// <summary>Lists the units of time and timestamp columns.</summary>
internal enum TimeUnit : byte
{
    Millis,
    Micros,
    Nanos,
}

/// <summary>Describes what a column's bytes mean: parquet.thrift's LogicalType, with the older ConvertedType mapped onto it.</summary>
/// <param name="Kind">Which annotation it is; the other members matter for some kinds only.</param>
/// <param name="Precision">Digits of a Decimal.</param>
/// <param name="Scale">Digits after the point of a Decimal.</param>
/// <param name="Unit">Unit of a Time or Timestamp.</param>
/// <param name="IsAdjustedToUtc">Whether a Time or Timestamp is an instant (timestamptz) or a wall clock's reading.</param>
/// <param name="BitWidth">Width of an Integer: 8, 16, 32 or 64.</param>
/// <param name="IsSigned">Whether an Integer is signed.</param>
internal readonly record struct LogicalType(
    LogicalKind Kind,
    int Precision = 0,
    int Scale = 0,
    TimeUnit Unit = TimeUnit.Millis,
    bool IsAdjustedToUtc = false,
    int BitWidth = 0,
    bool IsSigned = true)
{
    /// <summary>Maps a converted type; <paramref name="precision"/> and <paramref name="scale"/> come from the schema element.</summary>
    public static LogicalType FromConverted(ConvertedType type, int precision, int scale) => type switch
    {
        ConvertedType.Utf8 => new(LogicalKind.String),
        ConvertedType.Map or ConvertedType.MapKeyValue => new(LogicalKind.Map),
        ConvertedType.List => new(LogicalKind.List),
        ConvertedType.Enum => new(LogicalKind.Enum),
        ConvertedType.Decimal => new(LogicalKind.Decimal, precision, scale),
        ConvertedType.Date => new(LogicalKind.Date),
        ConvertedType.TimeMillis => new(LogicalKind.Time, Unit: TimeUnit.Millis, IsAdjustedToUtc: true),
        ConvertedType.TimeMicros => new(LogicalKind.Time, Unit: TimeUnit.Micros, IsAdjustedToUtc: true),
        ConvertedType.TimestampMillis => new(LogicalKind.Timestamp, Unit: TimeUnit.Millis, IsAdjustedToUtc: true),
        ConvertedType.TimestampMicros => new(LogicalKind.Timestamp, Unit: TimeUnit.Micros, IsAdjustedToUtc: true),
        ConvertedType.UInt8 => new(LogicalKind.Integer, BitWidth: 8, IsSigned: false),
        ConvertedType.UInt16 => new(LogicalKind.Integer, BitWidth: 16, IsSigned: false),
        ConvertedType.UInt32 => new(LogicalKind.Integer, BitWidth: 32, IsSigned: false),
        ConvertedType.UInt64 => new(LogicalKind.Integer, BitWidth: 64, IsSigned: false),
        ConvertedType.Int8 => new(LogicalKind.Integer, BitWidth: 8),
        ConvertedType.Int16 => new(LogicalKind.Integer, BitWidth: 16),
        ConvertedType.Int32 => new(LogicalKind.Integer, BitWidth: 32),
        ConvertedType.Int64 => new(LogicalKind.Integer, BitWidth: 64),
        ConvertedType.Json => new(LogicalKind.Json),
        ConvertedType.Bson => new(LogicalKind.Bson),
        ConvertedType.Interval => new(LogicalKind.Interval),
    };

    /// <summary>Reads parquet.thrift's LogicalType union. An annotation this reader does not know leaves the column without one.</summary>
    public static LogicalType Read(ref ThriftReader reader)
    {
        LogicalType result = default;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 5:
                    result = ReadDecimal(ref reader);
                    break;
                case 7 or 8:
                    result = ReadTime(ref reader, id == 7 ? LogicalKind.Time : LogicalKind.Timestamp);
                    break;
                case 10:
                    result = ReadInteger(ref reader);
                    break;
                default:
                    result = new LogicalType(KindOf(id));
                    reader.Skip();
                    break;
            }
        }

        reader.ExitStruct(outer);
        return result;
    }

    private static LogicalKind KindOf(int fieldId) => fieldId switch
    {
        1 => LogicalKind.String,
        2 => LogicalKind.Map,
        3 => LogicalKind.List,
        4 => LogicalKind.Enum,
        6 => LogicalKind.Date,
        11 => LogicalKind.Unknown,
        12 => LogicalKind.Json,
        13 => LogicalKind.Bson,
        14 => LogicalKind.Uuid,
        15 => LogicalKind.Float16,
        16 => LogicalKind.Variant,
        17 => LogicalKind.Geometry,
        18 => LogicalKind.Geography,
        _ => LogicalKind.None,
    };

    private static LogicalType ReadDecimal(ref ThriftReader reader)
    {
        int precision = 0, scale = 0;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: scale = reader.Int32(); break;
                case 2: precision = reader.Int32(); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        return new LogicalType(LogicalKind.Decimal, precision, scale);
    }

    private static LogicalType ReadTime(ref ThriftReader reader, LogicalKind kind)
    {
        bool utc = false;
        TimeUnit unit = TimeUnit.Millis;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: utc = reader.Bool(); break;
                case 2: unit = ReadUnit(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        return new LogicalType(kind, Unit: unit, IsAdjustedToUtc: utc);
    }

    private static TimeUnit ReadUnit(ref ThriftReader reader)
    {
        TimeUnit? unit = null;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            unit = id switch
            {
                1 => TimeUnit.Millis,
                2 => TimeUnit.Micros,
                3 => TimeUnit.Nanos,
                _ => null,
            };
            reader.Skip();
        }

        reader.ExitStruct(outer);
        return unit ?? throw new ParquetException("time unit is unknown", ParquetException.Unsupported);
    }

    private static LogicalType ReadInteger(ref ThriftReader reader)
    {
        int bitWidth = 0;
        bool signed = true;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: bitWidth = reader.Int8(); break;
                case 2: signed = reader.Bool(); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        if (bitWidth is not (8 or 16 or 32 or 64))
            ParquetException.ThrowCorrupted($"integer annotation has bit width {bitWidth}");
        return new LogicalType(LogicalKind.Integer, BitWidth: bitWidth, IsSigned: signed);
    }
}
