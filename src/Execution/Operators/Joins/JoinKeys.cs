using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Leaves out rows with a null in a key column where null equals nothing.</summary>
internal sealed class JoinKeys(NodeList<bool> nullsEqual, MemoryAccount account) : IDisposable
{
    private NativeBuffer? _rows;
    private NativeBuffer? _positions;
    private NativeBuffer? _numbers;

    /// <summary>Finds the rows whose keys can have a partner.</summary>
    /// <param name="keys">Key columns.</param>
    /// <param name="rows">Rows to look at; empty: all.</param>
    /// <param name="count">How many.</param>
    /// <param name="present">Those without such a null. Never read as "all": with no row, do not look anything up.</param>
    /// <param name="positions">Their positions among the rows looked at.</param>
    /// <returns>False when there is no such null: nothing was written.</returns>
    public bool TryPresent(ReadOnlySpan<Vector> keys, ReadOnlySpan<int> rows, int count, out ReadOnlySpan<int> present, out ReadOnlySpan<int> positions)
    {
        present = positions = default;
        bool hasNulls = false;
        for (int c = 0; c < keys.Length; c++)
        {
            hasNulls |= keys[c].HasNulls && !nullsEqual[c];
        }

        if (!hasNulls)
        {
            return false;
        }

        Span<int> presentRows = NativeBuffer.Reuse(ref _rows, (count + 16) * 4L, account).Span<int>(0, count);
        Span<int> presentPositions = NativeBuffer.Reuse(ref _positions, (count + 16) * 4L, account).Span<int>(0, count);
        int found = count;
        for (int i = 0; i < count; i++)
        {
            presentRows[i] = rows.IsEmpty ? i : rows[i];
            presentPositions[i] = i;
        }

        for (int c = 0; c < keys.Length; c++)
        {
            if (!keys[c].HasNulls || nullsEqual[c])
            {
                continue;
            }

            var reader = new VectorReader(keys[c]);
            int kept = 0;
            for (int i = 0; i < found; i++)
            {
                int row = presentRows[i], position = presentPositions[i];
                presentRows[kept] = row;
                presentPositions[kept] = position;
                kept += reader.IsNull(row) ? 0 : 1;
            }

            found = kept;
        }

        present = presentRows[..found];
        positions = presentPositions[..found];
        return true;
    }

    /// <summary>Room for key numbers.</summary>
    public Span<int> Numbers(int count) => NativeBuffer.Reuse(ref _numbers, (count + 16) * 4L, account).Span<int>(0, count);

    public void Dispose()
    {
        _rows?.Release();
        _positions?.Release();
        _numbers?.Release();
        _rows = _positions = _numbers = null;
    }
}
