using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>What a stage that has ended kept for others.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="PartitionBytes">Bytes of each partition, as in memory.</param>
public sealed record OutputSize(long Rows, NodeList<long> PartitionBytes)
{
    public long Bytes => PartitionBytes.Sum();
}

/// <summary>How far a stage is.</summary>
public enum StageState
{
    Waiting,
    Running,
    Ended,
    /// <summary>Its rows are not needed any more.</summary>
    Skipped,
}

/// <summary>One decision, for EXPLAIN and metrics.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Stage">The stage that was changed.</param>
/// <param name="Text">What changed, and the sizes that were the reason.</param>
public sealed record AdaptiveDecision(string Rule, StageId Stage, string Text)
{
    public override string ToString() => $"{Rule} stage {Stage.Value}: {Text}";
}

/// <summary>A plan in the middle of its execution, as rules see it.</summary>
public sealed class AdaptiveContext
{
    private readonly Stage[] _stages;
    private readonly IReadOnlyList<StageState> _states;
    private readonly Func<StageId, OutputSize> _sizeOf;
    private readonly OutputSize?[] _sizes;
    private readonly bool?[] _emptyStages;
    private readonly Dictionary<ExecPlan, bool> _emptyPlans = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CteId, int> _cteStages = [];
    private int _lastRuntimeFilter = -1;

    /// <param name="plan">The plan at this moment.</param>
    /// <param name="states">How far each stage is.</param>
    /// <param name="sizeOf">Size of an ended stage's output.</param>
    /// <param name="topology">Where the plan runs.</param>
    /// <param name="settings">Thresholds.</param>
    public AdaptiveContext(StagePlan plan, IReadOnlyList<StageState> states, Func<StageId, OutputSize> sizeOf, Topology topology, AdaptiveSettings settings)
    {
        _stages = [.. plan.Stages];
        _states = states;
        _sizeOf = sizeOf;
        _sizes = new OutputSize?[_stages.Length];
        _emptyStages = new bool?[_stages.Length];
        for (int i = 0; i < _stages.Length; i++)
        {
            if (_stages[i].Cte is { } cte)
            {
                _cteStages[cte] = i;
            }
        }

        Topology = topology;
        Settings = settings;
    }

    public Topology Topology { get; }

    public AdaptiveSettings Settings { get; }

    /// <summary>Changes made so far.</summary>
    public List<AdaptiveDecision> Decisions { get; } = [];

    public IReadOnlyList<Stage> Stages => _stages;

    public Stage StageOf(StageId id) => _stages[id.Value];

    public StageState StateOf(StageId id) => _states[id.Value];

    /// <summary>The stage that keeps the rows of a common table expression.</summary>
    public Stage StageOf(CteId id) => _cteStages.TryGetValue(id, out int stage) ? _stages[stage] : throw PlannerErrors.UnknownCte(id);

    /// <summary>Whether a stage is known to keep no row, found out once: stages that read others twice each would be looked at twice as often with every one.</summary>
    /// <param name="id">The stage.</param>
    /// <param name="isEmpty">Tells it of a stage's plan.</param>
    public bool IsEmptyStage(StageId id, Func<ExecPlan, bool> isEmpty) => _emptyStages[id.Value] ??= StateOf(id) switch
    {
        StageState.Ended => SizeOf(id)!.Rows == 0,
        StageState.Waiting => isEmpty(StageOf(id).Plan),
        StageState.Running or StageState.Skipped => false,
    };

    /// <summary>Whether a plan is known to put out no row, found out once: every operator of a thousand joins in a chain is asked for, and asks all below it.</summary>
    internal bool IsEmptyPlan(ExecPlan plan, Func<ExecPlan, AdaptiveContext, bool> isEmpty)
    {
        if (!_emptyPlans.TryGetValue(plan, out bool known))
        {
            _emptyPlans[plan] = known = isEmpty(plan, this);
        }

        return known;
    }

    /// <summary>What an ended stage kept; null for any other.</summary>
    public OutputSize? SizeOf(StageId id) => _states[id.Value] == StageState.Ended ? _sizes[id.Value] ??= _sizeOf(id) : null;

    /// <summary>An id that no filter of the plan has.</summary>
    public RuntimeFilterId NewRuntimeFilter()
    {
        _lastRuntimeFilter = _lastRuntimeFilter < 0 ? _stages.Max(static stage => LastRuntimeFilter(stage.Plan)) + 1 : _lastRuntimeFilter + 1;
        return new RuntimeFilterId(_lastRuntimeFilter);
    }

    public void Decide(AdaptiveRule rule, Stage stage, string text) => Decisions.Add(new AdaptiveDecision(rule.Name, stage.Id, text));

    internal void Replace(Stage stage) => _stages[stage.Id.Value] = stage;

    private static int LastRuntimeFilter(ExecPlan plan)
    {
        int own = plan is HashJoinExec { RuntimeFilters.IsEmpty: false } join ? join.RuntimeFilters.Max(static filter => filter.Id.Value) : -1;
        return plan.Children.Select(LastRuntimeFilter).Append(own).Max();
    }
}
