using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>Compares rows of one vector with rows of another, pair by pair: what hash tables do after the hashes matched.</summary>
/// <remarks>Both sides hold one SQL type; encodings, integer widths and decimal widths may differ, decimal scales may not. NaN equals NaN.</remarks>
internal static class RowEquality
{
    /// <summary>Clears bit i of <paramref name="equal"/> where left[leftRows[i]] and right[rightRows[i]] differ; other bits stay. So several key columns narrow one bitmap.</summary>
    /// <param name="nullsEqual">True: two nulls are equal (grouping); false: null equals nothing (joins).</param>
    public static void Narrow(
        Vector left, ReadOnlySpan<int> leftRows, Vector right, ReadOnlySpan<int> rightRows, bool nullsEqual, Span<ulong> equal)
    {
        Check.SameLength(leftRows.Length, rightRows.Length);
        var leftReader = new VectorReader(left);
        var rightReader = new VectorReader(right);
        if (left.NullCount == 0 && right.NullCount == 0 && NarrowFixed(in leftReader, leftRows, in rightReader, rightRows, equal))
        {
            return;
        }

        for (int i = 0; i < leftRows.Length; i++)
        {
            if ((equal[i >> 6] >> (i & 63) & 1) != 0 && !AreEqual(in leftReader, leftRows[i], in rightReader, rightRows[i], nullsEqual))
            {
                equal[i >> 6] &= ~(1UL << (i & 63));
            }
        }
    }

    /// <summary>Whether one row of each side is equal.</summary>
    public static bool AreEqual(in VectorReader left, int leftRow, in VectorReader right, int rightRow, bool nullsEqual)
    {
        bool leftNull = left.IsNull(leftRow), rightNull = right.IsNull(rightRow);
        return leftNull || rightNull ? nullsEqual && leftNull && rightNull : ValuesEqual(in left, leftRow, in right, rightRow);
    }

    /// <summary>Whether two rows that are not null are equal.</summary>
    public static bool ValuesEqual(in VectorReader left, int leftRow, in VectorReader right, int rightRow)
    {
        switch (left.Id)
        {
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                return StringView.Equal(left.View(leftRow), right.View(rightRow));
            case ArrowTypeId.Boolean:
                return left.Boolean(leftRow) == right.Boolean(rightRow);
            case ArrowTypeId.Float32 or ArrowTypeId.Float64:
                return left.Double(leftRow).Equals(right.Double(rightRow));
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128:
                return left.Decimal(leftRow) == right.Decimal(rightRow);
            case ArrowTypeId.Interval:
                return left.Value<Interval>(leftRow).ComparisonKey == right.Value<Interval>(rightRow).ComparisonKey;
            case ArrowTypeId.FixedSizeBinary:
                return left.Value<UInt128>(leftRow) == right.Value<UInt128>(rightRow);
            case ArrowTypeId.List or ArrowTypeId.Map:
                return ListsEqual(in left, left.Slot(leftRow), in right, right.Slot(rightRow));
            case ArrowTypeId.Struct:
                return StructsEqual(in left, left.Slot(leftRow), in right, right.Slot(rightRow));
            case ArrowTypeId.Null:
                return true;
            default:
                return left.Integer(leftRow) == right.Integer(rightRow);
        }
    }

    private static bool ListsEqual(in VectorReader left, int leftSlot, in VectorReader right, int rightSlot)
    {
        var leftList = (ListVector)left.Flat;
        var rightList = (ListVector)right.Flat;
        int leftStart = leftList.Offsets[leftSlot], count = leftList.Offsets[leftSlot + 1] - leftStart, rightStart = rightList.Offsets[rightSlot];
        if (count != rightList.Offsets[rightSlot + 1] - rightStart)
        {
            return false;
        }

        var leftChild = new VectorReader(leftList.Child);
        var rightChild = new VectorReader(rightList.Child);
        for (int i = RowOrder.EqualPrefix(leftList.Child, leftStart, count, rightList.Child, rightStart, count); i < count; i++)
        {
            if (!AreEqual(in leftChild, leftStart + i, in rightChild, rightStart + i, nullsEqual: true))
            {
                return false;
            }

            if (i % RowOrder.ElementsBetweenQuestions == RowOrder.ElementsBetweenQuestions - 1)
            {
                Interruption.Ask();
            }
        }

        return true;
    }

    private static bool StructsEqual(in VectorReader left, int leftSlot, in VectorReader right, int rightSlot)
    {
        Vector[] leftFields = ((StructVector)left.Flat).Children, rightFields = ((StructVector)right.Flat).Children;
        for (int i = 0; i < leftFields.Length; i++)
        {
            if (!AreEqual(new VectorReader(leftFields[i]), leftSlot, new VectorReader(rightFields[i]), rightSlot, nullsEqual: true))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The loops for the usual key types, without nulls.</summary>
    private static bool NarrowFixed(
        in VectorReader left, ReadOnlySpan<int> leftRows, in VectorReader right, ReadOnlySpan<int> rightRows, Span<ulong> equal)
    {
        if (left.Id != right.Id)
        {
            return false;
        }

        switch (left.Id)
        {
            case ArrowTypeId.Int64 or ArrowTypeId.Decimal64 or ArrowTypeId.Timestamp or ArrowTypeId.Time64:
                NarrowValues<long>(in left, leftRows, in right, rightRows, equal);
                return true;
            case ArrowTypeId.Int32 or ArrowTypeId.Date32:
                NarrowValues<int>(in left, leftRows, in right, rightRows, equal);
                return true;
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                for (int i = 0; i < leftRows.Length; i++)
                {
                    ulong differs = StringView.Equal(left.View(leftRows[i]), right.View(rightRows[i])) ? 0u : 1u;
                    equal[i >> 6] &= ~(differs << (i & 63));
                }

                return true;
            default:
                return false;
        }
    }

    private static void NarrowValues<T>(
        in VectorReader left, ReadOnlySpan<int> leftRows, in VectorReader right, ReadOnlySpan<int> rightRows, Span<ulong> equal)
        where T : unmanaged, IEquatable<T>
    {
        for (int i = 0; i < leftRows.Length; i++)
        {
            ulong differs = left.Value<T>(leftRows[i]).Equals(right.Value<T>(rightRows[i])) ? 0u : 1u;
            equal[i >> 6] &= ~(differs << (i & 63));
        }
    }
}
