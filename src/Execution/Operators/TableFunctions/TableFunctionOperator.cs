using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.TableFunctions;

/// <summary>Runs functions that return rows for each input row, side by side; shorter ones are padded with nulls.</summary>
/// <remarks>A batch comes from one input batch; an input row with many rows goes on in the next batch.</remarks>
internal sealed class TableFunctionOperator : Operator
{
    private readonly TableFunctionExec _plan;
    private readonly Operator _input;
    private readonly RunningFunction[] _functions;
    private readonly VectorGatherer[] _gatherers;
    private readonly ResultColumn? _ordinality;
    private NativeBuffer? _rows;
    private Batch? _batch;
    private int _position;
    private bool _isOpen;
    private long _produced;

    public TableFunctionOperator(TableFunctionExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _input = input;
        _functions = [.. plan.Functions.Select((call, i) => new RunningFunction(call, plan.FunctionColumns[i], context))];
        _gatherers = [.. plan.Input.Output.Select(_ => new VectorGatherer(context.Account))];
        _ordinality = plan.Ordinality is null ? null : new ResultColumn(SqlType.BigInt, context.Account);
    }

    protected override Batch? NextCore()
    {
        Span<int> rows = NativeBuffer.Reuse(ref _rows, (Context.BatchSize + 16) * 4L, Context.Account).Span<int>(0, Context.BatchSize);
        while (true)
        {
            if (_batch == null || _position == _batch.RowCount)
            {
                _batch = _input.Next();
                if (_batch == null)
                {
                    return null;
                }

                _position = 0;
                Array.ForEach(_functions, function => function.Bind(_batch));
            }

            int count = Fill(_batch, rows);
            if (count > 0)
            {
                return Output(_batch, rows[..count]);
            }

            Context.Cancellation.ThrowIfCancellationRequested();
        }
    }

    public override void Dispose()
    {
        Array.ForEach(_functions, static function => function.Dispose());
        Array.ForEach(_gatherers, static gatherer => gatherer.Dispose());
        _ordinality?.Dispose();
        _rows?.Release();
        _rows = null;
        _input.Dispose();
    }

    /// <summary>Fills the functions' columns from as many input rows as there is room for.</summary>
    private int Fill(Batch batch, Span<int> rows)
    {
        foreach (RunningFunction function in _functions)
        {
            function.Start(rows.Length);
        }

        _ordinality?.Start(rows.Length);
        int count = 0;
        while (count < rows.Length && _position < batch.RowCount)
        {
            int row = batch.Selection == null ? _position : batch.Selection.Rows[_position];
            if (!_isOpen)
            {
                foreach (RunningFunction function in _functions)
                {
                    function.Open(row);
                }

                _isOpen = true;
                _produced = 0;
            }

            int room = rows.Length - count, added = 0;
            foreach (RunningFunction function in _functions)
            {
                added = Math.Max(added, function.Fill(count, room));
            }

            for (int i = 0; i < added && _ordinality != null; i++)
            {
                _ordinality.MoveTo(count + i);
                _ordinality.SetLong(_produced + i + 1);
            }

            bool isFull = added == room;
            _produced += added;
            if (_produced == 0 && _plan.IsOuter)
            {
                added = 1;
            }

            rows.Slice(count, added).Fill(row);
            count += added;
            if (!isFull)
            {
                _isOpen = false;
                _position++;
            }
        }

        return count;
    }

    private Batch Output(Batch batch, ReadOnlySpan<int> rows)
    {
        var columns = new List<Vector>(_plan.Output.Count);
        for (int i = 0; i < _gatherers.Length; i++)
        {
            columns.Add(_gatherers[i].Take(batch.Columns[i], rows));
        }

        foreach (RunningFunction function in _functions)
        {
            function.AddColumns(columns, rows.Length);
        }

        if (_ordinality != null)
        {
            columns.Add(_ordinality.Build(rows.Length));
        }

        return new Batch([.. columns], rows.Length);
    }
}
