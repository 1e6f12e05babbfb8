using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Gives each left row the nearest right row of its key: from a table of the right side, or by merging both sides where that does not fit in memory.</summary>
internal sealed class AsOfJoinOperator : Operator
{
    private readonly AsOfJoinExec _plan;
    private readonly RightSide _right;
    private readonly AsOfTable? _table;
    private AsOfMerge? _merge;
    private readonly Operator _left;
    private readonly ExpressionList _expressions;
    private readonly JoinKeys _joinKeys;
    private readonly JoinOutput _output;
    private readonly LookupScratch _scratch;
    private readonly bool _isShared;
    private NativeBuffer? _partners;
    private NativeBuffer? _selection;

    private AsOfJoinOperator(AsOfJoinExec plan, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _isShared = plan.Right is ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast } or ExchangeExec { Kind: ExchangeKind.Broadcast };
        _right = _isShared ? context.Query.Shared(plan, Build) : Build();
        _table = _right.Table;
        _left = OperatorFactory.Create(plan.Left, context);
        _expressions = new ExpressionList([.. plan.LeftKeys, plan.LeftOrder], context.Evaluation);
        _joinKeys = new JoinKeys([.. plan.LeftKeys.Select(static _ => false), false], context.Account);
        _output = new JoinOutput(plan.Left, plan.Right, plan.OutputOrdinals, context.Account);
        _scratch = new LookupScratch(context.Account);

        RightSide Build()
        {
            using Operator right = OperatorFactory.Create(plan.Right, context);
            (AsOfTable? table, AsOfRun? run) = AsOfTable.Build(plan, right, context, metrics);
            return new RightSide(table, run);
        }
    }

    public static Operator Create(AsOfJoinExec plan, TaskContext context, OperatorMetrics metrics) => new AsOfJoinOperator(plan, context, metrics);

    protected override Batch? NextCore()
    {
        if (_table == null)
        {
            _merge ??= new AsOfMerge(_plan, _right.Run!, _left, Context, Metrics);
        }

        while ((_merge == null ? Probe() : _merge.Next(ref _partners)) is { } batch)
        {
            Span<int> partners = _partners!.Span<int>(0, batch.Length);
            Vector[] columns = _merge == null ? _table!.Columns : _merge.Partners;
            if (_plan.IsOuter)
            {
                return _output.Positional(batch, columns, partners, null, batch.Selection);
            }

            Span<int> selected = NativeBuffer.Reuse(ref _selection, (batch.Length + 16) * 4L, Context.Account).Span<int>(0, batch.Length);
            int count = 0;
            for (int row = 0; row < partners.Length; row++)
            {
                selected[count] = row;
                count += partners[row] >= 0 ? 1 : 0;
            }

            if (count > 0)
            {
                return _output.Positional(batch, columns, partners, null, count == batch.Length ? null : new SelectionVector(_selection!, count));
            }
        }

        return null;
    }

    public override void Dispose()
    {
        _merge?.Dispose();
        _left.Dispose();
        _expressions.Dispose();
        _joinKeys.Dispose();
        _output.Dispose();
        _scratch.Dispose();
        _partners?.Release();
        _selection?.Release();
        _partners = _selection = null;
        if (!_isShared)
        {
            _right.Dispose();
        }
    }

    /// <summary>The next left rows, whose partners in the table have been found.</summary>
    private Batch? Probe()
    {
        if (_left.Next() is not { } batch)
        {
            return null;
        }

        FindPartners(batch, NativeBuffer.Reuse(ref _partners, (batch.Length + 16) * 4L, Context.Account).Span<int>(0, batch.Length));
        return batch;
    }

    /// <summary>Sets the partner of each selected row, -1 for all others.</summary>
    private void FindPartners(Batch batch, Span<int> partners)
    {
        partners.Fill(-1);
        Vector[] values = _expressions.Evaluate(batch);
        int count = batch.RowCount;
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        if (_joinKeys.TryPresent(values, rows, count, out ReadOnlySpan<int> present, out _))
        {
            rows = present;
            count = present.Length;
            if (count == 0)
            {
                return;
            }
        }

        Span<int> numbers = _joinKeys.Numbers(count);
        _table!.FindKeys(values.AsSpan(0, values.Length - 1), rows, count, numbers, _scratch);
        var order = new VectorReader(values[^1]);
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (numbers[i] >= 0)
            {
                partners[row] = _table.Nearest(numbers[i], in order, row, _plan.Operator);
            }
        }
    }

    /// <summary>The right side, in memory or on disk; tasks may share it.</summary>
    private sealed record RightSide(AsOfTable? Table, AsOfRun? Run) : IDisposable
    {
        public void Dispose()
        {
            Table?.Dispose();
            Run?.Dispose();
        }
    }
}
