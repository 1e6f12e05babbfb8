using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Finds the probe rows of a mark join whose mark is null: no partner, but a row for which the condition is neither true nor false.</summary>
/// <remarks>
/// With one key and no residual, that is a null key against any build row, or any key against a build side with a null key. Otherwise the rows in question (null keys on
/// either side) are compared one by one: rare, and at worst a nested loop over them.
/// </remarks>
internal static class MarkNulls
{
    /// <summary>Whether the build side must keep its key columns.</summary>
    public static bool NeedsKeys(HashJoinExec plan) => plan.Kind == ExecJoinKind.LeftMark && (plan.RightKeys.Count > 1 || plan.Residual != null);

    /// <summary>Sets <paramref name="unknown"/> to 1 for such rows.</summary>
    /// <param name="plan">The join.</param>
    /// <param name="table">Its build side.</param>
    /// <param name="batch">Probe rows.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="residual">The residual condition, or null.</param>
    /// <param name="found">For each selected row, 1 when it has a partner.</param>
    /// <param name="cancellation">Looked at for each row that is compared one by one.</param>
    /// <param name="unknown">For each selected row; already 1 where the residual was null for equal keys.</param>
    public static void Find(HashJoinExec plan, JoinTable table, Batch batch, Vector[] keys, JoinCondition? residual, ReadOnlySpan<byte> found, Span<byte> unknown, CancellationToken cancellation)
    {
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        if (!NeedsKeys(plan))
        {
            if (plan.NullsEqual[0] || table.SideRowCount == 0)
            {
                return;
            }

            var reader = new VectorReader(keys[0]);
            for (int i = 0; i < found.Length; i++)
            {
                unknown[i] = found[i] == 0 && (table.SideHasNullKey || reader.IsNull(rows.IsEmpty ? i : rows[i])) ? (byte)1 : (byte)0;
            }

            return;
        }

        VectorReader[] left = Array.ConvertAll(keys, static key => new VectorReader(key));
        VectorReader[] right = [.. table.Columns.TakeLast(keys.Length).Select(static key => new VectorReader(key!))];
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] != 0 || unknown[i] != 0)
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            int row = rows.IsEmpty ? i : rows[i];
            unknown[i] = HasUnknown(plan, table, batch, left, right, row, residual) ? (byte)1 : (byte)0;
        }
    }

    private static bool HasUnknown(HashJoinExec plan, JoinTable table, Batch batch, VectorReader[] left, VectorReader[] right, int row, JoinCondition? residual)
    {
        bool hasNull = false;
        for (int k = 0; k < left.Length; k++)
        {
            hasNull |= !plan.NullsEqual[k] && left[k].IsNull(row);
        }

        int candidates = hasNull ? table.RowCount : table.NullKeyRows.Count;
        for (int c = 0; c < candidates; c++)
        {
            int buildRow = hasNull ? c : table.NullKeyRows[c];
            if (!MayEqual(plan, left, row, right, buildRow))
            {
                continue;
            }

            // The keys are null together; false AND null is false, so a false residual decides.
            if (residual == null)
            {
                return true;
            }

            Vector value = residual.Evaluate(batch.Columns, [row], table.Columns, [buildRow]);
            var reader = new VectorReader(value);
            if (reader.IsNull(0) || reader.Boolean(0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether no key compares as false.</summary>
    private static bool MayEqual(HashJoinExec plan, VectorReader[] left, int row, VectorReader[] right, int buildRow)
    {
        for (int k = 0; k < left.Length; k++)
        {
            bool hasNull = left[k].IsNull(row) || right[k].IsNull(buildRow);
            if (hasNull ? plan.NullsEqual[k] && !(left[k].IsNull(row) && right[k].IsNull(buildRow)) : !RowEquality.ValuesEqual(in left[k], row, in right[k], buildRow))
            {
                return false;
            }
        }

        return true;
    }
}
