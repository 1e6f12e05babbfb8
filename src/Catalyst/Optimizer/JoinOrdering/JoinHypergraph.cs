using System.Numerics;

namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>Which inputs of a block are connected: simple edges as adjacency masks, and hyperedges.</summary>
internal sealed class JoinHypergraph
{
    private readonly ulong[] _neighbours;
    private readonly List<(ulong First, ulong Second)> _hyperedges = [];

    public JoinHypergraph(JoinBlock block)
    {
        _neighbours = new ulong[block.Count];
        foreach (EqualColumns columns in block.Classes)
        {
            for (ulong rest = columns.Inputs; rest != 0; rest &= rest - 1)
            {
                int input = BitOperations.TrailingZeroCount(rest);
                _neighbours[input] |= columns.Inputs & ~(1UL << input);
            }
        }

        foreach (BlockCondition condition in block.Conditions)
        {
            if (condition.First != 0)
            {
                Add(condition.First, condition.Second);
            }
        }

        for (int i = 0; i < block.Count; i++)
        {
            if (block.Tied[i] is { } tied)
            {
                Add(tied.Left, 1UL << i);
            }
        }

        ConnectComponents(block);
    }

    public static bool Crosses(ulong one, ulong other, ulong first, ulong second) =>
        one != 0 && (((one & ~first) == 0 && (other & ~second) == 0) || ((one & ~second) == 0 && (other & ~first) == 0));

    /// <summary>Whether an edge joins the two sets.</summary>
    public bool Connects(ulong first, ulong second)
    {
        for (ulong rest = first; rest != 0; rest &= rest - 1)
        {
            if ((_neighbours[BitOperations.TrailingZeroCount(rest)] & second) != 0)
            {
                return true;
            }
        }

        foreach ((ulong one, ulong other) in _hyperedges)
        {
            if (Crosses(one, other, first, second))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Inputs next to a set and outside <paramref name="excluded"/>; a hyperedge's far end is stood for by its lowest input.</summary>
    public ulong Neighbourhood(ulong set, ulong excluded)
    {
        ulong forbidden = set | excluded, found = 0;
        for (ulong rest = set; rest != 0; rest &= rest - 1)
        {
            found |= _neighbours[BitOperations.TrailingZeroCount(rest)];
        }

        found &= ~forbidden;
        foreach ((ulong one, ulong other) in _hyperedges)
        {
            if ((one & ~set) == 0 && (other & forbidden) == 0)
            {
                found |= other & (0 - other);
            }

            if ((other & ~set) == 0 && (one & forbidden) == 0)
            {
                found |= one & (0 - one);
            }
        }

        return found;
    }

    private void Add(ulong first, ulong second)
    {
        if (BitOperations.IsPow2(first) && BitOperations.IsPow2(second))
        {
            _neighbours[BitOperations.TrailingZeroCount(first)] |= second;
            _neighbours[BitOperations.TrailingZeroCount(second)] |= first;
        }
        else
        {
            _hyperedges.Add((first, second));
        }
    }

    /// <summary>Ties what no condition connects together at the smallest inputs: only there may a cross product be made.</summary>
    private void ConnectComponents(JoinBlock block)
    {
        List<ulong> components = Components(block);
        for (int i = 1; i < components.Count; i++)
        {
            Add(Smallest(block, components[0]), Smallest(block, components[i]));
        }
    }

    private List<ulong> Components(JoinBlock block)
    {
        var components = new List<ulong>();
        for (ulong rest = block.All; rest != 0; rest &= ~components[^1])
        {
            ulong component = rest & (0 - rest), grown;
            while ((grown = component | Reach(component, block.All)) != component)
            {
                component = grown;
            }

            components.Add(component);
        }

        return components;
    }

    /// <summary>Everything that shares an edge with a set; hyperedges count as soon as they touch it.</summary>
    private ulong Reach(ulong set, ulong all)
    {
        ulong found = 0;
        for (ulong rest = set; rest != 0; rest &= rest - 1)
        {
            found |= _neighbours[BitOperations.TrailingZeroCount(rest)];
        }

        foreach ((ulong one, ulong other) in _hyperedges)
        {
            found |= ((one | other) & set) != 0 ? one | other : 0;
        }

        return found & all;
    }

    private static ulong Smallest(JoinBlock block, ulong component)
    {
        int best = -1;
        for (ulong rest = component; rest != 0; rest &= rest - 1)
        {
            int input = BitOperations.TrailingZeroCount(rest);
            if (block.Tied[input] is null && (best < 0 || block.Inputs[input].Rows < block.Inputs[best].Rows))
            {
                best = input;
            }
        }

        return 1UL << best;
    }
}
