namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Holds one element of the flattened schema: a leaf column, or a group that owns the next <see cref="ChildCount"/> subtrees.</summary>
internal sealed class SchemaElement
{
    public required string Name { get; init; }

    /// <summary>Gets the stored type; null for a group.</summary>
    public PhysicalType? Type { get; init; }

    /// <summary>Gets the width in bytes of a FIXED_LEN_BYTE_ARRAY.</summary>
    public int TypeLength { get; init; }

    /// <summary>Gets the repetition; the root has none and reads as required.</summary>
    public Repetition Repetition { get; init; }

    public int ChildCount { get; init; }

    public ConvertedType? ConvertedType { get; init; }

    public LogicalType LogicalType { get; init; }

    public int? FieldId { get; init; }

    public static SchemaElement Read(ref ThriftReader reader)
    {
        string name = "";
        PhysicalType? type = null;
        ConvertedType? converted = null;
        LogicalType logical = default;
        Repetition repetition = Repetition.Required;
        int typeLength = 0, childCount = 0, precision = 0, scale = 0;
        int? fieldId = null;
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: type = (PhysicalType)InEnum(reader.Int32(), (int)PhysicalType.FixedLenByteArray, "physical type"); break;
                case 2: typeLength = reader.Int32(); break;
                case 3: repetition = (Repetition)InEnum(reader.Int32(), (int)Repetition.Repeated, "repetition"); break;
                case 4: name = reader.Text(); break;
                case 5: childCount = reader.Int32(); break;
                case 6: converted = (ConvertedType)InEnum(reader.Int32(), (int)Metadata.ConvertedType.Interval, "converted type"); break;
                case 7: scale = reader.Int32(); break;
                case 8: precision = reader.Int32(); break;
                case 9: fieldId = reader.Int32(); break;
                case 10: logical = LogicalType.Read(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        if (childCount < 0 || (type is null && childCount == 0 && converted is null && logical.Kind == LogicalKind.None && name.Length == 0))
            ParquetException.ThrowCorrupted("schema element is neither a column nor a group");
        if (typeLength < 0 || (type == PhysicalType.FixedLenByteArray && typeLength == 0))
            ParquetException.ThrowCorrupted($"column \"{name}\" has a fixed length of {typeLength} bytes");
        if (logical.Kind == LogicalKind.None && converted is { } old)
            logical = LogicalType.FromConverted(old, precision, scale);
        return new SchemaElement
        {
            Name = name,
            Type = type,
            TypeLength = typeLength,
            Repetition = repetition,
            ChildCount = childCount,
            ConvertedType = converted,
            LogicalType = logical,
            FieldId = fieldId,
        };
    }

    private static int InEnum(int value, int last, string what)
    {
        if ((uint)value > (uint)last)
            ParquetException.ThrowCorrupted($"schema has an unknown {what}: {value}");
        return value;
    }
}
