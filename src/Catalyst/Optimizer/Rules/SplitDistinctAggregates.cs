using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Computes aggregates of distinct values in two steps, each of which can run in parallel and partially.</summary>
/// <remarks><code>
/// Aggregate [k] [count(DISTINCT x), max(y)]          Aggregate [k] [count(x), max(m)]
///   Scan t                                     =>      Aggregate [k, x] [max(y) AS m]
///                                                        Scan t
/// </code>
/// All distinct aggregates have one argument, the same one, and the others are min and max (of which the extreme of extremes is the extreme). Other forms are left to the
/// operator.
/// </remarks>
public sealed class SplitDistinctAggregates : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.TransformUp(node => node is Aggregate { GroupingSets: null } aggregate ? Split(aggregate, context) ?? aggregate : node);

    private static Aggregate? Split(Aggregate aggregate, OptimizerContext context)
    {
        Expression? argument = null;
        foreach (NamedExpression item in aggregate.Calls)
        {
            var call = (AggregateCall)item.Expression;
            if (call is { IsDistinct: true, Filter: null, OrderBy.IsEmpty: true, Arguments: [var distinct] } && !distinct.IsVolatile() && (argument ?? distinct).Equals(distinct))
            {
                argument = distinct;
            }
            else if (call is not { IsDistinct: false, Function.Name: "min" or "max", Arguments: [_], OrderBy.IsEmpty: true })
            {
                return null;
            }
        }

        if (argument is null)
        {
            return null;
        }

        // A key keeps its id below, so the outer aggregate passes it on.
        NamedExpression value = aggregate.Keys.FirstOrDefault(key => key.Expression.Equals(argument))
            ?? (argument is ColumnReference reference ? NamedExpression.Pass(reference.Column) : new(argument, context.Ids.For(argument, "value")));
        var below = new List<NamedExpression>();
        var above = new List<NamedExpression>();
        foreach (NamedExpression item in aggregate.Calls)
        {
            var call = (AggregateCall)item.Expression;
            if (call.IsDistinct)
            {
                above.Add(item with { Expression = call with { IsDistinct = false, Arguments = [new ColumnReference(value.Column)] } });
                continue;
            }

            Column extreme = context.Ids.For(call, item.Column.Name);
            below.Add(new(call, extreme));
            above.Add(item with { Expression = call with { Filter = null, Arguments = [new ColumnReference(extreme)] } });
        }

        NodeList<NamedExpression> keys = aggregate.Keys.Contains(value) ? aggregate.Keys : [.. aggregate.Keys, value];
        return new Aggregate(aggregate.Keys.Map(static key => NamedExpression.Pass(key.Column)), [.. above], null, null, new Aggregate(keys, [.. below], null, null, aggregate.Input));
    }
}
