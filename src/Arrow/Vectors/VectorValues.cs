using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Single values of any vector as objects, in the raw forms of Arrow: for edges, tests and rare paths, not for loops.</summary>
/// <remarks>
/// Booleans, numbers and texts are what they seem; decimals are their unscaled Int128; dates int (days), times and timestamps long (microseconds); bytes and
/// uuids byte[]; lists, structs and map entries object?[]; values of unions <see cref="UnionValue"/>.
/// </remarks>
public static class VectorValues
{
    /// <summary>The value of a row; null when it is null.</summary>
    public static object? Get(Vector vector, int row)
    {
        switch (vector)
        {
            case ConstantVector constant:
                return Get(constant.Value, 0);
            case DictionaryVector dictionary:
                return dictionary.IsNull(row) ? null : Get(dictionary.Dictionary, dictionary.Code(row));
            case DenseUnionVector union:
                return new UnionValue(union.Selectors[row], Get(union.Children[union.Selectors[row]], union.Offsets[row]));
        }

        if (vector.IsNull(row))
        {
            return null;
        }

        switch (vector)
        {
            case BooleanVector booleans:
                return booleans.Value(row);
            case ViewVector text:
                return text.Type.Id == ArrowTypeId.Utf8 ? text.Text(row) : text.Bytes(row).ToArray();
            case StructVector structs:
                return Array.ConvertAll(structs.Children, child => Get(child, row));
            case ListVector lists:
                int start = lists.Offsets[row];
                object?[] items = new object?[lists.Offsets[row + 1] - start];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Get(lists.Child, start + i);
                }

                return items;
            default:
                return Get((FixedVector)vector, row);
        }
    }

    private static object Get(FixedVector vector, int row) => vector.Type.Id switch
    {
        ArrowTypeId.Int8 => vector.Values<sbyte>()[row],
        ArrowTypeId.Int16 => vector.Values<short>()[row],
        ArrowTypeId.Int32 or ArrowTypeId.Date32 => vector.Values<int>()[row],
        ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp => vector.Values<long>()[row],
        ArrowTypeId.UInt8 => vector.Values<byte>()[row],
        ArrowTypeId.UInt16 => vector.Values<ushort>()[row],
        ArrowTypeId.UInt32 => vector.Values<uint>()[row],
        ArrowTypeId.UInt64 => vector.Values<ulong>()[row],
        ArrowTypeId.Float32 => vector.Values<float>()[row],
        ArrowTypeId.Float64 => vector.Values<double>()[row],
        ArrowTypeId.Decimal64 => (Int128)vector.Values<long>()[row],
        ArrowTypeId.Decimal128 => vector.Values<Int128>()[row],
        ArrowTypeId.Interval => vector.Values<Interval>()[row],
        _ => vector.ValueBytes.Slice(row * vector.Type.Width, vector.Type.Width).ToArray(),
    };
}

/// <summary>A value of a union: of which child, and what.</summary>
public sealed record UnionValue(int Child, object? Value);
