using System.Numerics;

namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>Finds the cheapest order among all without needless cross products.</summary>
/// <remarks>DPhyp: G. Moerkotte, T. Neumann, "Dynamic Programming Strikes Back", SIGMOD 2008. Every pair of connected sets that an edge joins is looked at once.</remarks>
internal sealed class HypergraphSearch
{
    private readonly JoinBlock _block;
    private readonly JoinHypergraph _graph;
    private readonly JoinCost _cost;
    private readonly JoinCandidate?[] _best;
    private int _pairsLeft;

    private HypergraphSearch(JoinBlock block, JoinHypergraph graph, int maxPairs)
    {
        _block = block;
        _graph = graph;
        _cost = new JoinCost(block);
        _best = new JoinCandidate?[1 << block.Count];
        _pairsLeft = maxPairs;
    }

    /// <summary>The best order; null when there are more pairs than the budget, or a hyperedge keeps the block from being joined without a cross product.</summary>
    public static JoinCandidate? Find(JoinBlock block, JoinHypergraph graph, int maxPairs)
    {
        var search = new HypergraphSearch(block, graph, maxPairs);
        for (int i = 0; i < block.Count; i++)
        {
            search._best[1 << i] = search._cost.Input(i);
        }

        for (int i = block.Count - 1; i >= 0 && search._pairsLeft > 0; i--)
        {
            ulong start = 1UL << i;
            search.EmitConnected(start);
            search.GrowConnected(start, start | (start - 1));
        }

        return search._pairsLeft <= 0 ? null : search._best[(int)block.All];
    }

    private void GrowConnected(ulong set, ulong excluded)
    {
        ulong neighbours = _graph.Neighbourhood(set, excluded);
        for (ulong part = neighbours & (0 - neighbours); part != 0 && _pairsLeft > 0; part = Next(part, neighbours))
        {
            if (_best[(int)(set | part)] is not null)
            {
                EmitConnected(set | part);
            }
        }

        for (ulong part = neighbours & (0 - neighbours); part != 0 && _pairsLeft > 0; part = Next(part, neighbours))
        {
            GrowConnected(set | part, excluded | neighbours);
        }
    }

    /// <summary>Looks for partners of a connected set among inputs above its lowest one.</summary>
    private void EmitConnected(ulong set)
    {
        ulong lowest = set & (0 - set), excluded = set | (lowest - 1);
        ulong neighbours = _graph.Neighbourhood(set, excluded);
        for (ulong rest = neighbours; rest != 0 && _pairsLeft > 0;)
        {
            int input = 63 - BitOperations.LeadingZeroCount(rest);
            ulong partner = 1UL << input;
            rest &= ~partner;
            if (_graph.Connects(set, partner))
            {
                EmitPair(set, partner);
            }

            GrowPartner(set, partner, excluded | (((partner << 1) - 1) & neighbours));
        }
    }

    private void GrowPartner(ulong set, ulong partner, ulong excluded)
    {
        ulong neighbours = _graph.Neighbourhood(partner, excluded | set);
        for (ulong part = neighbours & (0 - neighbours); part != 0 && _pairsLeft > 0; part = Next(part, neighbours))
        {
            if (_best[(int)(partner | part)] is not null && _graph.Connects(set, partner | part))
            {
                EmitPair(set, partner | part);
            }
        }

        for (ulong part = neighbours & (0 - neighbours); part != 0 && _pairsLeft > 0; part = Next(part, neighbours))
        {
            GrowPartner(set, partner | part, excluded | neighbours);
        }
    }

    private void EmitPair(ulong first, ulong second)
    {
        _pairsLeft--;
        if (_best[(int)first] is { } one && _best[(int)second] is { } two && _cost.Combine(one, two) is { } joined
            && (_best[(int)joined.Set] is not { } best || joined.Cost < best.Cost))
        {
            _best[(int)joined.Set] = joined;
        }
    }

    /// <summary>The next non-empty subset of a mask after <paramref name="part"/>; 0 behind the mask itself.</summary>
    private static ulong Next(ulong part, ulong mask) => part == mask ? 0 : (part - mask) & mask;
}
