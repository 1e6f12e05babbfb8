using System.Numerics;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>Makes a logical plan of a chosen order: each condition at the lowest join that has its columns, the larger side of an inner join on the left.</summary>
internal sealed class JoinTreeMaker(JoinBlock block)
{
    public LogicalPlan Make(JoinCandidate candidate)
    {
        if (candidate is not { Left: { } first, Right: { } second })
        {
            return block.Inputs[BitOperations.TrailingZeroCount(candidate.Set)].Plan;
        }

        TiedJoin? tied = second.Left is null ? block.Tied[BitOperations.TrailingZeroCount(second.Set)] : null;
        if (tied is null && first.Rows < second.Rows)
        {
            (first, second) = (second, first);
        }

        LogicalPlan left = Make(first), right = Make(second);
        var terms = new List<Expression>();
        foreach (EqualColumns columns in block.Classes)
        {
            if (columns.Crosses(first.Set, second.Set))
            {
                terms.Add(Equality(columns, first.Set, second.Set));
            }
        }

        foreach (BlockCondition condition in block.Conditions)
        {
            if ((condition.Inputs & ~candidate.Set) == 0 && (condition.Inputs & ~first.Set) != 0 && (condition.Inputs & ~second.Set) != 0)
            {
                terms.Add(condition.Condition);
            }
        }

        if (tied is null)
        {
            return new Join(JoinKind.Inner, left, right, Conjunctions.AndAll(terms));
        }

        Join join = tied.Join with { Left = left, Right = right };
        return terms.Count == 0 ? join : new Filter(Conjunctions.AndAll(terms), join);
    }

    /// <summary>One equality ties the two sides' columns of a class together; each side's own are equal already. The query's own pairs come first.</summary>
    private static Comparison Equality(EqualColumns columns, ulong left, ulong right)
    {
        (ColumnReference Left, ColumnReference Right)? found = null;
        foreach ((int leftInput, ColumnReference onLeft, _) in columns.Members)
        {
            foreach ((int rightInput, ColumnReference onRight, _) in columns.Members)
            {
                if ((left >> leftInput & 1) == 0 || (right >> rightInput & 1) == 0)
                {
                    continue;
                }

                if (columns.Written.Contains((onLeft.Id, onRight.Id)) || columns.Written.Contains((onRight.Id, onLeft.Id)))
                {
                    return new Comparison(ComparisonOperator.Equal, onLeft, onRight);
                }

                found ??= (onLeft, onRight);
            }
        }

        return new Comparison(ComparisonOperator.Equal, found!.Value.Left, found.Value.Right);
    }
}
