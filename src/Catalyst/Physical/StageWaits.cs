namespace SqlCluster.Catalyst.Physical;

/// <summary>Stages that wait for others whose rows they do not read, because what those find out makes their own work less.</summary>
internal static class StageWaits
{
    /// <summary>Lets stages whose scans take runtime filters of joins in other stages wait for the build sides, where that is worth it.</summary>
    /// <remarks>A build side is cut before its probe side, so a stage waits only for those before it. On several executors such a filter is not sent around, and nobody waits.</remarks>
    public static StagePlan ForRuntimeFilters(StagePlan plan, Topology topology)
    {
        var builds = new Dictionary<RuntimeFilterId, StageId>();
        foreach (Stage stage in plan.Stages)
        {
            AddBuilds(stage.Plan, builds);
        }

        if (topology.Executors > 1 || builds.Count == 0)
        {
            return plan;
        }

        Stage[]? held = null;
        foreach (Stage stage in plan.Stages)
        {
            var missing = new SortedSet<int>();
            foreach (RuntimeFilterId id in Filters(stage.Plan))
            {
                if (builds.TryGetValue(id, out StageId build) && !stage.Inputs.Contains(build) && IsWorthWaiting(plan.Stages[build.Value], stage, topology))
                {
                    missing.Add(build.Value);
                }
            }

            if (missing.Count > 0)
            {
                held ??= [.. plan.Stages];
                held[stage.Id.Value] = stage with { Inputs = [.. stage.Inputs, .. missing.Select(static id => new StageId(id))] };
            }
        }

        return held is null ? plan : new StagePlan([.. held]);
    }

    /// <summary>Whether little is lost while slots wait for the last task of a stage: it has work for every slot, or is expected to be four times smaller.</summary>
    public static bool IsWorthWaiting(Stage build, Stage probe, Topology topology) =>
        build.Id.Value < probe.Id.Value && (build.Tasks >= topology.Slots || (build.Plan.EstimatedRows >= 0 && build.Plan.EstimatedRows * 4 <= probe.Plan.EstimatedRows));

    private static void AddBuilds(ExecPlan plan, Dictionary<RuntimeFilterId, StageId> builds)
    {
        if (plan is HashJoinExec { RuntimeFilters.IsEmpty: false, Right: ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast } read } join)
        {
            foreach (RuntimeFilterSource source in join.RuntimeFilters)
            {
                builds[source.Id] = read.Stage;
            }
        }

        foreach (ExecPlan child in plan.Children)
        {
            AddBuilds(child, builds);
        }
    }

    private static IEnumerable<RuntimeFilterId> Filters(ExecPlan plan) =>
        plan is ScanExec scan ? scan.RuntimeFilters.Select(static target => target.Id) : plan.Children.SelectMany(Filters);
}
