using System.Numerics;

namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>A way to join a set of inputs.</summary>
/// <param name="Set">Bit i: input i.</param>
/// <param name="Rows">Expected rows.</param>
/// <param name="Cost">Cost of all joins in it.</param>
/// <param name="Left">Left operand; null for a single input.</param>
/// <param name="Right">Right operand; a tied join's right input is always here.</param>
internal sealed record JoinCandidate(ulong Set, double Rows, double Cost, JoinCandidate? Left, JoinCandidate? Right);

/// <summary>Combines candidates and says what that costs.</summary>
/// <remarks>
/// C_out, the sum of the intermediate results (Cluet and Moerkotte), plus twice the rows of each build side, the smaller operand: building costs a few times
/// what probing does. Without an equality, every pair of rows is compared.
/// </remarks>
internal sealed class JoinCost(JoinBlock block)
{
    private const double BuildWeight = 2, PairWeight = 0.25;

    public JoinCandidate Input(int index)
    {
        // A tied join's right input has rows of its own; RowsOf knows only what it does to the left ones.
        double rows = block.Inputs[index].Rows;
        return new JoinCandidate(1UL << index, rows, 0, null, null);
    }

    /// <summary>Joins two disjoint sets; null when a tied join in one of them does not find its left inputs in the other.</summary>
    public JoinCandidate? Combine(JoinCandidate first, JoinCandidate second)
    {
        if (TiedTo(first) is not null)
        {
            (first, second) = (second, first);
        }

        TiedJoin? tied = TiedTo(second);
        if (TiedTo(first) is not null || (tied is not null && (tied.Left & ~first.Set) != 0))
        {
            return null;
        }

        ulong set = first.Set | second.Set;
        double rows = block.RowsOf(set);
        bool isHashed = tied is null ? HasEquality(first.Set, second.Set) : tied.IsHashed;
        double work = isHashed
            ? BuildWeight * Math.Min(first.Rows, second.Rows)
            : PairWeight * Math.Max(1, first.Rows) * Math.Max(1, second.Rows);
        return new JoinCandidate(set, rows, first.Cost + second.Cost + rows + work, first, second);
    }

    private TiedJoin? TiedTo(JoinCandidate candidate) => candidate.Left is null ? block.Tied[BitOperations.TrailingZeroCount(candidate.Set)] : null;

    private bool HasEquality(ulong first, ulong second)
    {
        foreach (EqualColumns columns in block.Classes)
        {
            if (columns.Crosses(first, second))
            {
                return true;
            }
        }

        foreach (BlockCondition condition in block.Conditions)
        {
            if (condition.IsEquality && JoinHypergraph.Crosses(condition.First, condition.Second, first, second))
            {
                return true;
            }
        }

        return false;
    }
}
