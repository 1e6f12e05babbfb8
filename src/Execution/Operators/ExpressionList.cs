using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Operators;

/// <summary>Several expressions of one operator, computed together.</summary>
internal sealed class ExpressionList : IDisposable
{
    private readonly CompiledExpression[] _expressions;

    public ExpressionList(IReadOnlyList<Expression> expressions, EvaluationContext context) => _expressions = ExpressionCompiler.CompileAll(expressions, context);

    /// <summary>One vector an expression, valid until the next batch.</summary>
    public Vector[] Evaluate(Batch batch) => Array.ConvertAll(_expressions, expression => expression.Evaluate(batch));

    public void Dispose() => Array.ForEach(_expressions, static expression => expression.Dispose());
}
