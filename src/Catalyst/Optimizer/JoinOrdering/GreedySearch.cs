namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>Joins the pair with the smallest result first, again and again (greedy operator ordering), for blocks too large to search.</summary>
internal static class GreedySearch
{
    public static JoinCandidate Find(JoinBlock block, JoinHypergraph graph)
    {
        var cost = new JoinCost(block);
        List<JoinCandidate> forest = [.. Enumerable.Range(0, block.Count).Select(cost.Input)];
        while (forest.Count > 1)
        {
            JoinCandidate joined = BestPair(forest, graph, cost, onlyConnected: true) ?? BestPair(forest, graph, cost, onlyConnected: false)!;
            forest.RemoveAll(tree => (tree.Set & joined.Set) != 0);
            forest.Add(joined);
        }

        return forest[0];
    }

    private static JoinCandidate? BestPair(List<JoinCandidate> forest, JoinHypergraph graph, JoinCost cost, bool onlyConnected)
    {
        JoinCandidate? best = null;
        double bestWork = double.PositiveInfinity;
        for (int i = 0; i < forest.Count; i++)
        {
            for (int k = i + 1; k < forest.Count; k++)
            {
                if ((onlyConnected && !graph.Connects(forest[i].Set, forest[k].Set)) || cost.Combine(forest[i], forest[k]) is not { } joined)
                {
                    continue;
                }

                double work = joined.Cost - forest[i].Cost - forest[k].Cost;
                if (work < bestWork)
                {
                    (best, bestWork) = (joined, work);
                }
            }
        }

        return best;
    }
}
