namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Describes a leaf column: what its bytes are, what they mean, and how deep it lies.</summary>
internal sealed class ColumnDescriptor
{
    /// <summary>Gets the position among the leaves, which is the position of its chunk in every row group.</summary>
    public required int Index { get; init; }

    /// <summary>Gets the names from the root to the column, joined by dots, for messages.</summary>
    public required string Path { get; init; }

    public required PhysicalType Type { get; init; }

    public required int TypeLength { get; init; }

    public required LogicalType LogicalType { get; init; }

    public required int MaxDefinitionLevel { get; init; }

    public required int MaxRepetitionLevel { get; init; }

    public required ColumnOrder Order { get; init; }

    /// <summary>Gets the bytes of one PLAIN value, or 0 where that differs from value to value (byte arrays) or is a bit (booleans).</summary>
    public int ValueSizeBytes => Type switch
    {
        PhysicalType.Int32 or PhysicalType.Float => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => 12,
        PhysicalType.FixedLenByteArray => TypeLength,
        PhysicalType.Boolean or PhysicalType.ByteArray => 0,
    };
}
