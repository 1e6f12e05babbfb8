using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>Computes the columns of each batch; the selection passes through.</summary>
internal sealed class ProjectOperator(ProjectExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly CompiledExpression[] _expressions = ExpressionCompiler.CompileAll(plan.Expressions, context.Evaluation);

    protected override Batch? NextCore() => input.Next() is { } batch ? batch.WithColumns(Array.ConvertAll(_expressions, expression => expression.Evaluate(batch))) : null;

    public override void Rest() => input.Rest();

    public override void Dispose()
    {
        Array.ForEach(_expressions, static expression => expression.Dispose());
        input.Dispose();
    }
}
