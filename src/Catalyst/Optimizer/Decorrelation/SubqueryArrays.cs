using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>Turns the plan of ARRAY(subquery) into an aggregation.</summary>
internal static class SubqueryArrays
{
    /// <summary>One row with the array of the plan's first column, in the plan's order; NULL for no rows.</summary>
    public static LogicalPlan Collect(LogicalPlan plan, OptimizerContext context)
    {
        Expression value = new ColumnReference(plan.Output[0]);
        (LogicalPlan rows, NodeList<SortKey> order) = plan switch
        {
            Sort sort => (sort.Input, sort.Keys),
            Limit { Input: Sort sort } => (plan, sort.Keys),
            Project { Input: Sort sort } project => (sort.Input, sort.Keys),
            Project { Input: Limit { Input: Sort sort } limit } => (limit, sort.Keys),
            _ => (plan, NodeList<SortKey>.Empty),
        };
        if (plan is Project { Items: var items } && !ReferenceEquals(rows, plan))
        {
            value = items[0].Expression;
        }

        AggregateCall call = context.Aggregate("array_agg", [value], order);
        return new Aggregate([], [new NamedExpression(call, context.Ids.For(call, "array"))], null, null, rows);
    }
}
