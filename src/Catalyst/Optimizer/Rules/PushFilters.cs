using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Pushdown;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Moves filters down to where their columns come from, and into scans.</summary>
/// <remarks><code>
/// Filter a = 1 AND a = b AND y > 2              Join Inner a = b
///   Join Inner TRUE                               Scan t [a] where a = 1
///     Scan t [a]                          =>      Project [x + 1 AS y]
///     Project [x + 1 AS y]                          Filter x + 1 > 2
///       Scan s [x, b]                                 Scan s [x, b]
/// </code>
/// <see cref="FilterPushdown"/> tells how far through each kind of node, <see cref="JoinFilterPushdown"/> through each kind of join.
/// </remarks>
public sealed class PushFilters : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => FilterPushdown.Push(plan);
}
