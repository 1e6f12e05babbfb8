using SqlCluster.Catalyst.Optimizer.Rules;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>The rules that run, in order.</summary>
internal static class DefaultBatches
{
    public static readonly IReadOnlyList<RuleBatch> All =
    [
        RuleBatch.Once("subqueries", new RewriteSubqueriesAsApply(), new InlineCtes(), new SimplifyExpressions(), new PushFilters()),
        RuleBatch.Once("decorrelation", new DecorrelateApplies()),
        RuleBatch.FixedPoint(
            "normalisation",
            10,
            new InlineCtes(),
            new SimplifyExpressions(),
            new PropagateEmptyRelations(),
            new EliminateProjects(),
            new ConvertOuterJoins(),
            new PushFilters()),
        RuleBatch.Once("join order", new ReorderJoins()),
        RuleBatch.Once("pruning", new PruneColumns(), new EliminateProjects(), new PruneColumns()),
    ];
}
