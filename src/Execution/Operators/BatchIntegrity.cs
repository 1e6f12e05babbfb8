using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Operators;

/// <summary>Checks every batch between operators in Debug builds.</summary>
internal static class BatchIntegrity
{
    [Conditional("DEBUG")]
    public static void Check(Batch batch, int batchSize, string maker)
    {
        Require(batch.RowCount > 0, maker, "an empty batch");
        Require(batch.RowCount <= batchSize, maker, "more rows than the batch size");
        foreach (Vector column in batch.Columns)
        {
            Require(column.Length == batch.Length, maker, "columns of unequal length");
            Check(column, maker);
        }

        if (batch.Selection is { } selection)
        {
            ReadOnlySpan<int> rows = selection.Rows;
            for (int i = 0; i < rows.Length; i++)
            {
                Require(rows[i] >= 0 && rows[i] < batch.Length && (i == 0 || rows[i] > rows[i - 1]), maker, "a selection out of order or range");
            }
        }
    }

    private static void Check(Vector vector, string maker)
    {
        if (vector.ValidityBuffer != null)
        {
            Require(Bits.CountSet(vector.Validity, vector.Length) == vector.Length - vector.NullCount, maker, "a wrong null count");
        }

        switch (vector)
        {
            case DictionaryVector dictionary:
                Require(dictionary.Dictionary.Encoding == VectorEncoding.Flat && !dictionary.Dictionary.HasNulls, maker, "a dictionary that is not flat or has nulls");
                for (int row = 0; row < dictionary.Length; row++)
                {
                    Require((uint)dictionary.Code(row) < (uint)dictionary.Dictionary.Length, maker, "a code beyond its dictionary");
                }

                break;
            case ListVector list:
                ReadOnlySpan<int> offsets = list.Offsets;
                for (int i = 1; i < offsets.Length; i++)
                {
                    Require(offsets[i] >= offsets[i - 1], maker, "falling list offsets");
                }

                Require(offsets[^1] <= list.Child.Length, maker, "list offsets beyond the child");
                break;
            case ConstantVector constant:
                Require(constant.Value.Length == 1, maker, "a constant of several rows");
                break;
            default:
                break;
        }
    }

    private static void Require(bool condition, string maker, string what)
    {
        if (!condition)
        {
            throw ExecutionErrors.Internal($"{maker} made {what}");
        }
    }
}
