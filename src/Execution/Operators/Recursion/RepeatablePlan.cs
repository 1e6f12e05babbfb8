using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Recursion;

/// <summary>Makes a plan that can run again and again out of a recursive plan.</summary>
/// <remarks><code>
/// HashJoinExec                     HashJoinExec
///   WorkingTableScanExec     =>      WorkingTableScanExec
///   ProjectExec                      KeptRowsExec        (reads what the projection gave in the first iteration)
///     ScanExec edges
/// </code>
/// Scans hand out their work once and shuffled rows are released as they are read, so neither could run twice; and what does not depend on the working table
/// would give the same rows. Runtime filters are taken off: they hold for one iteration.
/// </remarks>
internal static class RepeatablePlan
{
    /// <param name="plan">The recursive plan.</param>
    /// <param name="kept">Receives what is kept; disposed with the recursion.</param>
    /// <param name="context">The task.</param>
    /// <param name="metrics">Of the recursion.</param>
    public static ExecPlan Make(ExecPlan plan, List<KeptRows> kept, TaskContext context, OperatorMetrics metrics)
    {
        if (!ReadsWorkingTable(plan))
        {
            if (plan is ValuesExec)
            {
                return plan;
            }

            var rows = new KeptRows(context, metrics);
            kept.Add(rows);
            return new KeptRowsExec(WithoutRuntimeFilters(plan), rows);
        }

        if (plan.Children.IsEmpty)
        {
            return plan;
        }

        ExecPlan repeatable = plan.WithChildren(plan.Children.Map(child => Make(child, kept, context, metrics)));
        return repeatable is HashJoinExec join ? join with { RuntimeFilters = [] } : repeatable;
    }

    private static bool ReadsWorkingTable(ExecPlan plan) => plan is WorkingTableScanExec || plan.Children.Any(ReadsWorkingTable);

    private static ExecPlan WithoutRuntimeFilters(ExecPlan plan)
    {
        ExecPlan stripped = plan.Children.IsEmpty ? plan : plan.WithChildren(plan.Children.Map(WithoutRuntimeFilters));
        return stripped switch
        {
            HashJoinExec join => join with { RuntimeFilters = [] },
            ScanExec scan => scan with { RuntimeFilters = [] },
            _ => stripped,
        };
    }
}
