using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical;

/// <summary>What a physical join emits. Left is always the probe side, right the build side.</summary>
public enum ExecJoinKind
{
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    LeftAnti,
    /// <summary>Left rows and a boolean, see <see cref="JoinKind.LeftMark"/>.</summary>
    LeftMark,
    /// <summary>Left rows with their only partner or nulls; two partners: error 21000.</summary>
    LeftSingle,
    /// <summary>Build rows that found a partner, once each, after the probe side ends.</summary>
    RightSemi,
    /// <summary>Build rows that found none, after the probe side ends.</summary>
    RightAnti,
}

/// <summary>A runtime filter that a join makes from one of its build keys.</summary>
public sealed record RuntimeFilterSource(RuntimeFilterId Id, int KeyIndex);

/// <summary>Joins by hashing the right (build) side's keys.</summary>
/// <remarks>
/// The right child is an <see cref="ExchangeExec"/> of kind Broadcast (one table shared by the tasks of an executor), or any other plan whose rows with equal keys are in
/// the same task as the left child's (both hashed alike, or a stage of one task): then each task builds a table of its own. Kinds that emit build rows at the end (Right*, FullOuter) over a broadcast build need all probe tasks on that executor to have ended.
/// </remarks>
/// <param name="Kind">What is emitted.</param>
/// <param name="Left">Probe side.</param>
/// <param name="Right">Build side.</param>
/// <param name="LeftKeys">Over the left columns; same types as the right ones.</param>
/// <param name="RightKeys">Over the right columns.</param>
/// <param name="NullsEqual">For each key, whether null matches null (IS NOT DISTINCT FROM, set operations).</param>
/// <param name="Residual">Further condition over left columns followed by right columns, or null.</param>
/// <param name="IsNullAware">LeftAnti as NOT IN: one key, no row qualifies when the build side has a null key, and rows with a null key only when it is empty.</param>
/// <param name="OutputOrdinals">Which columns come out: positions in left columns, right columns, mark.</param>
/// <param name="RuntimeFilters">Filters to make when the build side is complete.</param>
public sealed record HashJoinExec(
    ExecJoinKind Kind, ExecPlan Left, ExecPlan Right, NodeList<Expression> LeftKeys, NodeList<Expression> RightKeys, NodeList<bool> NullsEqual,
    Expression? Residual, bool IsNullAware, NodeList<int> OutputOrdinals, NodeList<RuntimeFilterSource> RuntimeFilters) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => JoinColumns.Select(Kind, Left, Right, OutputOrdinals);

    public override NodeList<ExecPlan> Children => [Left, Right];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Left = children[0], Right = children[1] };
}

/// <summary>Joins every left row with every right row for which the condition holds; the right child is broadcast, or the stage has one task. A FullOuter join's stage always has one. A right side of one row costs nothing per row.</summary>
public sealed record NestedLoopJoinExec(ExecJoinKind Kind, ExecPlan Left, ExecPlan Right, Expression? Condition, NodeList<int> OutputOrdinals) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => JoinColumns.Select(Kind, Left, Right, OutputOrdinals);

    public override NodeList<ExecPlan> Children => [Left, Right];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Left = children[0], Right = children[1] };
}

/// <summary>Joins each left row with the nearest right row: equal keys, and the right order key nearest under the comparison (left op right).</summary>
public sealed record AsOfJoinExec(
    bool IsOuter, ExecPlan Left, ExecPlan Right, NodeList<Expression> LeftKeys, NodeList<Expression> RightKeys, ComparisonOperator Operator,
    Expression LeftOrder, Expression RightOrder, NodeList<int> OutputOrdinals) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => JoinColumns.Select(IsOuter ? ExecJoinKind.LeftOuter : ExecJoinKind.Inner, Left, Right, OutputOrdinals);

    public override NodeList<ExecPlan> Children => [Left, Right];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Left = children[0], Right = children[1] };
}

/// <summary>All rows of all inputs (UNION ALL); columns match by position.</summary>
public sealed record UnionExec(NodeList<ExecPlan> Inputs, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;

    public override NodeList<ExecPlan> Children => Inputs;

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Inputs = children };
}

/// <summary>INTERSECT [ALL] and EXCEPT [ALL] by counting equal rows; both inputs hash-partitioned by all columns, or in one partition.</summary>
public sealed record SetOperationExec(SetOperationKind Kind, bool IsAll, ExecPlan Left, ExecPlan Right, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;

    public override NodeList<ExecPlan> Children => [Left, Right];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Left = children[0], Right = children[1] };
}

internal static class JoinColumns
{
    private static readonly ExecColumn Mark = new("mark", Types.SqlType.Boolean, true);

    public static NodeList<ExecColumn> Select(ExecJoinKind kind, ExecPlan left, ExecPlan right, NodeList<int> ordinals)
    {
        NodeList<ExecColumn> leftColumns = left.Output, rightColumns = right.Output;
        bool leftNullable = kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter;
        bool rightNullable = kind is ExecJoinKind.LeftOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle;
        return ordinals.Map(ordinal =>
        {
            if (ordinal < leftColumns.Count)
            {
                return leftNullable ? leftColumns[ordinal] with { IsNullable = true } : leftColumns[ordinal];
            }

            int right = ordinal - leftColumns.Count;
            return right == rightColumns.Count ? Mark : rightNullable ? rightColumns[right] with { IsNullable = true } : rightColumns[right];
        });
    }
}
