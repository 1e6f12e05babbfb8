using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Pairs of a row and a group that wait to be fed to an accumulator together.</summary>
internal sealed class RowList(MemoryAccount account) : IDisposable
{
    private const int Capacity = 8192;
    private readonly NativeBuffer _rows = NativeBuffer.Allocate((Capacity + 16) * 4L, account);
    private readonly NativeBuffer _groups = NativeBuffer.Allocate((Capacity + 16) * 4L, account);

    public int Count { get; private set; }

    /// <summary>Adds a pair.</summary>
    /// <returns>Whether the list is full and must be fed.</returns>
    public bool Add(int row, int group)
    {
        _rows.Span<int>(0, Capacity)[Count] = row;
        _groups.Span<int>(0, Capacity)[Count] = group;
        return ++Count == Capacity;
    }

    /// <summary>Adds rows that follow each other, as many as there is room for.</summary>
    /// <returns>Rows added; fewer than <paramref name="count"/>: the list is full and must be fed.</returns>
    public int AddRange(int row, int count, int group)
    {
        int added = Math.Min(count, Capacity - Count);
        Span<int> rows = _rows.Span<int>(Count * 4L, added);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = row + i;
        }

        _groups.Span<int>(Count * 4L, added).Fill(group);
        Count += added;
        return added;
    }

    /// <summary>Feeds the rows and empties the list.</summary>
    public void UpdateInto(Accumulator accumulator, FeedColumns arguments, int groupCount)
    {
        for (int start = 0, part; start < Count; start += part)
        {
            part = Math.Min(Count - start, arguments.MostRows);
            Vector[] values = arguments.Take(_rows.Span<int>(start * 4L, part), out ReadOnlySpan<int> rows);
            accumulator.Update(values, new GroupedRows(_groups.Span<int>(start * 4L, part), rows, part, groupCount));
        }

        Count = 0;
    }

    /// <summary>Merges states and empties the list.</summary>
    public void MergeInto(Accumulator accumulator, FeedColumns states, int groupCount)
    {
        for (int start = 0, part; start < Count; start += part)
        {
            part = Math.Min(Count - start, states.MostRows);
            Vector[] values = states.Take(_rows.Span<int>(start * 4L, part), out ReadOnlySpan<int> rows);
            accumulator.Merge(values, new GroupedRows(_groups.Span<int>(start * 4L, part), rows, part, groupCount));
        }

        Count = 0;
    }

    public void Dispose()
    {
        _rows.Release();
        _groups.Release();
    }
}

/// <summary>Columns that an accumulator is fed from, by row number.</summary>
/// <param name="values">All rows of each.</param>
/// <param name="account">Pays for rows that come from disk.</param>
internal sealed class FeedColumns(WindowValues[] values, MemoryAccount account) : IDisposable
{
    private readonly Vector[]? _all = Array.TrueForAll(values, static column => column.All != null) ? Array.ConvertAll(values, static column => column.All!) : null;
    private readonly WindowGatherer[] _gatherers = Array.ConvertAll(values, _ => new WindowGatherer(account));

    public WindowValues[] Values => values;

    /// <summary>Rows that are best taken at a time.</summary>
    public int MostRows => _all != null ? int.MaxValue : 512;

    /// <summary>Vectors that hold the rows, valid until the next call.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="places">Where the rows are in the vectors; empty: in this order.</param>
    public Vector[] Take(ReadOnlySpan<int> rows, out ReadOnlySpan<int> places)
    {
        if (_all != null)
        {
            places = rows;
            return _all;
        }

        places = default;
        var taken = new Vector[values.Length];
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = _gatherers[i].Take(values[i], rows);
        }

        return taken;
    }

    public void Dispose() => Array.ForEach(_gatherers, static gatherer => gatherer.Dispose());
}
