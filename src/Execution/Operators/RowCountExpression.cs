using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Operators;

/// <summary>Evaluates LIMIT and OFFSET once, when an operator starts.</summary>
internal static class RowCountExpression
{
    /// <summary>The number of rows; null for no expression and for NULL.</summary>
    /// <exception cref="QueryException">2201W or 2201X: the number is negative.</exception>
    public static long? Evaluate(Expression? expression, string clause, TaskContext context)
    {
        if (expression is null)
        {
            return null;
        }

        var value = (long?)(expression as Literal ?? context.Query.Settings.CreateConstantEvaluator().Evaluate(expression)).Value;
        return value is null or >= 0
            ? value
            : throw ExecutionErrors.NegativeRowCount(clause);
    }
}
