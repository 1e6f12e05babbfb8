using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Passes on the first row of each run of equal keys; the input is sorted by them.</summary>
internal sealed class DistinctOnOperator(DistinctOnExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly CompiledExpression[] _keys = ExpressionCompiler.CompileAll(plan.On, context.Evaluation);
    private ColumnAppender[]? _last;
    private NativeBuffer? _rows;

    protected override Batch? NextCore()
    {
        while (input.Next() is { } batch)
        {
            int count = SelectFirsts(batch);
            if (count > 0)
            {
                return new Batch(batch.Columns, batch.Length, new SelectionVector(_rows!, count));
            }
        }

        return null;
    }

    public override void Dispose()
    {
        Array.ForEach(_keys, static key => key.Dispose());
        Array.ForEach(_last ?? [], static column => column.Dispose());
        _rows?.Release();
        _rows = null;
        input.Dispose();
    }

    private int SelectFirsts(Batch batch)
    {
        Vector[] keys = Array.ConvertAll(_keys, key => key.Evaluate(batch));
        VectorReader[] readers = Array.ConvertAll(keys, static key => new VectorReader(key));
        VectorReader[] previous = _last == null ? [] : Array.ConvertAll(_last, static column => new VectorReader(column.Build()));
        Span<int> rows = NativeBuffer.Reuse(ref _rows, batch.RowCount * 4L, Context.Account).Span<int>(0, batch.RowCount);
        int count = 0, lastRow = -1;
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection is { } selection ? selection.Rows[i] : i;
            bool isSame = lastRow >= 0 ? AreEqual(readers, row, readers, lastRow) : previous.Length > 0 && AreEqual(readers, row, previous, 0);
            if (!isSame)
            {
                rows[count++] = row;
            }

            lastRow = row;
        }

        _last ??= Array.ConvertAll(keys, key => ColumnAppender.Create(key.Type, Context.Account));
        for (int i = 0; i < keys.Length; i++)
        {
            _last[i].Reset();
            _last[i].Append(keys[i], [lastRow]);
        }

        return count;
    }

    private static bool AreEqual(VectorReader[] left, int leftRow, VectorReader[] right, int rightRow)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (!RowEquality.AreEqual(in left[i], leftRow, in right[i], rightRow, true))
            {
                return false;
            }
        }

        return true;
    }
}
