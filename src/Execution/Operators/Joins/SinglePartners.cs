using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Puts out probe rows that have one partner at most: the batch under a selection, build columns gathered beside it.</summary>
internal sealed class SinglePartners(JoinOutput output, MemoryAccount account) : IDisposable
{
    private NativeBuffer? _selection;
    private NativeBuffer? _byRow;
    private NativeBuffer? _partners;

    /// <summary>Every probe row with its partner or nulls.</summary>
    /// <param name="batch">Probe rows.</param>
    /// <param name="build">Columns of the build side.</param>
    /// <param name="buildRows">For each selected probe row its partner, or -1.</param>
    public Batch All(Batch batch, Vector?[] build, ReadOnlySpan<int> buildRows)
    {
        ReadOnlySpan<int> positional = buildRows;
        if (batch.Selection != null)
        {
            Span<int> byRow = NativeBuffer.Reuse(ref _byRow, (batch.Length + 16) * 4L, account).Span<int>(0, batch.Length);
            byRow.Fill(-1);
            ReadOnlySpan<int> rows = batch.Selection.Rows;
            for (int i = 0; i < rows.Length; i++)
            {
                byRow[rows[i]] = buildRows[i];
            }

            positional = byRow;
        }

        return output.Positional(batch, build, positional, null, batch.Selection);
    }

    /// <summary>The probe rows that have a partner, or null when none has; arguments as of <see cref="All"/>.</summary>
    public Batch? Matched(Batch batch, Vector?[] build, ReadOnlySpan<int> buildRows)
    {
        Span<int> selected = NativeBuffer.Reuse(ref _selection, (buildRows.Length + 16) * 4L, account).Span<int>(0, buildRows.Length);
        Span<int> partners = NativeBuffer.Reuse(ref _partners, (buildRows.Length + 16) * 4L, account).Span<int>(0, buildRows.Length);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        int count = 0;
        for (int i = 0; i < buildRows.Length; i++)
        {
            selected[count] = rows.IsEmpty ? i : rows[i];
            partners[count] = buildRows[i];
            count += buildRows[i] >= 0 ? 1 : 0;
        }

        if (count == 0)
        {
            return null;
        }

        if (count == batch.Length)
        {
            return output.Positional(batch, build, partners[..count], null, null);
        }

        // Few rows left: move them together, so that what follows works on short vectors.
        if (count * 4 < batch.Length)
        {
            return output.Pairs(batch.Columns, selected[..count], build, partners[..count]);
        }

        Span<int> byRow = NativeBuffer.Reuse(ref _byRow, (batch.Length + 16) * 4L, account).Span<int>(0, batch.Length);
        byRow.Clear();                  // rows that are not selected repeat row 0: cheaper than nulls
        for (int i = 0; i < count; i++)
        {
            byRow[selected[i]] = partners[i];
        }

        return output.Positional(batch, build, byRow, null, new SelectionVector(_selection!, count));
    }

    public void Dispose()
    {
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_selection, _byRow, _partners])
        {
            buffer?.Release();
        }

        _selection = _byRow = _partners = null;
    }
}
