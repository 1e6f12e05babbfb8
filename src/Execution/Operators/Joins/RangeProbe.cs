using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>One task's look-ups in a <see cref="RangeIndex"/>: the places of each left row's partners.</summary>
internal sealed class RangeProbe : IDisposable
{
    private readonly RangeCondition _condition;
    private readonly CompiledExpression[] _limits;
    private int[] _starts = [];
    private int[] _ends = [];
    private Int128[] _seconds = [];
    private int _count;

    public RangeProbe(RangeCondition condition, TaskContext context)
    {
        _condition = condition;
        RangeBound[] bounds = [.. condition.Bounds, .. condition.SecondBound is { } second ? new[] { second } : []];
        _limits = ExpressionCompiler.CompileAll([.. bounds.Select(static bound => bound.Limit)], context.Evaluation);
    }

    /// <summary>First place of each selected row's partners.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, _count);

    /// <summary>Behind the last place.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, _count);

    /// <summary>Limit of the second key, where there is one.</summary>
    public ReadOnlySpan<Int128> Seconds => _seconds.AsSpan(0, _count);

    /// <summary>Looks up the rows of a batch. A null limit leaves no partner.</summary>
    /// <returns>False when a limit cannot be computed for all of them: then the pairs are to be walked, in which such a row may not matter.</returns>
    public bool TryStart(Batch left, RangeIndex index)
    {
        _count = left.RowCount;
        if (_starts.Length < _count)
        {
            (_starts, _ends, _seconds) = (new int[_count], new int[_count], new Int128[_count]);
        }

        var readers = new VectorReader[_limits.Length];
        try
        {
            for (int i = 0; i < readers.Length; i++)
            {
                readers[i] = new VectorReader(_limits[i].Evaluate(left));
            }
        }
        catch (QueryException error) when (error.Kind == ErrorKind.User)
        {
            return false;
        }

        ReadOnlySpan<int> rows = left.Selection == null ? default : left.Selection.Rows;
        Span<Int128> limits = stackalloc Int128[_condition.Bounds.Count];
        for (int i = 0; i < _count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            bool isNull = false;
            for (int k = 0; k < readers.Length; k++)
            {
                if (readers[k].IsNull(row))
                {
                    isNull = true;
                }
                else if (k < limits.Length)
                {
                    limits[k] = RangeIndex.KeyOf(in readers[k], row, _limits[k].Type, _condition.Scale);
                }
                else
                {
                    _seconds[i] = RangeIndex.KeyOf(in readers[k], row, _limits[k].Type, _condition.SecondBound!.Scale);
                }
            }

            (_starts[i], _ends[i]) = isNull ? (0, 0) : index.Find(limits);
        }

        return true;
    }

    /// <summary>Sets the marks of rows that have any partner.</summary>
    public void MarkFound(RangeIndex index, Span<byte> found)
    {
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = index.Next(_starts[i], _ends[i], _seconds[i]) < _ends[i] ? (byte)1 : (byte)0;
        }
    }

    public void Dispose() => Array.ForEach(_limits, static limit => limit.Dispose());
}
