using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Computes constant expressions with the real kernels, on one row.</summary>
/// <param name="makeContext">Gives the statement's time, session and parameters, over the account passed in.</param>
internal sealed class ConstantEvaluator(Func<MemoryAccount, EvaluationContext> makeContext) : IConstantEvaluator
{
    /// <summary>For expressions that depend on no session: time zone UTC, no parameters.</summary>
    public static ConstantEvaluator Default { get; } = new(static account => new EvaluationContext(account));

    public Literal Evaluate(Expression expression)
    {
        using var account = new MemoryAccount("constant folding");
        using CompiledExpression compiled = ExpressionCompiler.Compile(expression, makeContext(account));
        Vector result = compiled.Evaluate(new Batch([], 1));
        return LiteralVectors.ToLiteral(result, 0, expression.Type);
    }
}
