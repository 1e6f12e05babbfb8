using System.Buffers.Binary;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Reading;

namespace SqlCluster.Execution.Parquet.Pruning;

/// <summary>Turns a file's statistics into bounds in the engine's types, and leaves out every one that cannot be trusted.</summary>
/// <remarks>
/// Not trusted: bounds that are NaN or have the wrong length, the deprecated bounds of anything but signed numbers (their writers compared bytes as
/// signed), INT96 and intervals (no order). A truncated bound still bounds. Without a NaN count a floating-point column may hold NaN beyond its maximum.
/// </remarks>
internal static class BoundsReader
{
    /// <summary>Reads the statistics of a column chunk.</summary>
    public static ColumnBounds Read(ColumnStatistics? statistics, long valueCount, ColumnDescriptor column, LeafType type)
    {
        if (statistics is null)
            return ColumnBounds.Unknown;
        bool deprecatedHolds = column.Type is PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.Float or PhysicalType.Double
            && type.Conversion is not (ValueConversion.UInt8 or ValueConversion.UInt16 or ValueConversion.UInt32 or ValueConversion.UInt64);
        Bound? min = ToBound(statistics.Min ?? (deprecatedHolds ? statistics.DeprecatedMin : null), column, type);
        Bound? max = ToBound(statistics.Max ?? (deprecatedHolds ? statistics.DeprecatedMax : null), column, type);
        return Make(min, max, statistics.NullCount, valueCount, statistics.NanCount, column, type);
    }

    /// <summary>Reads the bounds of one page from the column index.</summary>
    /// <param name="index">The column's index.</param>
    /// <param name="page">Which data page.</param>
    /// <param name="column">The column.</param>
    /// <param name="type">Its type.</param>
    public static ColumnBounds Read(ColumnIndex index, int page, ColumnDescriptor column, LeafType type)
    {
        // Writers without statistics mark every page as null and count -1 nulls.
        long? nulls = index.NullCounts?[page];
        if (nulls < 0)
            return ColumnBounds.Unknown;
        if (index.NullPages[page])
            return nulls == 0 ? ColumnBounds.Unknown : new ColumnBounds(null, null, MayHaveNulls: true, IsAllNull: true);
        Bound? min = ToBound(index.MinValues[page], column, type), max = ToBound(index.MaxValues[page], column, type);
        return Make(min, max, nulls, -1, index.NanCounts?[page], column, type);
    }

    private static ColumnBounds Make(
        Bound? min, Bound? max, long? nullCount, long valueCount, long? nanCount, ColumnDescriptor column, LeafType type)
    {
        bool isFloat = column.Type is PhysicalType.Float or PhysicalType.Double || type.Conversion == ValueConversion.Float16;
        bool mayHaveNulls = column.MaxDefinitionLevel > 0 && nullCount != 0;
        return new ColumnBounds(min, max, mayHaveNulls, nullCount == valueCount && nullCount > 0, isFloat && nanCount != 0);
    }

    private static Bound? ToBound(ReadOnlyMemory<byte>? stored, ColumnDescriptor column, LeafType type)
    {
        if (stored is not { } memory)
            return null;
        ReadOnlySpan<byte> bytes = memory.Span;
        int scale = type.Arrow.Scale;
        switch (type.Conversion)
        {
            case ValueConversion.View:
                return new Bound(0, Bytes: memory);
            case ValueConversion.Boolean:
                return bytes.Length == 1 ? new Bound(bytes[0] & 1) : null;
            case ValueConversion.BigEndianToInt64 or ValueConversion.BigEndianToInt128:
                return bytes.Length is > 0 and <= 16 ? new Bound(ValueConverter.FromBigEndian(bytes), scale) : null;
            case ValueConversion.Float16:
                return bytes.Length == 2 ? Real((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)) : null;
            case ValueConversion.Int96 or ValueConversion.Interval:
                return null;
            case ValueConversion.None when column.Type == PhysicalType.FixedLenByteArray:
                return bytes.Length == column.TypeLength ? new Bound(0, Bytes: memory) : null;
            default:
                return column.Type switch
                {
                    PhysicalType.Int32 when bytes.Length == 4 => FromInt32(BinaryPrimitives.ReadInt32LittleEndian(bytes), type.Conversion, scale),
                    PhysicalType.Int64 when bytes.Length == 8 => FromInt64(BinaryPrimitives.ReadInt64LittleEndian(bytes), type.Conversion, scale),
                    PhysicalType.Float when bytes.Length == 4 => Real(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
                    PhysicalType.Double when bytes.Length == 8 => Real(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
                    _ => null,
                };
        }
    }

    private static Bound? Real(double value) => double.IsNaN(value) ? null : new Bound(0, Real: value);

    private static Bound FromInt32(int value, ValueConversion conversion, int scale) => conversion switch
    {
        ValueConversion.UInt8 or ValueConversion.UInt16 or ValueConversion.UInt32 => new Bound((uint)value),
        ValueConversion.Millis32 => new Bound(value * 1000L),
        _ => new Bound(value, scale),
    };

    private static Bound FromInt64(long value, ValueConversion conversion, int scale) => conversion switch
    {
        ValueConversion.UInt64 => new Bound((ulong)value),
        ValueConversion.Millis64 => new Bound((Int128)value * 1000),
        ValueConversion.Nanos => new Bound((value / 1000) - (value % 1000 < 0 ? 1 : 0)),
        _ => new Bound(value, scale),
    };
}
