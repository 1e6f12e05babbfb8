using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Pushdown;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Drops columns and computations that nobody reads; scans decode what is left, and keep apart what only their filters need.</summary>
/// <remarks><code>
/// Aggregate [] [count(*)]                 Aggregate [] [count(*)]
///   Scan t [a, b, c] where a > 1    =>      Scan t [] where a > 1        (a is a filter column)
/// </code></remarks>
public sealed class PruneColumns : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => new ColumnPruning().PruneExactly(plan);
}
