using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;

namespace SqlCluster.Catalyst.Tests.Physical.Adaptive;

/// <summary>A plan of stages of which some have ended or run.</summary>
internal sealed class RunningPlan
{
    private readonly Topology _topology;
    private readonly StageState[] _states;
    private readonly Dictionary<StageId, OutputSize> _sizes = [];

    public RunningPlan(StagePlan stages, Topology? topology = null)
    {
        _topology = topology ?? PlanBuilder.TwoSlots;
        Stages = stages;
        _states = new StageState[stages.Stages.Count];
    }

    public StagePlan Stages { get; }

    public RunningPlan Ended(int stage, long rows, params long[] bytes)
    {
        _states[stage] = StageState.Ended;
        _sizes[new StageId(stage)] = new OutputSize(rows, [.. bytes]);
        return this;
    }

    public RunningPlan Running(int stage)
    {
        _states[stage] = StageState.Running;
        return this;
    }

    public AdaptiveResult Adapt(AdaptiveSettings? settings = null) =>
        AdaptivePlanner.Plan(Stages, new AdaptiveContext(Stages, _states, id => _sizes[id], _topology, settings ?? AdaptiveSettings.Default));

    /// <summary>The decisions of a rule alone.</summary>
    public AdaptiveResult AdaptBy<T>(AdaptiveSettings? settings = null)
        where T : AdaptiveRule => Adapt((settings ?? AdaptiveSettings.Default) with { DisabledRules = [.. AdaptiveRules.All.Where(static rule => rule is not T).Select(static rule => rule.Name)] });
}
