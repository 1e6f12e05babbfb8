namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>All adaptive rules, in the order in which they look at a stage.</summary>
public static class AdaptiveRules
{
    public static readonly IReadOnlyList<AdaptiveRule> All =
    [
        new PropagateEmptyRelations(),
        new BroadcastSmallBuildSides(),
        new SwapJoinSides(),
        new SplitSkewedPartitions(),
        new CoalescePartitions(),
    ];
}
