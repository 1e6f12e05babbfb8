using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Window;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Collects and sorts its input, then adds the window columns batch by batch.</summary>
internal sealed class WindowOperator : Operator
{
    private readonly Operator _input;
    private readonly WindowRows _rows;
    private readonly WindowColumn[] _columns;
    private bool _isSorted;
    private int _next;

    public WindowOperator(WindowExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _input = input;
        _rows = new WindowRows(plan, context);
        _columns = [.. plan.Calls.Select(call => Column(call, _rows, context))];
    }

    protected override Batch? NextCore()
    {
        if (!_isSorted)
        {
            while (_input.Next() is { } batch)
            {
                _rows.Append(batch);
            }

            _rows.Sort();
            _isSorted = true;
        }

        if (_rows.Next() is not { } rows)
        {
            return null;
        }

        var columns = new Vector[rows.Columns.Length + _columns.Length];
        rows.Columns.CopyTo(columns, 0);
        for (int i = 0; i < _columns.Length; i++)
        {
            columns[rows.Columns.Length + i] = _columns[i].Compute(_next, rows.Length);
        }

        _next += rows.Length;
        return new Batch(columns, rows.Length);
    }

    public override void Dispose()
    {
        Array.ForEach(_columns, static column => column.Dispose());
        _rows.Dispose();
        _input.Dispose();
    }

    private static WindowColumn Column(WindowCall call, WindowRows rows, TaskContext context) => WindowFunctions.Find(call.Function) switch
    {
        null => AggregateColumn.Create(call, rows, context),
        WindowFunctionKind.Lag or WindowFunctionKind.Lead => new OffsetColumn(call, rows, context),
        WindowFunctionKind.FirstValue or WindowFunctionKind.LastValue or WindowFunctionKind.NthValue => new FrameValueColumn(call, rows, context),
        { } kind => new RankColumn(kind, call, rows, context),
    };
}

/// <summary>Computes one call for rows in window order. Columns ask for what they need when they are made and compute when all rows are in order.</summary>
internal abstract class WindowColumn : IDisposable
{
    /// <summary>Values of the next rows: <paramref name="start"/> is where the last call ended. Valid until the next call.</summary>
    public abstract Vector Compute(int start, int count);

    public abstract void Dispose();
}
