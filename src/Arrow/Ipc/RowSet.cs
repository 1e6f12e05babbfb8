namespace SqlCluster.Arrow.Ipc;

/// <summary>Rows of a vector that are written: a range, or rows by number where -1 stands for null.</summary>
internal readonly ref struct RowSet
{
    private readonly int _start;
    private readonly ReadOnlySpan<int> _rows;

    private RowSet(int start, int count, bool isRange, ReadOnlySpan<int> rows)
    {
        _start = start;
        Count = count;
        IsRange = isRange;
        _rows = rows;
    }

    public int Count { get; }

    public bool IsRange { get; }

    /// <summary>First row of a range.</summary>
    public int Start => _start;

    public int this[int index] => IsRange ? _start + index : _rows[index];

    public static RowSet Range(int start, int count) => new(start, count, true, default);

    public static RowSet Of(ReadOnlySpan<int> rows) => new(0, rows.Length, false, rows);

    public RowSet Slice(int start, int count) => IsRange ? Range(_start + start, count) : Of(_rows.Slice(start, count));
}
