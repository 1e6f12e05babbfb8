using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Computes aggregates of distinct values in two steps, each of which can run in parallel and partially.</summary>
/// <remarks><code>
/// Aggregate [k] [count(DISTINCT x), max(y)]          Aggregate [k] [count(x), max(m)]
///   Scan t                                     =>      Aggregate [k, x] [max(y) AS m]
///                                                        Scan t
/// </code>
/// All distinct aggregates have one argument, the same one, and the others are min and max (of which the extreme of extremes is the extreme). Other forms are left to the
/// operator, and so are many groups by text in which most values are distinct: the first step would hash every row's text twice and leave as many rows as it found.
/// </remarks>
public sealed class SplitDistinctAggregates : Rule
{
    /// <summary>Groups from which on a stage has work for everybody without a first step.</summary>
    private const double ManyGroups = 1000;

    /// <summary>Rows left by the first step, of the rows it reads, from which on it is not worth its while.</summary>
    private const double MostlyDistinct = 0.5;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        var estimator = new PlanEstimator();
        return plan.TransformUp(node => node is Aggregate { GroupingSets: null } aggregate && Split(aggregate, context) is { } split && Pays(split, estimator) ? split : node);
    }

    private static bool Pays(Aggregate split, PlanEstimator estimator)
    {
        var values = (Aggregate)split.Input;
        return !values.Keys.Any(static key => key.Expression.Type.IsText)
            || estimator.Rows(split) < ManyGroups
            || estimator.Rows(values) < MostlyDistinct * estimator.Rows(values.Input);
    }

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
