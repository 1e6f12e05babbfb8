using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Simplification;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Computes constants and simplifies boolean algebra, comparisons, casts, IN, LIKE, CASE and COALESCE in every expression.</summary>
/// <remarks><code>
/// Filter d >= date '1994-01-01' + interval '1 year' AND NOT (a = 1 OR b > 2)   =>   Filter d >= timestamp '1995-01-01' AND a &lt;> 1 AND b &lt;= 2
/// Filter (k = j AND x = 1) OR (k = j AND x = 2)                                 =>   Filter k = j AND x IN (1, 2)
/// </code></remarks>
public sealed class SimplifyExpressions : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        var simplifier = new ExpressionSimplifier(context);
        return plan.TransformUp(node => node switch
        {
            // In a mark join's condition NULL differs from FALSE; an as-of join's inequality stays last.
            Join { Kind: JoinKind.LeftMark or JoinKind.AsOf or JoinKind.AsOfLeft } or Logical.Apply { Kind: JoinKind.LeftMark } => node.MapExpressions(simplifier.Simplify),
            Filter or Join or Logical.Apply or Scan => node.MapExpressions(simplifier.SimplifyCondition),
            _ => node.MapExpressions(simplifier.Simplify),
        });
    }
}
