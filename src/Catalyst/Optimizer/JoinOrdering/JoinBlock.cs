using System.Numerics;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;

namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>An input of a join block: a plan that joins are ordered around.</summary>
/// <param name="Plan">Its rows.</param>
/// <param name="Rows">Expected rows.</param>
/// <param name="KeyedRows">Expected rows that the estimates of key columns belong to: those before filters that only the block puts on the input.</param>
internal sealed record JoinInput(LogicalPlan Plan, double Rows, double KeyedRows);

/// <summary>A join that is tied to its right input: outer, semi, anti, mark or single join, with the left inputs it must find.</summary>
/// <param name="Join">Kind, condition and mark.</param>
/// <param name="Left">Inputs that must be on its left.</param>
/// <param name="Factor">Rows out for each row in.</param>
/// <param name="IsHashed">Whether the condition has an equality between the sides.</param>
internal sealed record TiedJoin(Join Join, ulong Left, double Factor, bool IsHashed);

/// <summary>A condition of the block that is no plain equality of columns.</summary>
/// <param name="Condition">What must be true.</param>
/// <param name="Inputs">Inputs that it needs, with those that the joins tied to them need.</param>
/// <param name="Selectivity">Share of combinations that it keeps.</param>
/// <param name="First">One end of the hyperedge, 0 if it connects nothing.</param>
/// <param name="Second">The other end.</param>
/// <param name="IsEquality">Whether hashing can use it.</param>
internal sealed record BlockCondition(Expression Condition, ulong Inputs, double Selectivity, ulong First, ulong Second, bool IsEquality);

/// <summary>Columns that inner joins equate, directly or by way of others.</summary>
internal sealed class EqualColumns
{
    public List<(int Input, ColumnReference Column, ColumnEstimate Estimate)> Members { get; } = [];

    /// <summary>Pairs that the query itself equates.</summary>
    public HashSet<(ColumnId First, ColumnId Second)> Written { get; } = [];

    public ulong Inputs { get; set; }

    public bool Crosses(ulong first, ulong second) => (Inputs & first) != 0 && (Inputs & second) != 0;
}

/// <summary>A maximal tree of joins whose order is free: inner joins, and other joins along their left inputs.</summary>
/// <remarks>
/// <para>
/// An outer, semi, anti, mark or single join commutes with inner joins that do not use its right side, so it may run as soon as the inputs its condition needs are joined,
/// or later. Its right input is a block of its own and enters this one as a single node behind a directed hyperedge (needed inputs -> right input). A condition on
/// such a right input's columns needs everything the tied join needs; that keeps null-extended rows away from conditions written above the outer join.
/// </para>
/// <para>Equalities of columns form classes; any two inputs with columns in one class are connected, whether the query says so or it follows.</para>
/// </remarks>
internal sealed class JoinBlock
{
    private readonly double[] _pairCorrection;
    private readonly Dictionary<ulong, double> _rows = [];

    internal JoinBlock(List<JoinInput> inputs, TiedJoin?[] tied, List<EqualColumns> classes, List<BlockCondition> conditions)
    {
        Inputs = inputs;
        Tied = tied;
        Classes = classes;
        Conditions = conditions;
        _pairCorrection = PairCorrections();
    }

    public IReadOnlyList<JoinInput> Inputs { get; }

    /// <summary>For each input, the join it is the right side of, or null.</summary>
    public IReadOnlyList<TiedJoin?> Tied { get; }

    public IReadOnlyList<EqualColumns> Classes { get; }

    public IReadOnlyList<BlockCondition> Conditions { get; }

    public int Count => Inputs.Count;

    public ulong All => Count == 64 ? ulong.MaxValue : (1UL << Count) - 1;

    /// <summary>Expected rows of a set of inputs joined by every condition among them; the same whatever the order.</summary>
    /// <remarks>A class of columns with domains D1 &lt;= D2 &lt;= ... costs a factor 1/D for each but the smallest. Two inputs with several keys in common are corrected for dependence.</remarks>
    public double RowsOf(ulong set)
    {
        if (_rows.TryGetValue(set, out double known))
        {
            return known;
        }

        double rows = 1;
        for (ulong rest = set; rest != 0; rest &= rest - 1)
        {
            int input = BitOperations.TrailingZeroCount(rest);
            rows *= Tied[input] is { } tied ? tied.Factor : Inputs[input].Rows;
        }

        foreach (EqualColumns columns in Classes)
        {
            rows *= ClassSelectivity(columns, set);
        }

        rows *= Correction(set);
        foreach (BlockCondition condition in Conditions)
        {
            if ((condition.Inputs & ~set) == 0)
            {
                rows *= condition.Selectivity;
            }
        }

        rows = Math.Max(rows, 1e-3);
        _rows[set] = rows;
        return rows;
    }

    private static double ClassSelectivity(EqualColumns columns, ulong set)
    {
        double product = 1, smallest = double.PositiveInfinity, nulls = 1;
        ulong seen = 0;
        foreach ((int input, _, ColumnEstimate estimate) in columns.Members)
        {
            ulong bit = 1UL << input;
            if ((set & bit) == 0 || (seen & bit) != 0)
            {
                continue;
            }

            seen |= bit;
            product *= estimate.DomainCount;
            smallest = Math.Min(smallest, estimate.DomainCount);
            nulls *= 1 - estimate.NullFraction;
        }

        return BitOperations.PopCount(seen) < 2 ? 1 : nulls * smallest / product;
    }

    /// <summary>For each pair of inputs with two or more classes in common: how much more rows match than independent keys would let.</summary>
    private double[] PairCorrections()
    {
        var corrections = new double[Count * Count];
        Array.Fill(corrections, 1);
        for (int first = 0; first < Count; first++)
        {
            for (int second = first + 1; second < Count; second++)
            {
                var keys = new List<(ColumnEstimate Left, ColumnEstimate Right)>();
                double independent = 1;
                foreach (EqualColumns columns in Classes)
                {
                    if ((columns.Inputs >> first & columns.Inputs >> second & 1) == 1)
                    {
                        ColumnEstimate one = columns.Members.First(member => member.Input == first).Estimate, two = columns.Members.First(member => member.Input == second).Estimate;
                        keys.Add((one, two));
                        independent /= Math.Max(one.DomainCount, two.DomainCount);
                    }
                }

                if (keys.Count > 1)
                {
                    corrections[(first * Count) + second] = JoinEstimator.KeySelectivity(keys, Inputs[first].KeyedRows, Inputs[second].KeyedRows) / independent;
                }
            }
        }

        return corrections;
    }

    private double Correction(ulong set)
    {
        double correction = 1;
        ulong corrected = 0;
        for (int first = 0; first < Count; first++)
        {
            for (int second = first + 1; second < Count; second++)
            {
                double pair = _pairCorrection[(first * Count) + second];
                ulong both = (1UL << first) | (1UL << second);
                if (pair != 1 && (set & both) == both && (corrected & both) != both)
                {
                    correction *= pair;
                    corrected |= both;
                }
            }
        }

        return correction;
    }
}
