using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>Skips the first rows of its partition and stops after the limit.</summary>
internal sealed class LimitOperator(LimitExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private long _skip = RowCountExpression.Evaluate(plan.Offset, "OFFSET", context) ?? 0;
    private long _left = RowCountExpression.Evaluate(plan.Limit, "LIMIT", context) ?? long.MaxValue;
    private NativeBuffer? _rows;

    protected override Batch? NextCore()
    {
        while (_left > 0 && input.Next() is { } batch)
        {
            if (batch.RowCount <= _skip)
            {
                _skip -= batch.RowCount;
                continue;
            }

            int first = (int)_skip, count = (int)Math.Min(batch.RowCount - first, _left);
            _skip = 0;
            _left -= count;
            return count == batch.RowCount ? batch : Cut(batch, first, count);
        }

        return null;
    }

    public override void Rest() => input.Rest();

    public override void Dispose()
    {
        _rows?.Release();
        _rows = null;
        input.Dispose();
    }

    private Batch Cut(Batch batch, int first, int count)
    {
        NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, count * 4L, Context.Account);
        Span<int> rows = buffer.Span<int>(0, count);
        if (batch.Selection is { } selection)
        {
            selection.Rows.Slice(first, count).CopyTo(rows);
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                rows[i] = first + i;
            }
        }

        return new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, count));
    }
}
