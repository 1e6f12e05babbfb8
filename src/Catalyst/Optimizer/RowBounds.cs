using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Proves bounds on a plan's row count from its shape. False means: not proved.</summary>
internal static class RowBounds
{
    /// <summary>Tells whether the plan surely has no row.</summary>
    public static bool IsEmpty(this LogicalPlan plan) => plan is Values { Rows.IsEmpty: true };

    /// <summary>Tells whether the plan has at most one row (for each binding of its outer columns).</summary>
    public static bool HasAtMostOneRow(this LogicalPlan plan) => plan switch
    {
        Aggregate aggregate => IsOneRow(aggregate),
        Values values => values.Rows.Count <= 1,
        Limit { WithTies: false, Count: Literal { Value: long count } } => count <= 1,
        Project or Filter or Sort or Distinct or Limit or Window => plan.Children[0].HasAtMostOneRow(),
        Join { Kind: JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftMark or JoinKind.LeftSingle or JoinKind.AsOf or JoinKind.AsOfLeft } join => join.Left.HasAtMostOneRow(),
        Join { Kind: not JoinKind.FullOuter } join => join.Left.HasAtMostOneRow() && join.Right.HasAtMostOneRow(),
        Apply { Kind: JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftMark or JoinKind.LeftSingle } apply => apply.Left.HasAtMostOneRow(),
        Apply apply => apply.Left.HasAtMostOneRow() && apply.Right.HasAtMostOneRow(),
        With with => with.Body.HasAtMostOneRow(),
        _ => false,
    };

    /// <summary>Tells whether the plan has at least one row (for each binding of its outer columns).</summary>
    public static bool HasAtLeastOneRow(this LogicalPlan plan) => plan switch
    {
        Aggregate aggregate => IsOneRow(aggregate),
        Values values => values.Rows.Count >= 1,
        Project or Sort or Distinct or Window => plan.Children[0].HasAtLeastOneRow(),
        Limit { Offset: null, Count: Literal { Value: long count } } => count >= 1 && plan.Children[0].HasAtLeastOneRow(),
        Join { Kind: JoinKind.LeftOuter or JoinKind.LeftMark or JoinKind.LeftSingle } join => join.Left.HasAtLeastOneRow(),
        Apply { Kind: JoinKind.LeftOuter or JoinKind.LeftMark or JoinKind.LeftSingle } apply => apply.Left.HasAtLeastOneRow(),
        SetOperation { Kind: SetOperationKind.Union } union => union.Inputs.Any(HasAtLeastOneRow),
        With with => with.Body.HasAtLeastOneRow(),
        _ => false,
    };

    public static bool HasExactlyOneRow(this LogicalPlan plan) => plan.HasAtMostOneRow() && plan.HasAtLeastOneRow();

    private static bool IsOneRow(Aggregate aggregate) => aggregate is { Keys.IsEmpty: true, GroupingSets: null };
}
