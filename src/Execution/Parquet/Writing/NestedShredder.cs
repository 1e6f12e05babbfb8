using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Cuts lists, structs and maps into leaf columns with levels (Melnik et al., "Dremel", 2010, section 4.2).</summary>
internal sealed class NestedShredder(LeafBuffer[] leaves)
{
    public void Append(WriteField field, Vector vector, ReadOnlySpan<int> rows)
    {
        foreach (int row in rows)
            Append(field, vector, row, repetition: 0, definition: 0);
    }

    /// <param name="definition">Level of what encloses the field, which is present.</param>
    private void Append(WriteField field, Vector vector, int row, int repetition, int definition)
    {
        if (vector.IsNull(row))
        {
            if (!field.Field.Nullable)
                throw new ParquetException("null in a field that is declared not null", LeafBuffer.NotNullViolation).At(column: field.Field.Name);
            AppendNulls(field, repetition, definition);
            return;
        }

        (vector, row) = Resolve(vector, row);
        switch (vector)
        {
            case StructVector structs:
                for (int i = 0; i < field.Children.Length; i++)
                    Append(field.Children[i], structs.Children[i], row, repetition, field.DefinitionLevel);
                break;
            case ListVector lists:
                AppendList(field, lists, row, repetition);
                break;
            default:
                leaves[field.Leaf!.Index].AppendValue(vector, row, repetition);
                break;
        }
    }

    private void AppendList(WriteField field, ListVector lists, int row, int repetition)
    {
        int start = lists.Offsets[row], end = lists.Offsets[row + 1];
        if (start == end)
        {
            AppendNulls(field, repetition, field.DefinitionLevel);
            return;
        }

        for (int element = start; element < end; element++)
        {
            int level = element == start ? repetition : field.RepetitionLevel;
            if (field.Children.Length == 1)
            {
                Append(field.Children[0], lists.Child, element, level, field.DefinitionLevel + 1);
                continue;
            }

            (Vector entries, int entry) = Resolve(lists.Child, element);        // a map: its entries are structs that are never null
            for (int i = 0; i < field.Children.Length; i++)
                Append(field.Children[i], ((StructVector)entries).Children[i], entry, level, field.DefinitionLevel + 1);
        }
    }

    private void AppendNulls(WriteField field, int repetition, int definition)
    {
        for (int leaf = field.FirstLeaf; leaf < field.FirstLeaf + field.LeafCount; leaf++)
            leaves[leaf].AppendNull(repetition, definition);
    }

    private static (Vector Vector, int Row) Resolve(Vector vector, int row)
    {
        while (true)
        {
            switch (vector)
            {
                case ConstantVector constant:
                    (vector, row) = (constant.Value, 0);
                    break;
                case DictionaryVector dictionary:
                    (vector, row) = (dictionary.Dictionary, dictionary.Code(row));
                    break;
                default:
                    return (vector, row);
            }
        }
    }
}
