using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Decorrelation;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Turns every subquery expression into a dependent join below the node that evaluates it.</summary>
/// <remarks><code>
/// Filter x > (scalar subquery) AND EXISTS (subquery)         Project [t's columns]
///   Subquery q, Subquery r                              =>     Apply LeftSemi TRUE
///   Scan t                                                       Filter x > q.value
///                                                                  Apply LeftSingle TRUE      (LeftOuter where q has at most one row)
///                                                                    Scan t
///                                                                    q
///                                                                r
/// </code>
/// IN and ANY are semi joins as conjuncts of a filter, NOT IN and ALL anti joins on "(x = y) IS NOT FALSE": the condition holds for the right rows that
/// forbid the left one, nulls included. Elsewhere (in OR, CASE, SELECT) both become LeftMark joins, EXISTS read as "mark IS TRUE".
/// </remarks>
public sealed class RewriteSubqueriesAsApply : Rule
{
    public override bool IsRequired => true;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.AnyExpression(static expression => expression.HasSubquery()) ? new SubqueryRewriter(context).Rewrite(plan) : plan;
}
