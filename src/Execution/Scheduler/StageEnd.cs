using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Scheduler;

/// <summary>What happens between a stage's last task and the stages that read it.</summary>
internal static class StageEnd
{
    public static void Run(Stage stage, StagePlan plan, QueryContext context)
    {
        // A stage without rows leaves an empty output rather than none, so that readers need not tell the two apart.
        if (stage.Purpose == StagePurpose.Shuffle)
        {
            ShuffleSinks.Output(context, stage.Id, stage.Tasks, stage.Output!.Partitions);
        }
    }
}
