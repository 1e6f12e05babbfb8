using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Lists what must be done to a stored value to make it the engine's.</summary>
internal enum ValueConversion : byte
{
    /// <summary>The stored bytes are the engine's.</summary>
    None,
    Boolean,

    /// <summary>Byte strings become views of the page.</summary>
    View,
    Int8,
    UInt8,
    Int16,
    UInt16,
    UInt32,
    UInt64,
    Int32ToInt64,
    Int32ToInt128,
    Int64ToInt128,

    /// <summary>Big-endian two's complement of any length to 64 bits.</summary>
    BigEndianToInt64,
    BigEndianToInt128,
    Float16,

    /// <summary>Thousandths to millionths, from 32 bits.</summary>
    Millis32,
    Millis64,

    /// <summary>Nanoseconds rounded down to microseconds.</summary>
    Nanos,

    /// <summary>Nanoseconds of a Julian day (Impala, old Spark).</summary>
    Int96,

    /// <summary>Months, days and milliseconds, 32 bits each.</summary>
    Interval,
}

/// <summary>Says what a leaf column is in SQL and in memory, and how its values get there.</summary>
internal sealed record LeafType(SqlType Sql, ArrowType Arrow, ValueConversion Conversion);

/// <summary>Maps Parquet's types to the engine's.</summary>
/// <remarks>
/// Types without a counterpart in PostgreSQL take the next wider one: int8 and uint8 smallint, uint16 integer, uint32 bigint, uint64 numeric(20,0),
/// float16 real; geometry, BSON and unannotated byte arrays are bytea.
/// </remarks>
internal static class ParquetTypes
{
    /// <param name="column">The column.</param>
    /// <param name="binaryAsString">Whether unannotated byte arrays are text: writers such as Impala's leave the annotation out.</param>
    /// <exception cref="ParquetException">The annotation does not fit the physical type, or the engine has no such type.</exception>
    public static LeafType Map(ColumnDescriptor column, bool binaryAsString)
    {
        LogicalType logical = column.LogicalType;
        return logical.Kind switch
        {
            LogicalKind.Decimal => MapDecimal(column),
            LogicalKind.Date when column.Type == PhysicalType.Int32 => new(SqlType.Date, ArrowType.Date32, ValueConversion.None),
            LogicalKind.Time => MapTime(column),
            LogicalKind.Timestamp when column.Type == PhysicalType.Int64 => MapTimestamp(logical),
            LogicalKind.Integer => MapInteger(column),
            LogicalKind.String or LogicalKind.Enum when column.Type is PhysicalType.ByteArray or PhysicalType.FixedLenByteArray =>
                new(SqlType.Text, ArrowType.Utf8, ValueConversion.View),
            LogicalKind.Json when column.Type == PhysicalType.ByteArray => new(SqlType.Json, ArrowType.Utf8, ValueConversion.View),
            LogicalKind.Uuid when IsFixed(column, 16) => new(SqlType.Uuid, ArrowType.Uuid, ValueConversion.None),
            LogicalKind.Float16 when IsFixed(column, 2) => new(SqlType.Real, ArrowType.Float32, ValueConversion.Float16),
            LogicalKind.Interval when IsFixed(column, 12) => new(SqlType.Interval, ArrowType.Interval, ValueConversion.Interval),
            _ => MapPhysical(column, binaryAsString),
        };
    }

    /// <summary>Maps a field with all below it.</summary>
    public static (SqlType Sql, ArrowType Arrow) MapField(ParquetField field, IReadOnlyList<LeafType> leaves)
    {
        switch (field)
        {
            case LeafField leaf:
                return (leaves[leaf.Column.Index].Sql, leaves[leaf.Column.Index].Arrow);
            case MapField map:
                (SqlType keySql, ArrowType keyArrow) = MapField(map.Key, leaves);
                (SqlType valueSql, ArrowType valueArrow) = MapField(map.Value, leaves);
                return (SqlType.Map(keySql, valueSql), ArrowType.Map(keyArrow, valueArrow));
            case ListField list:
                (SqlType elementSql, ArrowType elementArrow) = MapField(list.Element, leaves);
                return (SqlType.Array(elementSql), ArrowType.List(elementArrow, list.Element.IsNullable));
            default:
                List<RowField> sqlFields = [];
                List<ArrowField> arrowFields = [];
                foreach (ParquetField child in ((StructField)field).Children)
                {
                    (SqlType sql, ArrowType arrow) = MapField(child, leaves);
                    sqlFields.Add(new RowField(child.Name, sql));
                    arrowFields.Add(new ArrowField(child.Name, arrow, child.IsNullable));
                }

                return (SqlType.Row([.. sqlFields]), ArrowType.Struct([.. arrowFields]));
        }
    }

    private static LeafType MapPhysical(ColumnDescriptor column, bool binaryAsString) => column.Type switch
    {
        PhysicalType.Boolean => new(SqlType.Boolean, ArrowType.Boolean, ValueConversion.Boolean),
        PhysicalType.Int32 => new(SqlType.Integer, ArrowType.Int32, ValueConversion.None),
        PhysicalType.Int64 => new(SqlType.BigInt, ArrowType.Int64, ValueConversion.None),
        PhysicalType.Int96 => new(SqlType.Timestamp, ArrowType.Timestamp, ValueConversion.Int96),
        PhysicalType.Float => new(SqlType.Real, ArrowType.Float32, ValueConversion.None),
        PhysicalType.Double => new(SqlType.DoublePrecision, ArrowType.Float64, ValueConversion.None),
        PhysicalType.ByteArray when binaryAsString && column.LogicalType.Kind == LogicalKind.None =>
            new(SqlType.Text, ArrowType.Utf8, ValueConversion.View),
        PhysicalType.ByteArray or PhysicalType.FixedLenByteArray => new(SqlType.Bytea, ArrowType.Binary, ValueConversion.View),
    };

    private static LeafType MapDecimal(ColumnDescriptor column)
    {
        int precision = column.LogicalType.Precision, scale = column.LogicalType.Scale;
        if (precision < 1 || scale < 0 || scale > precision)
            throw new ParquetException($"decimal({precision}, {scale}) is not a type").At(column: column.Path);
        if (precision > SqlType.MaxPrecision)
        {
            throw new ParquetException($"decimal({precision}, {scale}) has more than {SqlType.MaxPrecision} digits", ParquetException.Unsupported)
                .At(column: column.Path);
        }

        ArrowType arrow = ArrowType.Decimal(precision, scale);
        bool is64 = arrow.Id == ArrowTypeId.Decimal64;
        ValueConversion conversion = column.Type switch
        {
            PhysicalType.Int32 => is64 ? ValueConversion.Int32ToInt64 : ValueConversion.Int32ToInt128,
            PhysicalType.Int64 => is64 ? ValueConversion.None : ValueConversion.Int64ToInt128,
            PhysicalType.ByteArray or PhysicalType.FixedLenByteArray =>
                is64 ? ValueConversion.BigEndianToInt64 : ValueConversion.BigEndianToInt128,
            _ => throw Misfit(column),
        };
        return new LeafType(SqlType.Numeric(precision, scale), arrow, conversion);
    }

    private static LeafType MapTime(ColumnDescriptor column) => (column.Type, column.LogicalType.Unit) switch
    {
        (PhysicalType.Int32, TimeUnit.Millis) => new(SqlType.Time, ArrowType.Time64, ValueConversion.Millis32),
        (PhysicalType.Int64, TimeUnit.Micros) => new(SqlType.Time, ArrowType.Time64, ValueConversion.None),
        (PhysicalType.Int64, TimeUnit.Nanos) => new(SqlType.Time, ArrowType.Time64, ValueConversion.Nanos),
        _ => throw Misfit(column),
    };

    private static LeafType MapTimestamp(LogicalType logical)
    {
        ValueConversion conversion = logical.Unit switch
        {
            TimeUnit.Millis => ValueConversion.Millis64,
            TimeUnit.Micros => ValueConversion.None,
            TimeUnit.Nanos => ValueConversion.Nanos,
        };
        return logical.IsAdjustedToUtc
            ? new LeafType(SqlType.TimestampTz, ArrowType.TimestampUtc, conversion)
            : new LeafType(SqlType.Timestamp, ArrowType.Timestamp, conversion);
    }

    private static LeafType MapInteger(ColumnDescriptor column) =>
        (column.Type, column.LogicalType.BitWidth, column.LogicalType.IsSigned) switch
        {
            (PhysicalType.Int32, 8, true) => new(SqlType.SmallInt, ArrowType.Int16, ValueConversion.Int8),
            (PhysicalType.Int32, 8, false) => new(SqlType.SmallInt, ArrowType.Int16, ValueConversion.UInt8),
            (PhysicalType.Int32, 16, true) => new(SqlType.SmallInt, ArrowType.Int16, ValueConversion.Int16),
            (PhysicalType.Int32, 16, false) => new(SqlType.Integer, ArrowType.Int32, ValueConversion.UInt16),
            (PhysicalType.Int32, 32, true) => new(SqlType.Integer, ArrowType.Int32, ValueConversion.None),
            (PhysicalType.Int32, 32, false) => new(SqlType.BigInt, ArrowType.Int64, ValueConversion.UInt32),
            (PhysicalType.Int64, 64, true) => new(SqlType.BigInt, ArrowType.Int64, ValueConversion.None),
            (PhysicalType.Int64, 64, false) => new(SqlType.Numeric(20, 0), ArrowType.Decimal128(20, 0), ValueConversion.UInt64),
            _ => throw Misfit(column),
        };

    private static bool IsFixed(ColumnDescriptor column, int length) =>
        column.Type == PhysicalType.FixedLenByteArray && column.TypeLength == length;

    private static ParquetException Misfit(ColumnDescriptor column) =>
        new ParquetException($"{column.Type} cannot hold {column.LogicalType.Kind}").At(column: column.Path);
}
