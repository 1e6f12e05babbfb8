using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>Says of a stage whether running a part of it again gives the same rows, in whatever order.</summary>
/// <remarks>
/// What depends on the order of its input does not: limits, ties of a top-N, rows of DISTINCT ON, row numbers, sums of floating point, lists and texts put together. When
/// an output of such a stage is lost, readers of the old and of a new one would not fit together. Whatever is not known to be safe counts as unsafe.
/// </remarks>
internal static class StageDeterminism
{
    private static readonly HashSet<string> OrderFree = new(StringComparer.OrdinalIgnoreCase) { "count", "sum", "min", "max", "avg", "bool_and", "bool_or", "every", "bit_and", "bit_or" };

    public static bool IsDeterminate(ExecPlan plan) => IsDeterminateNode(plan) && plan.Children.All(IsDeterminate);

    private static bool IsDeterminateNode(ExecPlan plan) => plan switch
    {
        ScanExec scan => scan.Limit < 0,
        ValuesExec or ShuffleReadExec or CteScanExec or FilterExec or ProjectExec or SortExec or HashJoinExec or NestedLoopJoinExec or UnionExec or SetOperationExec or TableFunctionExec => true,
        HashAggregateExec aggregate => aggregate.Calls.All(IsOrderFree),
        _ => false,
    };

    private static bool IsOrderFree(AggregateCall call) =>
        OrderFree.Contains(call.Function.Name) && call.Arguments.All(static argument => argument.Type.Kind is not (TypeKind.Real or TypeKind.DoublePrecision));
}
