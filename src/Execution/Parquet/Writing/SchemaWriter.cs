using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Writes parquet.thrift's SchemaElement and LogicalType.</summary>
internal static class SchemaWriter
{
    public static void Write(SchemaElement element, bool isRoot, ThriftWriter writer)
    {
        writer.BeginStruct();
        if (element.Type is { } type)
        {
            writer.Int32(1, (int)type);
            if (type == PhysicalType.FixedLenByteArray)
                writer.Int32(2, element.TypeLength);
        }

        if (!isRoot)
            writer.Int32(3, (int)element.Repetition);
        writer.Text(4, element.Name);
        if (element.Type is null)
            writer.Int32(5, element.ChildCount);
        if (element.ConvertedType is { } converted)
            writer.Int32(6, (int)converted);
        if (element.LogicalType.Kind == LogicalKind.Decimal)
        {
            writer.Int32(7, element.LogicalType.Scale);
            writer.Int32(8, element.LogicalType.Precision);
        }

        Write(element.LogicalType, writer);
        writer.EndStruct();
    }

    private static void Write(LogicalType type, ThriftWriter writer)
    {
        const int LogicalTypeField = 10;
        if (UnionField(type.Kind) is not { } member)
            return;
        writer.BeginStruct(LogicalTypeField);
        writer.BeginStruct(member);
        switch (type.Kind)
        {
            case LogicalKind.Decimal:
                writer.Int32(1, type.Scale);
                writer.Int32(2, type.Precision);
                break;
            case LogicalKind.Time or LogicalKind.Timestamp:
                writer.Bool(1, type.IsAdjustedToUtc);
                writer.BeginStruct(2);
                writer.EmptyStruct(1 + (int)type.Unit);
                writer.EndStruct();
                break;
            case LogicalKind.Integer:
                writer.Int8(1, (sbyte)type.BitWidth);
                writer.Bool(2, type.IsSigned);
                break;
        }

        writer.EndStruct();
        writer.EndStruct();
    }

    /// <summary>Gets the field of the LogicalType union for the kinds that this writer uses.</summary>
    private static int? UnionField(LogicalKind kind) => kind switch
    {
        LogicalKind.String => 1,
        LogicalKind.Map => 2,
        LogicalKind.List => 3,
        LogicalKind.Decimal => 5,
        LogicalKind.Date => 6,
        LogicalKind.Time => 7,
        LogicalKind.Timestamp => 8,
        LogicalKind.Integer => 10,
        LogicalKind.Unknown => 11,
        LogicalKind.Json => 12,
        LogicalKind.Uuid => 14,
        _ => null,
    };
}
