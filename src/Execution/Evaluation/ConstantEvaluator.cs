using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Computes constant expressions with the real kernels, on one row.</summary>
/// <param name="makeContext">Gives the statement's time, session and parameters, over the account passed in.</param>
/// <param name="limitBytes">What one computation may hold; more is SQLSTATE 53200.</param>
internal sealed class ConstantEvaluator(Func<MemoryAccount, EvaluationContext> makeContext, long limitBytes = long.MaxValue) : IConstantEvaluator
{
    /// <summary>For expressions that depend on no session: time zone UTC, no parameters.</summary>
    public static ConstantEvaluator Default { get; } = new(static account => new EvaluationContext(account));

    public Literal Evaluate(Expression expression)
    {
        using var account = new MemoryAccount("constant folding", limitBytes);
        try
        {
            using CompiledExpression compiled = ExpressionCompiler.Compile(expression, makeContext(account));
            Vector result = compiled.Evaluate(new Batch([], 1));
            return LiteralVectors.ToLiteral(result, 0, expression.Type);
        }
        catch (MemoryLimitException limit)
        {
            throw ExecutionErrors.OutOfMemory(limit);
        }
    }
}
