using SqlCluster.Catalyst.Expressions;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Computes expressions over literals with the real kernels.</summary>
internal sealed class ConstantFolding(OptimizerContext context)
{
    /// <summary>The literal, or the expression itself where it is not constant or fails (the error then appears if a row reaches it).</summary>
    public Expression Fold(Expression expression) => TryFold(expression) ?? expression;

    /// <summary>The literal, or null where the expression is not constant or fails.</summary>
    public Literal? TryFold(Expression expression)
    {
        if (expression is Literal known)
        {
            return known;
        }

        // Children are simplified first: a constant whose children are no literals has failed before.
        foreach (Expression child in expression.Children)
        {
            if (child is not Literal)
            {
                return null;
            }
        }

        if (expression is not (Call { Function: { Kind: Catalog.FunctionKind.Scalar, Volatility: not Catalog.Volatility.Volatile } } or Cast or Comparison or InList or Like))
        {
            return null;
        }

        try
        {
            Literal literal = context.Evaluator.Evaluate(expression);
            return literal.Type.Equals(expression.Type) ? literal : literal.Type.Kind == expression.Type.Kind && literal.Type.Scale == expression.Type.Scale ? literal with { ValueType = expression.Type } : null;
        }
        catch (QueryException)
        {
            return null;
        }
    }
}
