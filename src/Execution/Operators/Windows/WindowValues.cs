using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>A value for every row of a window, by row number: a vector, or a column on disk.</summary>
internal sealed class WindowValues
{
    private readonly SpilledColumns? _stored;
    private readonly int _column;

    /// <param name="all">The values; stay their owner's.</param>
    public WindowValues(Vector all)
    {
        All = all;
        Type = all.Type;
    }

    public WindowValues(SpilledColumns stored, int column, ArrowType type)
    {
        _stored = stored;
        _column = column;
        Type = type;
    }

    /// <summary>All values, when they are in memory.</summary>
    public Vector? All { get; }

    public ArrowType Type { get; }

    public int Count => All?.Length ?? _stored!.Count;

    /// <summary>A reader of its own: two of them may be at rows far apart.</summary>
    public RowReader Read() => All != null ? new RowReader(All) : _stored!.Read(_column);
}

/// <summary>Makes vectors of picked rows; each is valid until the next.</summary>
internal sealed class WindowGatherer(MemoryAccount account) : IDisposable
{
    private readonly VectorGatherer _gatherer = new(account);
    private ColumnAppender? _rows;
    private RowReader? _reader;

    /// <summary>Rows of <paramref name="source"/>, the same in every call; -1 gives null.</summary>
    public Vector Take(WindowValues source, ReadOnlySpan<int> rows)
    {
        if (source.All is { } all)
        {
            return _gatherer.Take(all, rows);
        }

        _reader ??= source.Read();
        _rows ??= ColumnAppender.Create(source.Type, account);
        _rows.Reset();
        _reader.AppendTo(_rows, rows);
        return _rows.Build();
    }

    public void Dispose()
    {
        _gatherer.Dispose();
        _rows?.Dispose();
    }
}
