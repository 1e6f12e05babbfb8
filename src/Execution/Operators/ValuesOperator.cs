using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Operators;

/// <summary>Puts out literal rows, in the first partition only.</summary>
internal sealed class ValuesOperator(ValuesExec plan, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly ResultColumn[] _columns = [.. plan.Columns.Select(column => new ResultColumn(column.Type, context.Account))];
    private readonly IConstantEvaluator _evaluator = context.Query.Settings.CreateConstantEvaluator();
    private int _next = context.Partition == 0 ? 0 : plan.Rows.Count;

    protected override Batch? NextCore()
    {
        int count = Math.Min(plan.Rows.Count - _next, Context.BatchSize);
        if (count == 0)
        {
            return null;
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].Start(count);
            for (int row = 0; row < count; row++)
            {
                Expression expression = plan.Rows[_next + row][i];
                _columns[i].MoveTo(row);
                LiteralVectors.Set(_columns[i], expression as Literal ?? _evaluator.Evaluate(expression));
            }
        }

        _next += count;
        return new Batch(Array.ConvertAll(_columns, static column => column.Build()), count);
    }

    public override void Dispose() => Array.ForEach(_columns, static column => column.Dispose());
}
