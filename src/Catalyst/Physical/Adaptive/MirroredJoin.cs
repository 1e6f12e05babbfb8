using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>A hash join with its sides exchanged: the same rows in the same columns.</summary>
internal static class MirroredJoin
{
    /// <summary>Null when the kind has no mirror image.</summary>
    public static HashJoinExec? Of(HashJoinExec join)
    {
        if (join.IsNullAware || KindOf(join.Kind) is not { } kind)
        {
            return null;
        }

        int left = join.Left.Output.Count, right = join.Right.Output.Count;
        int Move(int ordinal) => ordinal < left ? ordinal + right : ordinal - left;
        return join with
        {
            Kind = kind,
            Left = join.Right,
            Right = join.Left,
            LeftKeys = join.RightKeys,
            RightKeys = join.LeftKeys,
            Residual = join.Residual?.TransformUp(expression => expression is InputReference reference ? reference with { Ordinal = Move(reference.Ordinal) } : expression),
            OutputOrdinals = join.OutputOrdinals.Map(Move),
        };
    }

    private static ExecJoinKind? KindOf(ExecJoinKind kind) => kind switch
    {
        ExecJoinKind.Inner or ExecJoinKind.FullOuter => kind,
        ExecJoinKind.LeftOuter => ExecJoinKind.RightOuter,
        ExecJoinKind.RightOuter => ExecJoinKind.LeftOuter,
        ExecJoinKind.LeftSemi => ExecJoinKind.RightSemi,
        ExecJoinKind.RightSemi => ExecJoinKind.LeftSemi,
        ExecJoinKind.LeftAnti => ExecJoinKind.RightAnti,
        ExecJoinKind.RightAnti => ExecJoinKind.LeftAnti,
        ExecJoinKind.LeftMark or ExecJoinKind.LeftSingle => null,
    };
}
