using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Decorrelation;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Replaces all dependent joins by joins.</summary>
/// <remarks><code>
/// Apply LeftOuter TRUE                        Join LeftOuter p_partkey = l_partkey
///   Scan part                           =>      Scan part
///   Aggregate [] [avg(l_quantity)]              Aggregate [l_partkey] [avg(l_quantity)]
///     Filter l_partkey = p_partkey                Scan lineitem
///       Scan lineitem
/// </code>
/// See <see cref="CorrelationPullUp"/> for the simple cases and <see cref="DomainPushDown"/> for all others.
/// </remarks>
public sealed class DecorrelateApplies : Rule
{
    public override bool IsRequired => true;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        if (!plan.Any(static node => node is Apply))
        {
            return plan;
        }

        var remover = new ApplyRemover(context);
        return remover.RemoveAll(remover.RemoveSimple(plan));
    }
}
