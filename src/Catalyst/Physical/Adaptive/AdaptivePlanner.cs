using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>A plan after the rules have looked at it.</summary>
/// <param name="Stages">The plan; the same reference when nothing has changed.</param>
/// <param name="Unneeded">Stages whose rows nobody will read: those that run may end early, the others never start.</param>
/// <param name="Decisions">What was changed, and why.</param>
public sealed record AdaptiveResult(StagePlan Stages, IReadOnlyList<StageId> Unneeded, IReadOnlyList<AdaptiveDecision> Decisions);

/// <summary>Plans the rest of a query again whenever one of its stages has ended: adaptive execution, after Spark's (SPARK-23128, "Spark SQL Adaptive Execution").</summary>
/// <remarks><code>
/// stage 0 ended: 12 rows          Stage 2  HashJoinExec                        Stage 2  HashJoinExec
/// stage 1 waits             =>               ShuffleReadExec stage 1    =>               FilterExec            (what stage 1 would have done)
///                                            ShuffleReadExec stage 0                     ShuffleReadExec stage 0, all partitions
/// </code>
/// Stages that have started stay as they are, so a decision costs no row that was made; ids stay too.
/// </remarks>
public static class AdaptivePlanner
{
    /// <summary>Prepares a plan for its execution: stages whose work depends on the size of another's output wait for it.</summary>
    public static StagePlan Prepare(StagePlan plan, Topology topology, AdaptiveSettings settings) =>
        BroadcastSmallBuildSides.IsOn(settings) ? BroadcastSmallBuildSides.HoldProbeSides(plan, topology) : plan;

    /// <summary>Applies the rules to the stages that wait.</summary>
    public static AdaptiveResult Plan(StagePlan plan, AdaptiveContext context)
    {
        bool hasChanged = false;
        for (int i = 0; i < plan.Stages.Count; i++)
        {
            if (context.StateOf(new StageId(i)) != StageState.Waiting)
            {
                continue;
            }

            Stage stage = plan.Stages[i], changed = stage;
            foreach (AdaptiveRule rule in AdaptiveRules.All)
            {
                if (!context.Settings.DisabledRules.Contains(rule.Name, StringComparer.OrdinalIgnoreCase))
                {
                    changed = rule.Apply(changed, context);
                }
            }

            if (!ReferenceEquals(changed, stage))
            {
                context.Replace(changed);
                hasChanged = true;
            }
        }

        return hasChanged ? new AdaptiveResult(new StagePlan([.. context.Stages]), Unneeded(context), context.Decisions) : new AdaptiveResult(plan, [], []);
    }

    /// <summary>Stages that have not ended and that neither the result nor a stage that it needs reads. What has ended is needed: it may be read already.</summary>
    private static List<StageId> Unneeded(AdaptiveContext context)
    {
        IReadOnlyList<Stage> stages = context.Stages;
        var needed = new bool[stages.Count];
        needed[^1] = true;
        for (int i = stages.Count - 1; i >= 0; i--)
        {
            if (needed[i] && context.StateOf(new StageId(i)) is StageState.Waiting or StageState.Running)
            {
                foreach (StageId input in StageInputs.Of(stages[i].Plan, context))
                {
                    needed[input.Value] = true;
                }
            }
        }

        return [.. Enumerable.Range(0, stages.Count).Select(static i => new StageId(i)).Where(id => !needed[id.Value] && context.StateOf(id) is StageState.Waiting or StageState.Running)];
    }
}
