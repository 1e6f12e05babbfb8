using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>Narrows the selection of each batch; columns pass through untouched.</summary>
internal sealed class FilterOperator(FilterExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly CompiledPredicate _predicate = ExpressionCompiler.CompilePredicate(plan.Predicate, context.Evaluation);

    protected override Batch? NextCore()
    {
        while (input.Next() is { } batch)
        {
            SelectionVector? selection = _predicate.Filter(batch);
            if (selection == null)
            {
                return batch;
            }

            if (selection.Count > 0)
            {
                return new Batch(batch.Columns, batch.Length, selection);
            }
        }

        return null;
    }

    public override void Rest() => input.Rest();

    public override void Dispose()
    {
        _predicate.Dispose();
        input.Dispose();
    }
}
