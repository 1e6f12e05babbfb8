using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Tells plans whose whole work takes less time than handing it to another thread.</summary>
/// <remarks>Such a plan runs on its caller's thread: rows made by itself or held in small tables in memory, and operators of which none waits for another task.</remarks>
internal static class BriefPlans
{
    /// <summary>Rows read in all.</summary>
    private const long MaxRows = 4096;

    private const int MaxTasks = 8;

    public static bool IsBrief(StagePlan plan)
    {
        long rows = 0;
        int tasks = 0;
        foreach (Stage stage in plan.Stages)
        {
            tasks += stage.Tasks;
            if (tasks > MaxTasks || !Count(stage.Plan, ref rows))
            {
                return false;
            }
        }

        return rows <= MaxRows;
    }

    /// <summary>Adds the rows that a plan reads; false when it holds an operator that may take long.</summary>
    private static bool Count(ExecPlan plan, ref long rows)
    {
        switch (plan)
        {
            case ValuesExec values:
                rows += values.Rows.Count;
                return true;
            case ScanExec { Table: MemoryTable table }:
                rows += table.RowCount;
                return true;
            case ScanExec { Table: ComputedTable table }:
                rows += table.Statistics.RowCount;
                return true;
            case ShuffleReadExec:
                return true;
            case UnionExec union:
                foreach (ExecPlan input in union.Inputs)
                {
                    if (!Count(input, ref rows))
                    {
                        return false;
                    }
                }

                return true;
            case FilterExec or ProjectExec or SortExec or TopNExec or LimitExec or HashAggregateExec or DistinctOnExec:
                return Count(((UnaryExec)plan).Input, ref rows);
            default:
                return false;
        }
    }
}
