using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Puts a join's output columns together from both sides; owns the gathered buffers.</summary>
internal sealed class JoinOutput : IDisposable
{
    private readonly NodeList<int> _ordinals;
    private readonly int _leftCount;
    private readonly int _rightCount;
    private readonly VectorGatherer[] _gatherers;
    private readonly MemoryAccount _account;
    private readonly Arrow.Schema.ArrowType[] _types;
    private readonly Vector?[] _nulls;
    private readonly ColumnAppender?[] _nullOwners;

    public JoinOutput(ExecPlan left, ExecPlan right, NodeList<int> ordinals, MemoryAccount account)
    {
        NodeList<ExecColumn> leftColumns = left.Output, rightColumns = right.Output;
        _ordinals = ordinals;
        _leftCount = leftColumns.Count;
        _rightCount = rightColumns.Count;
        _account = account;
        _gatherers = new VectorGatherer[ordinals.Count];
        _types = new Arrow.Schema.ArrowType[ordinals.Count];
        _nulls = new Vector[ordinals.Count];
        _nullOwners = new ColumnAppender[ordinals.Count];
        for (int i = 0; i < ordinals.Count; i++)
        {
            int ordinal = ordinals[i];
            ExecColumn? column = ordinal < _leftCount ? leftColumns[ordinal] : ordinal < _leftCount + _rightCount ? rightColumns[ordinal - _leftCount] : null;
            _gatherers[i] = new VectorGatherer(account);
            _types[i] = column == null ? Arrow.Schema.ArrowType.Boolean : ArrowTypes.Of(column.Type);
        }
    }

    /// <summary>Which right columns come out.</summary>
    public static bool[] RightColumns(int leftCount, int rightCount, IEnumerable<int> ordinals)
    {
        var needed = new bool[rightCount];
        foreach (int ordinal in ordinals)
        {
            if (ordinal >= leftCount && ordinal < leftCount + rightCount)
            {
                needed[ordinal - leftCount] = true;
            }
        }

        return needed;
    }

    /// <summary>Left rows as they are, right rows gathered to the same positions (-1: nulls).</summary>
    /// <param name="left">Probe batch; its length is the length of what comes out.</param>
    /// <param name="right">Build columns.</param>
    /// <param name="rightRows">A build row for each row of the batch, selected or not; empty: no right columns are put out.</param>
    /// <param name="mark">The mark column, or null.</param>
    /// <param name="selection">Rows that come out.</param>
    public Batch Positional(Batch left, Vector?[] right, ReadOnlySpan<int> rightRows, Vector? mark, SelectionVector? selection)
    {
        var columns = new Vector[_ordinals.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int ordinal = _ordinals[i];
            columns[i] = ordinal < _leftCount ? left.Columns[ordinal]
                : ordinal == _leftCount + _rightCount ? mark!
                : _gatherers[i].Take(right[ordinal - _leftCount]!, rightRows);
        }

        return new Batch(columns, left.Length, selection);
    }

    /// <summary>Pairs of rows, all columns gathered (-1: nulls).</summary>
    public Batch Pairs(Vector[] left, ReadOnlySpan<int> leftRows, Vector?[] right, ReadOnlySpan<int> rightRows)
    {
        var columns = new Vector[_ordinals.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int ordinal = _ordinals[i];
            columns[i] = ordinal < _leftCount ? _gatherers[i].Take(left[ordinal], leftRows) : _gatherers[i].Take(right[ordinal - _leftCount]!, rightRows);
        }

        return new Batch(columns, leftRows.Length);
    }

    /// <summary>Left rows with one right row, whose columns are constants.</summary>
    public Batch WithConstants(Batch left, Vector?[] constants, SelectionVector? selection)
    {
        var columns = new Vector[_ordinals.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _ordinals[i] < _leftCount ? left.Columns[_ordinals[i]] : constants[_ordinals[i] - _leftCount]!;
        }

        return new Batch(columns, left.Length, selection);
    }

    /// <summary>Left rows without partner.</summary>
    public Batch LeftOnly(Batch left, SelectionVector? selection)
    {
        var columns = new Vector[_ordinals.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _ordinals[i] < _leftCount ? left.Columns[_ordinals[i]] : new ConstantVector(Null(i), left.Length);
        }

        return new Batch(columns, left.Length, selection);
    }

    /// <summary>Right rows without partner, or only right rows.</summary>
    public Batch RightOnly(Vector?[] right, ReadOnlySpan<int> rightRows)
    {
        var columns = new Vector[_ordinals.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int ordinal = _ordinals[i];
            columns[i] = ordinal < _leftCount ? new ConstantVector(Null(i), rightRows.Length) : _gatherers[i].Take(right[ordinal - _leftCount]!, rightRows);
        }

        return new Batch(columns, rightRows.Length);
    }

    public void Dispose()
    {
        foreach (VectorGatherer gatherer in _gatherers)
        {
            gatherer.Dispose();
        }

        foreach (ColumnAppender? owner in _nullOwners)
        {
            owner?.Dispose();
        }
    }

    /// <summary>A null of a column, made when the first one comes out: most joins of many columns never put one out.</summary>
    private Vector Null(int column)
    {
        if (_nulls[column] is { } known)
        {
            return known;
        }

        ColumnAppender owner = _nullOwners[column] = ColumnAppender.Create(_types[column], _account);
        owner.AppendNulls(1);
        return _nulls[column] = owner.Build();
    }
}
