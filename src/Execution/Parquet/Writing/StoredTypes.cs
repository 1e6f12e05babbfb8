using SqlCluster.Arrow.Schema;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Maps Arrow types to stored types (parquet-format, LogicalTypes.md).</summary>
internal static class StoredTypes
{
    private const int IntervalBytes = 12;
    private const int UuidBytes = 16;

    /// <exception cref="ParquetException">The type cannot be stored.</exception>
    public static StoredType Of(ArrowField field)
    {
        ArrowType type = field.Type;
        return type.Id switch
        {
            ArrowTypeId.Null => new(PhysicalType.Int32, 0, new(LogicalKind.Unknown), null, ValueOrder.None),
            ArrowTypeId.Boolean => new(PhysicalType.Boolean, 0, default, null, ValueOrder.Boolean),
            ArrowTypeId.Int8 => Integer(8, ConvertedType.Int8),
            ArrowTypeId.Int16 => Integer(16, ConvertedType.Int16),
            ArrowTypeId.Int32 => new(PhysicalType.Int32, 0, default, null, ValueOrder.Int32),
            ArrowTypeId.Int64 => new(PhysicalType.Int64, 0, default, null, ValueOrder.Int64),
            ArrowTypeId.UInt8 => Unsigned(8, ConvertedType.UInt8),
            ArrowTypeId.UInt16 => Unsigned(16, ConvertedType.UInt16),
            ArrowTypeId.UInt32 => Unsigned(32, ConvertedType.UInt32),
            ArrowTypeId.UInt64 => Unsigned(64, ConvertedType.UInt64),
            ArrowTypeId.Float32 => new(PhysicalType.Float, 0, default, null, ValueOrder.Float),
            ArrowTypeId.Float64 => new(PhysicalType.Double, 0, default, null, ValueOrder.Double),
            ArrowTypeId.Decimal64 => new(PhysicalType.Int64, 0, Decimal(type), ConvertedType.Decimal, ValueOrder.Int64),
            ArrowTypeId.Decimal128 => new(
                PhysicalType.FixedLenByteArray, DecimalBytes(type.Precision), Decimal(type), ConvertedType.Decimal, ValueOrder.SignedBigEndian),
            ArrowTypeId.Date32 => new(PhysicalType.Int32, 0, new(LogicalKind.Date), ConvertedType.Date, ValueOrder.Int32),
            ArrowTypeId.Time64 => new(PhysicalType.Int64, 0, new(LogicalKind.Time, Unit: TimeUnit.Micros), null, ValueOrder.Int64),
            ArrowTypeId.Timestamp => Timestamp(type.Zone is not null),
            ArrowTypeId.Interval => new(PhysicalType.FixedLenByteArray, IntervalBytes, default, ConvertedType.Interval, ValueOrder.None),
            ArrowTypeId.Utf8 when IsJson(field) => new(PhysicalType.ByteArray, 0, new(LogicalKind.Json), ConvertedType.Json, ValueOrder.Bytes),
            ArrowTypeId.Utf8 => new(PhysicalType.ByteArray, 0, new(LogicalKind.String), ConvertedType.Utf8, ValueOrder.Bytes),
            ArrowTypeId.Binary => new(PhysicalType.ByteArray, 0, default, null, ValueOrder.Bytes),
            ArrowTypeId.FixedSizeBinary => new(
                PhysicalType.FixedLenByteArray, type.ByteWidth, type.ByteWidth == UuidBytes ? new(LogicalKind.Uuid) : default, null, ValueOrder.Bytes),
            ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map => throw new InvalidOperationException("groups have no leaf type"),
            ArrowTypeId.DenseUnion => throw new ParquetException($"writing type {type}", ParquetException.Unsupported).At(column: field.Name),
        };
    }

    /// <summary>Gets the bytes that decimals of a precision need in two's complement.</summary>
    private static int DecimalBytes(int precision)
    {
        int bytes = 1;
        for (UInt128 largest = UInt128.One << 7; bytes < 16 && largest - 1 < PowerOfTen(precision) - 1; largest <<= 8)
            bytes++;
        return bytes;
    }

    private static UInt128 PowerOfTen(int exponent)
    {
        UInt128 power = UInt128.One;
        for (int i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }

    private static LogicalType Decimal(ArrowType type) => new(LogicalKind.Decimal, type.Precision, type.Scale);

    private static StoredType Integer(int bits, ConvertedType converted) =>
        new(PhysicalType.Int32, 0, new(LogicalKind.Integer, BitWidth: bits), converted, ValueOrder.Int32);

    private static StoredType Unsigned(int bits, ConvertedType converted) =>
        new(bits == 64 ? PhysicalType.Int64 : PhysicalType.Int32, 0, new(LogicalKind.Integer, BitWidth: bits, IsSigned: false), converted,
            bits == 64 ? ValueOrder.UInt64 : ValueOrder.UInt32);

    // The older annotation means an instant, so local timestamps must do without it.
    private static StoredType Timestamp(bool isInstant) =>
        new(PhysicalType.Int64, 0, new(LogicalKind.Timestamp, Unit: TimeUnit.Micros, IsAdjustedToUtc: isInstant),
            isInstant ? ConvertedType.TimestampMicros : null, ValueOrder.Int64);

    private static bool IsJson(ArrowField field) =>
        field.Metadata is { } metadata
        && metadata.TryGetValue(ParquetFieldMetadata.ExtensionKey, out string? extension) && extension == ParquetFieldMetadata.JsonExtension;
}
