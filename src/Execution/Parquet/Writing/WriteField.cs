using SqlCluster.Arrow.Schema;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>A field of the batches to be written, with the levels that its values take (Melnik et al., "Dremel", 2010).</summary>
/// <param name="Field">Name, type, and whether it may be null.</param>
/// <param name="DefinitionLevel">Level at which the field itself is present.</param>
/// <param name="RepetitionLevel">For lists and maps: the level that every element after the first carries.</param>
/// <param name="Children">Struct: its fields; list: the element; map: the key and the value.</param>
/// <param name="Leaf">The column of a field without children.</param>
/// <param name="FirstLeaf">Index of the first leaf at or below the field.</param>
/// <param name="LeafCount">Number of leaves at or below the field; they are consecutive.</param>
internal sealed record WriteField(
    ArrowField Field, int DefinitionLevel, int RepetitionLevel, WriteField[] Children, WriteColumn? Leaf, int FirstLeaf, int LeafCount)
{
    public bool IsList => Field.Type.Id is ArrowTypeId.List or ArrowTypeId.Map;
}

/// <summary>A leaf column: how its values are stored, and how deep it lies.</summary>
internal sealed record WriteColumn(
    int Index, string[] Path, ArrowType ArrowType, StoredType Type, int MaxDefinitionLevel, int MaxRepetitionLevel)
{
    public string Name => string.Join('.', Path);
}

/// <summary>How an Arrow type is stored.</summary>
/// <param name="Physical">Parquet's type of the bytes.</param>
/// <param name="Length">Bytes of a FIXED_LEN_BYTE_ARRAY, else 0.</param>
/// <param name="Logical">What the bytes mean.</param>
/// <param name="Converted">The same for readers that know no logical types, where they had a name for it.</param>
/// <param name="Order">How values compare.</param>
internal readonly record struct StoredType(PhysicalType Physical, int Length, LogicalType Logical, ConvertedType? Converted, ValueOrder Order)
{
    /// <summary>Gets the bytes of a stored value; 0 for byte arrays (of any length) and booleans (a bit).</summary>
    public int ValueBytes => Physical switch
    {
        PhysicalType.Int32 or PhysicalType.Float => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => 12,
        PhysicalType.FixedLenByteArray => Length,
        PhysicalType.Boolean or PhysicalType.ByteArray => 0,
    };
}
