using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>The rows at which a column is not null, for IGNORE NULLS: the n-th of any range is found at once.</summary>
internal sealed class PresentRows
{
    private readonly List<int> _rows = [];
    private readonly int[] _before;

    public PresentRows(Vector column)
    {
        var reader = new VectorReader(column);
        _before = new int[column.Length + 1];
        for (int row = 0; row < column.Length; row++)
        {
            _before[row] = _rows.Count;
            if (!reader.IsNull(row))
            {
                _rows.Add(row);
            }
        }

        _before[column.Length] = _rows.Count;
    }

    /// <summary>How many there are in a range.</summary>
    public int Count(RowRange range) => _before[range.End] - _before[range.Start];

    /// <summary>How many there are before a row.</summary>
    public int CountBefore(int row) => _before[row];

    /// <summary>The row of the n-th one, from 0, or -1.</summary>
    public int At(long index) => index >= 0 && index < _rows.Count ? _rows[(int)index] : -1;
}
