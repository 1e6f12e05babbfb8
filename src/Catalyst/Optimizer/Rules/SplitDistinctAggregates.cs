using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Computes aggregates of distinct values in two steps, each of which can run in parallel and partially.</summary>
/// <remarks><code>
/// Aggregate [k] [count(DISTINCT x), max(y)]          Aggregate [k] [count(x), max(m)]
///   Scan t                                     =>      Aggregate [k, x] [max(y) AS m]
///                                                        Scan t
///
/// Aggregate [] [count(DISTINCT x),                   Aggregate [] [count(x) FILTER (set = 0), count(y) FILTER (set = 1)]
///               count(DISTINCT y)]           =>        Aggregate [x, y] GROUPING SETS ((x), (y)) AS set
///   Scan t                                               Scan t
/// </code>
/// The aggregates that are not distinct are min and max (of which the extreme of extremes is the extreme). Other forms are left to the
/// operator, and so are many groups by text in which most values are distinct: the first step would hash every row's text twice and leave as many rows as it found.
/// Of several arguments, so are many groups of mostly distinct values of any type: every row would be handed on once for each.
/// </remarks>
public sealed class SplitDistinctAggregates : Rule
{
    /// <summary>Groups from which on a stage has work for everybody without a first step.</summary>
    private const double ManyGroups = 1000;

    /// <summary>Rows left by the first step, of the rows it reads, from which on it is not worth its while.</summary>
    private const double MostlyDistinct = 0.5;

    /// <summary>Arguments beyond which every row would be grouped too often.</summary>
    private const int MostSets = 64;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        var estimator = new PlanEstimator();
        return plan.TransformUp(node => node is Aggregate { GroupingSets: null } aggregate && Split(aggregate, context) is { } split && Pays(split, estimator) ? split : node);
    }

    private static bool Pays(Aggregate split, PlanEstimator estimator)
    {
        var values = (Aggregate)split.Input;
        return (values.GroupingSets is null && !values.Keys.Any(static key => key.Expression.Type.IsText))
            || estimator.Rows(split) < ManyGroups
            || estimator.Rows(values) < MostlyDistinct * estimator.Rows(values.Input);
    }

    private static Aggregate? Split(Aggregate aggregate, OptimizerContext context)
    {
        var arguments = new List<Expression>();
        foreach (NamedExpression item in aggregate.Calls)
        {
            var call = (AggregateCall)item.Expression;
            if (call is { IsDistinct: true, Filter: null, OrderBy.IsEmpty: true, Arguments: [var distinct] } && !distinct.IsVolatile())
            {
                if (!arguments.Contains(distinct))
                {
                    arguments.Add(distinct);
                }

                if (arguments.Count > MostSets)
                {
                    return null;
                }
            }
            else if (call is not { IsDistinct: false, Function.Name: "min" or "max", Arguments: [_], OrderBy.IsEmpty: true })
            {
                return null;
            }
        }

        return arguments switch
        {
            [] => null,
            [var argument] => SplitOne(aggregate, argument, context),
            _ => SplitSeveral(aggregate, arguments, context),
        };
    }

    private static Aggregate SplitOne(Aggregate aggregate, Expression argument, OptimizerContext context)
    {
        // A key keeps its id below, so the outer aggregate passes it on.
        NamedExpression value = aggregate.Keys.FirstOrDefault(key => key.Expression.Equals(argument))
            ?? (argument is ColumnReference reference ? NamedExpression.Pass(reference.Column) : new(argument, context.Ids.For(argument, "value")));
        NodeList<NamedExpression> keys = aggregate.Keys.Contains(value) ? aggregate.Keys : [.. aggregate.Keys, value];
        return TwoSteps(aggregate, keys, null, null, call => call with { Arguments = [new ColumnReference(value.Column)] }, context);
    }

    /// <summary>Each argument's distinct values are a grouping set.</summary>
    private static Aggregate SplitSeveral(Aggregate aggregate, List<Expression> arguments, OptimizerContext context)
    {
        var keys = new List<NamedExpression>(aggregate.Keys);
        var sets = new List<NodeList<int>>();
        int groupKeys = keys.Count;
        var values = new List<Column>();
        foreach (Expression argument in arguments)
        {
            int key = keys.FindIndex(0, groupKeys, key => key.Expression.Equals(argument));
            if (key < 0)
            {
                key = keys.Count;
                keys.Add(new(argument, context.Ids.Column(argument is ColumnReference reference ? reference.Column.Name : "value", argument.Type, isNullable: true)));
            }

            values.Add(keys[key].Column);
            sets.Add([.. Enumerable.Range(0, groupKeys), .. key < groupKeys ? [] : new[] { key }]);
        }

        Column set = context.Ids.Column("set", SqlType.BigInt, isNullable: false);
        AggregateCall OfSet(AggregateCall call)
        {
            int index = arguments.IndexOf(call.Arguments[0]);
            return call with { Arguments = [new ColumnReference(values[index])], Filter = new Comparison(ComparisonOperator.Equal, new ColumnReference(set), Literal.BigInt(index)) };
        }

        return TwoSteps(aggregate, [.. keys], [.. sets], set, OfSet, context);
    }

    /// <param name="aggregate">What is split.</param>
    /// <param name="keys">Keys of the first step.</param>
    /// <param name="sets">Its grouping sets, or null.</param>
    /// <param name="set">The column that tells a row's set, or null.</param>
    /// <param name="aboveOf">A distinct call, over the first step's rows.</param>
    /// <param name="context">Makes columns.</param>
    private static Aggregate TwoSteps(
        Aggregate aggregate, NodeList<NamedExpression> keys, NodeList<NodeList<int>>? sets, Column? set, Func<AggregateCall, AggregateCall> aboveOf, OptimizerContext context)
    {
        var below = new List<NamedExpression>();
        var above = new List<NamedExpression>();
        foreach (NamedExpression item in aggregate.Calls)
        {
            var call = (AggregateCall)item.Expression;
            if (call.IsDistinct)
            {
                above.Add(item with { Expression = aboveOf(call) with { IsDistinct = false } });
                continue;
            }

            Column extreme = context.Ids.For(call, item.Column.Name);
            below.Add(new(call, extreme));
            above.Add(item with { Expression = call with { Filter = null, Arguments = [new ColumnReference(extreme)] } });
        }

        return new Aggregate(aggregate.Keys.Map(static key => NamedExpression.Pass(key.Column)), [.. above], null, null, new Aggregate(keys, [.. below], sets, set, aggregate.Input));
    }
}
