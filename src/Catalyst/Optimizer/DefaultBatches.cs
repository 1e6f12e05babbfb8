using SqlCluster.Catalyst.Optimizer.Rules;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>The rules that run, in order.</summary>
/// <remarks>
/// Required, so that they run though the optimizer is off, are three: <see cref="RewriteCrossJoinsAsEquiJoins"/>, without which comma lists of tables do not end,
/// and <see cref="RewriteSubqueriesAsApply"/> and <see cref="DecorrelateApplies"/>, without which there is no physical plan.
/// </remarks>
internal static class DefaultBatches
{
    public static readonly IReadOnlyList<RuleBatch> All =
    [
        RuleBatch.Once("comma lists", new RewriteCrossJoinsAsEquiJoins()),
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
            new InferFromDisjuncts(),
            new PushFiltersIntoCtes()),
        RuleBatch.Once("rewriting", new RewriteRowListsAsSemiJoins(), new FlattenUnions(), new RewriteDistinctAsAggregate(), new EliminateSorts(), new SplitDistinctAggregates(), new ShareCommonPlans(), new PruneColumns()),
        RuleBatch.Once("join order", new ReorderJoins(), new PushSemiJoinsThroughAggregates(), new ReorderJoins()),
        RuleBatch.Once("pruning", new EliminateProjects(), new PushFilters(), new PruneColumns(), new PushLimits()),
    ];
}
