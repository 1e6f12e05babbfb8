using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>Orders rows of one or two vectors of one SQL type: what sorting, min, max and comparisons of nested values use.</summary>
/// <remarks>Text by its bytes ("C" collation), NaN last, false before true, intervals by their span, arrays and rows element by element with nulls last.</remarks>
internal static class RowOrder
{
    /// <summary>Elements of one list after which a loop over them asks whether the query was cancelled.</summary>
    internal const int ElementsBetweenQuestions = 4096;

    /// <summary>Negative, zero or positive; both rows are not null. Decimals have one scale.</summary>
    public static int Compare(in VectorReader left, int leftRow, in VectorReader right, int rightRow)
    {
        switch (left.Id)
        {
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                return StringView.Compare(left.View(leftRow), right.View(rightRow));
            case ArrowTypeId.Boolean:
                return left.Boolean(leftRow).CompareTo(right.Boolean(rightRow));
            case ArrowTypeId.Float32 or ArrowTypeId.Float64:
                return CompareDoubles(left.Double(leftRow), right.Double(rightRow));
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128:
                return left.Decimal(leftRow).CompareTo(right.Decimal(rightRow));
            case ArrowTypeId.Interval:
                return left.Value<Interval>(leftRow).ComparisonKey.CompareTo(right.Value<Interval>(rightRow).ComparisonKey);
            case ArrowTypeId.FixedSizeBinary:
                return Bytes(left, leftRow).SequenceCompareTo(Bytes(right, rightRow));
            case ArrowTypeId.List or ArrowTypeId.Map:
                return CompareLists(in left, left.Slot(leftRow), in right, right.Slot(rightRow));
            case ArrowTypeId.Struct:
                return CompareStructs(in left, left.Slot(leftRow), in right, right.Slot(rightRow));
            case ArrowTypeId.Null:
                return 0;
            default:
                return left.Integer(leftRow).CompareTo(right.Integer(rightRow));
        }
    }

    /// <summary>As <see cref="Compare"/>, with nulls after everything else and equal to each other.</summary>
    public static int CompareNullsLast(in VectorReader left, int leftRow, in VectorReader right, int rightRow)
    {
        bool leftNull = left.IsNull(leftRow), rightNull = right.IsNull(rightRow);
        return leftNull || rightNull ? leftNull.CompareTo(rightNull) : Compare(in left, leftRow, in right, rightRow);
    }

    /// <summary>PostgreSQL's total order of floats: NaN equals NaN and is the largest; -0 equals 0.</summary>
    public static int CompareDoubles(double left, double right) =>
        left < right ? -1 : left > right ? 1 : left == right ? 0 : double.IsNaN(left).CompareTo(double.IsNaN(right));

    private static ReadOnlySpan<byte> Bytes(VectorReader reader, int row)
    {
        int width = reader.Flat.Type.Width;
        return ((FixedVector)reader.Flat).ValueBytes.Slice(reader.Slot(row) * width, width);
    }

    private static int CompareLists(in VectorReader left, int leftSlot, in VectorReader right, int rightSlot)
    {
        var leftList = (ListVector)left.Flat;
        var rightList = (ListVector)right.Flat;
        int leftStart = leftList.Offsets[leftSlot], leftCount = leftList.Offsets[leftSlot + 1] - leftStart;
        int rightStart = rightList.Offsets[rightSlot], rightCount = rightList.Offsets[rightSlot + 1] - rightStart;
        var leftChild = new VectorReader(leftList.Child);
        var rightChild = new VectorReader(rightList.Child);
        int equal = EqualPrefix(leftList.Child, leftStart, leftCount, rightList.Child, rightStart, rightCount);
        for (int i = equal; i < Math.Min(leftCount, rightCount); i++)
        {
            int order = CompareNullsLast(in leftChild, leftStart + i, in rightChild, rightStart + i);
            if (order != 0)
            {
                return order;
            }

            if (i % ElementsBetweenQuestions == ElementsBetweenQuestions - 1)
            {
                Interruption.Ask();
            }
        }

        return leftCount.CompareTo(rightCount);
    }

    /// <summary>Elements at the start of two lists that are known to be equal; of large lists, found many at a time.</summary>
    internal static int EqualPrefix(Vector left, int leftStart, int leftCount, Vector right, int rightStart, int rightCount) => (left, right) switch
    {
        (FixedVector { HasNulls: false, Type.Id: ArrowTypeId.Int32 } l, FixedVector { HasNulls: false, Type.Id: ArrowTypeId.Int32 } r) =>
            l.Values<int>().Slice(leftStart, leftCount).CommonPrefixLength(r.Values<int>().Slice(rightStart, rightCount)),
        (FixedVector { HasNulls: false, Type.Id: ArrowTypeId.Int64 } l, FixedVector { HasNulls: false, Type.Id: ArrowTypeId.Int64 } r) =>
            l.Values<long>().Slice(leftStart, leftCount).CommonPrefixLength(r.Values<long>().Slice(rightStart, rightCount)),
        _ => 0,
    };

    private static int CompareStructs(in VectorReader left, int leftSlot, in VectorReader right, int rightSlot)
    {
        Vector[] leftFields = ((StructVector)left.Flat).Children, rightFields = ((StructVector)right.Flat).Children;
        for (int i = 0; i < leftFields.Length; i++)
        {
            int order = CompareNullsLast(new VectorReader(leftFields[i]), leftSlot, new VectorReader(rightFields[i]), rightSlot);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
