using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Derives from an OR over both sides of a join what it demands of each side.</summary>
/// <remarks><code>
/// Join Inner (a = 1 AND b = 2) OR (a = 2 AND b = 1)         Join Inner (a = 1 AND b = 2) OR (a = 2 AND b = 1)
///   Scan t [a]                                        =>      Filter a = 1 OR a = 2
///   Scan s [b]                                                  Scan t [a]
///                                                             Filter b = 2 OR b = 1
///                                                               Scan s [b]
/// </code></remarks>
public sealed class InferFromDisjuncts : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.TransformDown(node => node is Join join ? Infer(join, context) : node);

    private static Join Infer(Join join, OptimizerContext context)
    {
        bool toLeft = join.Kind is JoinKind.Inner or JoinKind.LeftSemi or JoinKind.RightOuter;
        bool toRight = join.Kind is JoinKind.Inner or JoinKind.LeftSemi or JoinKind.LeftOuter or JoinKind.LeftAnti or JoinKind.LeftSingle;
        if (!join.Condition.Conjuncts().Any(static conjunct => conjunct is Or))
        {
            return join;
        }

        List<Expression> left = toLeft ? Derive(join, join.Left, context) : [], right = toRight ? Derive(join, join.Right, context) : [];
        return left.Count + right.Count == 0 ? join : join with
        {
            Left = Pushdown.FilterPushdown.Keep(join.Left, left),
            Right = Pushdown.FilterPushdown.Keep(join.Right, right),
        };
    }

    private static List<Expression> Derive(Join join, LogicalPlan side, OptimizerContext context)
    {
        HashSet<ColumnId> columns = side.OutputIds();
        var derived = new List<Expression>();
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            if (conjunct is Or or && Demand(or, columns) is { } demand && context.Inferred.Add(demand))
            {
                derived.Add(demand);
            }
        }

        return derived;
    }

    /// <summary>The part of each alternative over the given columns; null where an alternative demands nothing of them.</summary>
    private static Expression? Demand(Or or, HashSet<ColumnId> columns)
    {
        var alternatives = new List<Expression>();
        foreach (Expression term in or.Terms)
        {
            Expression part = Conjunctions.AndAll([.. term.Conjuncts().Where(conjunct => conjunct.ReferencesOnly(columns) && !conjunct.MayFail() && !conjunct.IsVolatile())]);
            if (part is Literal)
            {
                return null;
            }

            alternatives.Add(part);
        }

        return Conjunctions.OrAll([.. alternatives.Distinct()]);
    }
}
