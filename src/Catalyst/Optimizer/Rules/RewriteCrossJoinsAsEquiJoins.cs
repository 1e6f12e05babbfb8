using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Pushdown;
using SqlCluster.Catalyst.Optimizer.Simplification;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Gives the joins of a comma list their conditions from WHERE, in the order written: without it such a query counts every combination of rows.</summary>
/// <remarks><code>
/// Filter a = b AND c > 2 AND (b = d OR x)         Filter b = d OR x
///   Join Inner TRUE                                 Join Inner a = b
///     Scan t [a, c]                         =>        Filter c > 2
///     Scan s [b, d]                                     Scan t [a, c]
///                                                     Scan s [b, d]
/// </code>
/// Only what an end in sight needs: equalities between the sides and tests of one side, directly below a filter, no further than the inner joins reach.
/// An equality that every alternative of an OR demands counts. <see cref="PushFilters"/> does all the rest when the optimizer is on.
/// </remarks>
public sealed class RewriteCrossJoinsAsEquiJoins : Rule
{
    public override bool IsRequired => true;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => plan.TransformUpWithSubqueries(static node =>
        node is Filter { Input: Join { Kind: JoinKind.Inner } join } filter ? Sink(filter, join) : node);

    private static LogicalPlan Sink(Filter filter, Join join)
    {
        LogicalPlan sunk = Sink(join, [.. filter.Predicate.Conjuncts().SelectMany(Demands)]);
        return sunk is Filter same && ReferenceEquals(same.Input, join) ? filter : sunk;
    }

    private static LogicalPlan Sink(LogicalPlan plan, IReadOnlyList<Expression> conjuncts)
    {
        if (conjuncts.Count == 0 || plan is not Join { Kind: JoinKind.Inner } join)
        {
            return FilterPushdown.Keep(plan, conjuncts);
        }

        HashSet<ColumnId> left = join.Left.OutputIds(), right = join.Right.OutputIds();
        (List<Expression> toLeft, List<Expression> rest) = FilterPushdown.Split(conjuncts, conjunct => IsTestOf(left, conjunct));
        (List<Expression> toRight, rest) = FilterPushdown.Split(rest, conjunct => IsTestOf(right, conjunct));
        (List<Expression> condition, List<Expression> above) = FilterPushdown.Split(rest, conjunct => IsEquality(conjunct, left, right));
        Join sunk = toLeft.Count + toRight.Count + condition.Count == 0 ? join : join with
        {
            Left = Sink(join.Left, toLeft),
            Right = Sink(join.Right, toRight),
            Condition = condition.Count == 0 ? join.Condition : Conjunctions.AndAll([.. join.Condition.Conjuncts(), .. condition]),
        };
        return FilterPushdown.Keep(sunk, above);
    }

    /// <summary>The conjunct; for an OR whose alternatives share demands, those and what is left.</summary>
    private static NodeList<Expression> Demands(Expression conjunct) =>
        conjunct is Or or && DisjunctFactoring.Factor(or.Terms) is { } factored ? factored.Conjuncts() : [conjunct];

    private static bool IsTestOf(HashSet<ColumnId> side, Expression conjunct) => !conjunct.HasSubquery() && conjunct.References().Count > 0 && conjunct.ReferencesOnly(side);

    private static bool IsEquality(Expression conjunct, HashSet<ColumnId> left, HashSet<ColumnId> right) =>
        conjunct is Comparison { Operator: ComparisonOperator.Equal } equality
        && ((IsTestOf(left, equality.Left) && IsTestOf(right, equality.Right)) || (IsTestOf(right, equality.Left) && IsTestOf(left, equality.Right)));
}
