using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Reads one of a window's columns row by row: the whole vector, or the block on disk that holds the row.</summary>
internal sealed class RowReader
{
    private readonly SpilledColumns? _stored;
    private readonly int _column;
    private VectorReader _part;
    private Batch? _block;
    private int _first;
    private int _count;

    public RowReader(Vector all)
    {
        _part = new VectorReader(all);
        _count = all.Length;
    }

    public RowReader(SpilledColumns stored, int column)
    {
        _stored = stored;
        _column = column;
    }

    /// <summary>The part of the column that <see cref="At"/> went to last.</summary>
    public ref readonly VectorReader Part => ref _part;

    /// <summary>Where a row is in <see cref="Part"/>.</summary>
    public int At(int row)
    {
        int at = row - _first;
        return (uint)at < (uint)_count ? at : Load(row);
    }

    public bool IsNull(int row)
    {
        int at = At(row);
        return _part.IsNull(at);
    }

    public bool Boolean(int row)
    {
        int at = At(row);
        return _part.Boolean(at);
    }

    public long Integer(int row)
    {
        int at = At(row);
        return _part.Integer(at);
    }

    public Int128 Decimal(int row)
    {
        int at = At(row);
        return _part.Decimal(at);
    }

    public double Double(int row)
    {
        int at = At(row);
        return _part.Double(at);
    }

    public T Value<T>(int row)
        where T : unmanaged
    {
        int at = At(row);
        return _part.Value<T>(at);
    }

    /// <summary>Appends rows by number; -1 appends null.</summary>
    public void AppendTo(ColumnAppender target, ReadOnlySpan<int> rows)
    {
        Span<int> places = stackalloc int[256];
        while (!rows.IsEmpty)
        {
            if (rows[0] < 0)
            {
                target.AppendNulls(1);
                rows = rows[1..];
                continue;
            }

            places[0] = At(rows[0]);
            int count = 1;
            for (; count < rows.Length && count < places.Length && rows[count] >= 0 && (uint)(rows[count] - _first) < (uint)_count; count++)
            {
                places[count] = rows[count] - _first;
            }

            target.Append(_part.Source, places[..count]);
            rows = rows[count..];
        }
    }

    /// <summary>Gives the block up.</summary>
    public void Leave()
    {
        _block?.Release();
        (_block, _part, _count) = (null, default, 0);
    }

    private int Load(int row)
    {
        Leave();
        _block = _stored!.Load(row, out _first);
        _part = new VectorReader(_block.Columns[_column]);
        _count = _block.Length;
        return row - _first;
    }
}
