using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>How many bytes of a body a column takes, before compression.</summary>
internal static class EncodedSize
{
    private const int UuidTextBytes = 40;

    public static long Of(IpcField field, Vector vector, RowSet rows)
    {
        long count = rows.Count, validity = vector.HasNulls ? Bits.ByteCount(rows.Count) : 0;
        return validity + field.Type.Id switch
        {
            IpcTypeId.Null => 0,
            IpcTypeId.Bool => (count + 7) / 8,
            IpcTypeId.Utf8 when vector.Type.Id == ArrowTypeId.FixedSizeBinary => count * UuidTextBytes,
            IpcTypeId.Utf8 or IpcTypeId.Binary => (4 * count) + TextBytes(vector, rows, 0),
            IpcTypeId.Utf8View or IpcTypeId.BinaryView => (16 * count) + TextBytes(vector, rows, StringView.InlineBytes),
            IpcTypeId.List or IpcTypeId.Map => (4 * count) + EachElement(field, vector, rows),
            IpcTypeId.Struct or IpcTypeId.Union => (5 * count) + EachRow(field, vector, rows),
            IpcTypeId.Decimal => 16 * count,
            _ => field.Engine.Type.Width * count,
        };
    }

    private static int Slot(Vector vector, int row) =>
        row < 0 ? -1 : vector switch { ConstantVector => 0, DictionaryVector dictionary => dictionary.Code(row), _ => row };

    private static Vector Flat(Vector vector) => vector switch { ConstantVector constant => constant.Value, DictionaryVector dictionary => dictionary.Dictionary, _ => vector };

    private static long TextBytes(Vector vector, RowSet rows, int longerThan)
    {
        ReadOnlySpan<StringView> views = ((ViewVector)Flat(vector)).Views;
        long total = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            int length = Slot(vector, rows[i]) is var slot and >= 0 ? views[slot].Length : 0;
            total += length > longerThan ? length : 0;
        }

        return total;
    }

    private static long EachElement(IpcField field, Vector vector, RowSet rows)
    {
        var lists = (ListVector)Flat(vector);
        ReadOnlySpan<int> offsets = lists.Offsets;
        if (rows.IsRange && ReferenceEquals(lists, vector))
        {
            int first = offsets[rows.Start];
            return Of(field.Children[0], lists.Child, RowSet.Range(first, offsets[rows.Start + rows.Count] - first));
        }

        long total = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            if (Slot(vector, rows[i]) is var slot and >= 0)
            {
                total += Of(field.Children[0], lists.Child, RowSet.Range(offsets[slot], offsets[slot + 1] - offsets[slot]));
            }
        }

        return total;
    }

    private static long EachRow(IpcField field, Vector vector, RowSet rows)
    {
        Vector flat = Flat(vector);
        Vector[] children = flat switch { StructVector structs => structs.Children, DenseUnionVector union => union.Children, _ => [] };
        long total = 0;
        for (int i = 0; i < children.Length; i++)
        {
            if (flat is DenseUnionVector)
            {
                total += Of(field.Children[i], children[i], RowSet.Range(0, children[i].Length));
            }
            else if (ReferenceEquals(flat, vector))
            {
                total += Of(field.Children[i], children[i], rows);
            }
            else
            {
                for (int row = 0; row < rows.Count; row++)
                {
                    total += Slot(vector, rows[row]) is var slot and >= 0 ? Of(field.Children[i], children[i], RowSet.Range(slot, 1)) : 0;
                }
            }
        }

        return total;
    }
}
