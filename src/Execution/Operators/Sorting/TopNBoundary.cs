using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>The last row that is still among the first ones: leaves out rows that come behind it by the first key alone, before they are copied.</summary>
/// <param name="key">First key of the order.</param>
/// <param name="context">The task.</param>
internal sealed class TopNBoundary(SortKey key, TaskContext context) : IDisposable
{
    private readonly CompiledExpression _key = ExpressionCompiler.Compile(key.Expression, context.Evaluation);
    private CompiledPredicate? _filter;

    /// <summary>Moves the boundary to a row; never to one that comes behind it.</summary>
    public void MoveTo(Batch batch, int row)
    {
        _filter?.Dispose();
        _filter = UpTo(LiteralVectors.ToLiteral(_key.Evaluate(batch), row, key.Expression.Type)) is { } predicate ? ExpressionCompiler.CompilePredicate(predicate, context.Evaluation) : null;
    }

    /// <summary>What is left of a batch; null: nothing.</summary>
    public Batch? Filter(Batch batch)
    {
        SelectionVector? selection = _filter?.Filter(batch);
        return selection == null ? batch : selection.Count > 0 ? new Batch(batch.Columns, batch.Length, selection) : null;
    }

    public void Dispose()
    {
        _key.Dispose();
        _filter?.Dispose();
    }

    /// <summary>What rows up to the boundary meet; null: all do, or it is not known.</summary>
    private Expression? UpTo(Literal last)
    {
        Expression value = key.Expression;
        if (last.IsNull)
        {
            return key.NullsFirst ? new IsNull(value) : null;
        }

        if (!IsOrderedByComparison(value.Type))
        {
            return null;
        }

        var comparison = new Comparison(key.Descending ? ComparisonOperator.GreaterOrEqual : ComparisonOperator.LessOrEqual, value, last);
        return key.NullsFirst && value.IsNullable ? new Or([new IsNull(value), comparison]) : comparison;
    }

    private static bool IsOrderedByComparison(SqlType type) =>
        type.IsNumber || type.IsText || type.Kind is TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Uuid or TypeKind.Boolean;
}
