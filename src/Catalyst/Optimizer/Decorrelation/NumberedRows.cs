using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>Limits rows per partition by numbering them.</summary>
/// <remarks><code>
/// Limit 2 offset 1                    Filter number > 1 AND number &lt;= 3
///   Sort x                      =>      Window row_number() OVER (PARTITION BY d ORDER BY x)
///     t   (for each d)                    t
/// </code></remarks>
internal static class NumberedRows
{
    /// <summary>The limit's rows for each value of the partition expressions; the number is one more output column.</summary>
    public static LogicalPlan Limit(Limit limit, NodeList<SortKey> order, NodeList<Expression> partition, LogicalPlan input, OptimizerContext context)
    {
        WindowCall call = context.Numbering(limit.WithTies ? "rank" : "row_number", partition, order);
        Column number = context.Ids.For(call, "number");
        var tests = new List<Expression>();
        Expression? offset = limit.Offset is Literal { IsNull: true } ? null : limit.Offset;
        if (offset is not null)
        {
            tests.Add(new Comparison(ComparisonOperator.Greater, new ColumnReference(number), AtLeastZero(offset)));
        }

        if (limit.Count is { } count and not Literal { IsNull: true })
        {
            Expression last = offset is null ? count : Add(count, offset, context);
            Expression test = new Comparison(ComparisonOperator.LessOrEqual, new ColumnReference(number), last);
            tests.Add(last is Literal ? test : Conjunctions.OrAll(new IsNull(count), test));
        }

        return tests.Count == 0 ? input : new Filter(Conjunctions.AndAll(tests), new Window([new(call, number)], input));
    }

    /// <summary>A parameter that is NULL means no offset.</summary>
    private static Expression AtLeastZero(Expression offset) => offset is Literal ? offset : new Coalesce([offset, Literal.BigInt(0)]);

    private static Expression Add(Expression count, Expression offset, OptimizerContext context) =>
        count is Literal { Value: long countValue } && offset is Literal { Value: long offsetValue }
            ? new Literal(countValue > long.MaxValue - offsetValue ? long.MaxValue : countValue + offsetValue, SqlType.BigInt)
            : context.Scalar("+", count, AtLeastZero(offset));
}
