namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Describes a field as SQL sees it: a leaf, struct, list or map, with Parquet's bookkeeping groups folded away.</summary>
/// <remarks>
/// Levels follow the Dremel paper (Melnik et al., 2010): a value is present where its definition level is at least
/// <see cref="DefinitionLevel"/>; below that, some ancestor or the field itself is null or an enclosing list is empty.
/// <code>
/// optional group tags (LIST)          ListField  tags      DefinitionLevel 1   (0: tags is null)
///   repeated group list                          slots     SlotDefinitionLevel 2, RepetitionLevel 1   (1: tags is empty)
///     optional binary element (UTF8)  LeafField  element   DefinitionLevel 3   (2: element is null)
/// </code>
/// </remarks>
internal abstract class ParquetField
{
    public required string Name { get; init; }

    /// <summary>Gets whether the field may be null within a present parent.</summary>
    public required bool IsNullable { get; init; }

    /// <summary>Gets the definition level from which on the field is not null.</summary>
    public required int DefinitionLevel { get; init; }

    /// <summary>Gets the first of the leaves below the field, in schema order.</summary>
    public abstract int FirstLeaf { get; }

    public abstract int LeafCount { get; }

    public int? FieldId { get; init; }
}

/// <summary>Describes a column that has values of its own.</summary>
internal sealed class LeafField : ParquetField
{
    public required ColumnDescriptor Column { get; init; }

    public override int FirstLeaf => Column.Index;

    public override int LeafCount => 1;
}

/// <summary>Describes a group with named children.</summary>
internal sealed class StructField : ParquetField
{
    public required IReadOnlyList<ParquetField> Children { get; init; }

    public override int FirstLeaf => Children[0].FirstLeaf;

    public override int LeafCount => Children.Sum(static child => child.LeafCount);
}

/// <summary>Describes a list; a map is a list of key and value pairs.</summary>
internal class ListField : ParquetField
{
    public required ParquetField Element { get; init; }

    /// <summary>Gets the definition level from which on the list has an element slot; one less, the list is empty.</summary>
    public required int SlotDefinitionLevel { get; init; }

    /// <summary>Gets the repetition level that starts a further slot of the same list; a lower one starts a new list.</summary>
    public required int RepetitionLevel { get; init; }

    public override int FirstLeaf => Element.FirstLeaf;

    public override int LeafCount => Element.LeafCount;
}

/// <summary>Describes a map: a list whose element is a struct of key and value.</summary>
internal sealed class MapField : ListField
{
    public ParquetField Key => ((StructField)Element).Children[0];

    public ParquetField Value => ((StructField)Element).Children[1];
}
