using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>The rows at which a column is not null, for IGNORE NULLS: the n-th of any range is found at once.</summary>
internal sealed class PresentRows : IDisposable
{
    private const int Blocks = 4;
    private readonly RowNumbers _rows;
    private readonly RowNumbers _before;
    private readonly RowNumbers.Reader _row;
    private readonly RowNumbers.Reader _beforeStart;
    private readonly RowNumbers.Reader _beforeEnd;

    public PresentRows(WindowValues column, WindowRows window, TaskContext context)
    {
        _rows = new RowNumbers(window.MakeColumns(Blocks), context);
        _before = new RowNumbers(window.MakeColumns(Blocks), context);
        RowReader reader = column.Read();
        int present = 0, count = column.Count;
        for (int row = 0; row < count; row++)
        {
            _before.Add(present);
            if (!reader.IsNull(row))
            {
                present++;
                _rows.Add(row);
            }
        }

        _before.Add(present);
        (_row, _beforeStart, _beforeEnd) = (_rows.Read(), _before.Read(), _before.Read());
    }

    /// <summary>How many there are in a range.</summary>
    public int Count(RowRange range) => _beforeEnd[range.End] - _beforeStart[range.Start];

    /// <summary>How many there are before a row.</summary>
    public int CountBefore(int row) => _beforeStart[row];

    /// <summary>The row of the n-th one, from 0, or -1.</summary>
    public int At(long index) => index >= 0 && index < _rows.Count ? _row[(int)index] : -1;

    public void Dispose()
    {
        _rows.Dispose();
        _before.Dispose();
    }
}
