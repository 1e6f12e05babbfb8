using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Groups only rows whose group a selective join will ask for.</summary>
/// <remarks><code>
/// Join p = g                            Join p = g
///   Scan part [p] where ...               Scan part [p] where ...
///   Aggregate [g] [avg(x)]       =>       Aggregate [g] [avg(x)]
///     Scan lineitem [g, x]                  Join LeftSemi g = p'
///                                             Scan lineitem [g, x]
///                                             Scan part [p'] where ...
/// </code>
/// The other side is computed a second time, so it must read much less than the aggregate's input, and hold few of the group keys. This is what remains of
/// magic sets (Mumick and Pirahesh, SIGMOD 1994) where decorrelation has turned a correlated aggregate into a grouped one.
/// </remarks>
public sealed class PushSemiJoinsThroughAggregates : Rule
{
    private const double LargestShare = 0.25, LargestCost = 0.5, LeastInputRows = 50_000;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        var estimator = new PlanEstimator();
        estimator.Estimate(plan);
        return plan.TransformUp(node => node is Join join ? Reduce(Reduce(join, context.Ids, estimator, onLeft: true), context.Ids, estimator, onLeft: false) : node);
    }

    private static Join Reduce(Join join, ColumnIdSource ids, PlanEstimator estimator, bool onLeft)
    {
        LogicalPlan grouped = onLeft ? join.Left : join.Right, other = onLeft ? join.Right : join.Left;
        if (!DropsUnmatched(join.Kind, onLeft) || FindAggregate(grouped) is not { } aggregate || estimator.Rows(aggregate.Input) < LeastInputRows)
        {
            return join;
        }

        List<(ColumnReference Input, Column Other)> keys = Keys(join, grouped, aggregate, other.OutputIds());
        if (keys.Count == 0 || !Pays(keys, aggregate.Input, other, estimator) || other.AnyExpression(static expression => expression.IsVolatile()))
        {
            return join;
        }

        var renamed = new Dictionary<ColumnId, Column>();
        LogicalPlan copy = new Project([.. keys.Select(static key => key.Other).Distinct().Select(NamedExpression.Pass)], other).CopyWithNewColumns(ids, renamed);
        Expression condition = Conjunctions.AndAll([.. keys.Select(key => new Comparison(ComparisonOperator.Equal, key.Input, new ColumnReference(renamed[key.Other.Id])))]);
        Aggregate reduced = aggregate with { Input = new Join(JoinKind.LeftSemi, aggregate.Input, copy, condition) };
        LogicalPlan side = Replace(grouped, aggregate, reduced);
        return onLeft ? join with { Left = side } : join with { Right = side };
    }

    /// <summary>Whether a row of one side that matches nothing has no effect.</summary>
    private static bool DropsUnmatched(JoinKind kind, bool left) => kind switch
    {
        JoinKind.Inner or JoinKind.LeftSemi => true,
        JoinKind.LeftOuter or JoinKind.LeftSingle or JoinKind.LeftAnti => !left,
        JoinKind.RightOuter => left,
        JoinKind.FullOuter or JoinKind.LeftMark or JoinKind.AsOf or JoinKind.AsOfLeft => false,
    };

    private static Aggregate? FindAggregate(LogicalPlan plan) => plan switch
    {
        Aggregate { GroupingSets: null, Keys.IsEmpty: false } aggregate => aggregate,
        Project or Filter => FindAggregate(plan.Children[0]),
        _ => null,
    };

    private static LogicalPlan Replace(LogicalPlan plan, Aggregate before, Aggregate after) =>
        ReferenceEquals(plan, before) ? after : plan.MapChildren(child => Replace(child, before, after));

    /// <summary>Equalities between a group key that is a plain column below the aggregate and a column of the other side.</summary>
    private static List<(ColumnReference Input, Column Other)> Keys(Join join, LogicalPlan grouped, Aggregate aggregate, HashSet<ColumnId> otherIds)
    {
        var keys = new List<(ColumnReference Input, Column Other)>();
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            if (conjunct is Comparison { Operator: ComparisonOperator.Equal, Left: ColumnReference first, Right: ColumnReference second }
                && otherIds.Contains(first.Id) != otherIds.Contains(second.Id))
            {
                (ColumnReference group, ColumnReference other) = otherIds.Contains(first.Id) ? (second, first) : (first, second);
                if (Trace(grouped, group.Id, aggregate) is { } input)
                {
                    keys.Add((input, other.Column));
                }
            }
        }

        return keys;
    }

    /// <summary>The aggregate's input column that a column above it is.</summary>
    private static ColumnReference? Trace(LogicalPlan plan, ColumnId column, Aggregate aggregate) => plan switch
    {
        Project project => project.Items.FirstOrDefault(item => item.Column.Id == column)?.Expression is ColumnReference reference ? Trace(project.Input, reference.Id, aggregate) : null,
        Filter filter => Trace(filter.Input, column, aggregate),
        _ => aggregate.Keys.FirstOrDefault(key => key.Column.Id == column)?.Expression as ColumnReference,
    };

    private static bool Pays(List<(ColumnReference Input, Column Other)> keys, LogicalPlan input, LogicalPlan other, PlanEstimator estimator)
    {
        RelationEstimate rows = estimator.Estimate(input), wanted = estimator.Estimate(other);
        double share = keys.Min(key => wanted.Of(key.Other).DistinctCount / rows.Of(key.Input.Column).DistinctCount);
        return share <= LargestShare && RowsRead(other, estimator) <= LargestCost * RowsRead(input, estimator);
    }

    private static double RowsRead(LogicalPlan plan, PlanEstimator estimator) => plan switch
    {
        Scan scan => TableEstimator.Rows(scan),
        _ when plan.Children.IsEmpty => estimator.Rows(plan),
        _ => plan.Children.Sum(child => RowsRead(child, estimator)),
    };
}
