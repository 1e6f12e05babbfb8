using System.Globalization;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Joins with a shared table of all build rows, where both sides were to be spread by their keys and the build side turned out small: the probe side is not spread then.</summary>
/// <remarks><code>
/// HashJoinExec a = b                           HashJoinExec a = b          broadcast (was partitioned: build 12 rows)
///   ShuffleReadExec stage 1, Hash [a]    =>      FilterExec ...            what stage 1 would have done
///   ShuffleReadExec stage 0, Hash [b]            ShuffleReadExec stage 0, Broadcast
/// </code>
/// Scans of the probe side get the runtime filters that a broadcast join makes. The probe side's stage has to wait for the build side's: <see cref="HoldProbeSides"/>.
/// </remarks>
public sealed class BroadcastSmallBuildSides : AdaptiveRule
{
    /// <summary>How many times fewer rows than the probe side is expected to have a build side must have to make runtime filters.</summary>
    private const double FilterFactor = 2;

    internal static bool IsOn(AdaptiveSettings settings) =>
        settings.BroadcastBytes > 0 && !settings.DisabledRules.Contains(nameof(BroadcastSmallBuildSides), StringComparer.OrdinalIgnoreCase);

    public override Stage Apply(Stage stage, AdaptiveContext context)
    {
        if (stage.Ranges is not null || context.Settings.BroadcastBytes == 0 || context.Topology.Executors > 1)
        {
            return stage;
        }

        foreach (ProbeSpine spine in ProbeSpine.All(stage.Plan))
        {
            if (context.StateOf(spine.Read.Stage) == StageState.Waiting && context.StageOf(spine.Read.Stage) is { Ranges: null } probe && AreSmall(spine, context))
            {
                Stage changed = StageInputs.With(stage, spine.Rebuild(stage.Plan, (join, left) => Broadcast(join, left, context), probe.Plan), context);

                // What ran in one task, a grouping without keys perhaps, has to stay in one.
                if (probe.Tasks == 1 && changed.Tasks > 1)
                {
                    continue;
                }

                Tell(spine, stage, context);
                stage = changed;
            }
        }

        return stage;
    }

    /// <summary>Lets the stage of a probe side wait for the build sides, where those have work for every slot or are expected to be much smaller.</summary>
    internal static StagePlan HoldProbeSides(StagePlan plan, Topology topology)
    {
        if (topology.Executors > 1 || !plan.Stages.Any(static stage => stage.Output is { Kind: ExchangeKind.Hash }))
        {
            return plan;
        }

        Stage[]? held = null;
        foreach (ProbeSpine spine in plan.Stages.SelectMany(static stage => ProbeSpine.All(stage.Plan)))
        {
            Stage probe = (held ?? [.. plan.Stages])[spine.Read.Stage.Value];
            StageId[] builds = [.. spine.PartitionedJoins.Select(static join => join.Right).OfType<ShuffleReadExec>().Select(static read => read.Stage)];
            if (builds.Length < spine.PartitionedJoins.Count || !Array.TrueForAll(builds, build => StageWaits.IsWorthWaiting(plan.Stages[build.Value], probe, topology)))
            {
                continue;
            }

            StageId[] missing = [.. builds.Where(build => !probe.Inputs.Contains(build))];
            if (missing.Length > 0)
            {
                held ??= [.. plan.Stages];
                held[probe.Id.Value] = probe with { Inputs = [.. probe.Inputs, .. missing] };
            }
        }

        return held is null ? plan : new StagePlan([.. held]);
    }

    private static bool AreSmall(ProbeSpine spine, AdaptiveContext context) => spine.PartitionedJoins.Count > 0
        && spine.PartitionedJoins.All(join => join.Right is ShuffleReadExec { Exchange.Kind: ExchangeKind.Hash } read
            && context.SizeOf(read.Stage) is { } size && size.Bytes <= context.Settings.BroadcastBytes);

    private void Tell(ProbeSpine spine, Stage stage, AdaptiveContext context)
    {
        foreach (HashJoinExec join in spine.PartitionedJoins)
        {
            StageId build = ((ShuffleReadExec)join.Right).Stage;
            OutputSize size = context.SizeOf(build)!;
            context.Decide(this, stage, string.Create(CultureInfo.InvariantCulture, $"stage {build.Value} is broadcast, {size.Rows} rows, {size.Bytes} bytes"));
        }
    }

    private static HashJoinExec Broadcast(HashJoinExec join, ExecPlan left, AdaptiveContext context)
    {
        var read = (ShuffleReadExec)join.Right;
        OutputSize size = context.SizeOf(read.Stage)!;
        string note = string.Create(CultureInfo.InvariantCulture, $"broadcast (was partitioned: build {size.Rows} row{(size.Rows == 1 ? "" : "s")})");
        (left, NodeList<RuntimeFilterSource> filters) = PushFilters(join, left, size, context);
        return join with
        {
            Left = left,
            Right = read with { Exchange = read.Exchange with { Kind = ExchangeKind.Broadcast } },
            RuntimeFilters = filters,
            Note = note,
        };
    }

    private static (ExecPlan Left, NodeList<RuntimeFilterSource> Filters) PushFilters(HashJoinExec join, ExecPlan left, OutputSize build, AdaptiveContext context)
    {
        bool dropsUnmatched = join.Kind is ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightSemi or ExecJoinKind.RightOuter or ExecJoinKind.RightAnti;
        if (!dropsUnmatched || build.Rows * FilterFactor > left.EstimatedRows)
        {
            return (left, join.RuntimeFilters);
        }

        var sources = new List<RuntimeFilterSource>(join.RuntimeFilters);
        for (int i = 0; i < join.LeftKeys.Count; i++)
        {
            if (!join.NullsEqual[i] && join.LeftKeys[i] is InputReference key && key.Type == join.RightKeys[i].Type
                && context.NewRuntimeFilter() is var id && RuntimeFilterPusher.Push(left, key.Ordinal, id) is { } filtered)
            {
                sources.Add(new RuntimeFilterSource(id, i));
                left = filtered;
            }
        }

        return (left, [.. sources]);
    }
}
