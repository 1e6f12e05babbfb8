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
            20,
            new InlineCtes(),
            new SimplifyExpressions(),
            new PropagateEmptyRelations(),
            new EliminateProjects(),
            new ConvertOuterJoins(),
            new PushFilters(),
            new InferPredicates(),
            new InferFromDisjuncts()),
        RuleBatch.Once("rewriting", new FlattenUnions(), new RewriteDistinctAsAggregate(), new EliminateSorts(), new SplitDistinctAggregates(), new ShareCommonPlans(), new PruneColumns()),
        RuleBatch.Once("join order", new ReorderJoins(), new PushSemiJoinsThroughAggregates(), new ReorderJoins()),
        RuleBatch.Once("pruning", new EliminateProjects(), new PushFilters(), new PruneColumns(), new PushLimits()),
    ];
}
