using System.Diagnostics.CodeAnalysis;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Scheduler;

/// <summary>The stages of a running query: the plan as it is at the moment, and how far each stage has come. Callers hold the query's lock.</summary>
/// <remarks><code>
/// Waiting ─▶ Running ─▶ Ended ─▶ readable (its runtime filters are made): stages that read it may start
///    └──────────┴─────▶ Skipped: adaptive execution found that nobody needs its rows; running tasks are cancelled and end in time
/// </code></remarks>
internal sealed class StageBoard : IDisposable
{
    private readonly QueryContext _context;
    private readonly Topology _topology;
    private readonly AdaptiveSettings? _adaptive;
    private readonly StageState[] _states;
    private readonly bool[] _isReadable;
    private readonly int[] _tasksLeft;
    private readonly OutputSize?[] _sizes;
    private readonly CancellationTokenSource?[] _cancellations;

    /// <param name="plan">The plan as it was made.</param>
    /// <param name="context">The query.</param>
    /// <param name="slots">Tasks that run at once.</param>
    /// <param name="isAdaptive">Whether the plan may change while it runs.</param>
    public StageBoard(StagePlan plan, QueryContext context, int slots, bool isAdaptive)
    {
        _context = context;
        _topology = new Topology(slots, 0);
        _adaptive = isAdaptive && plan.Stages.Count > 1 ? context.Settings.Adaptive : null;
        InitialPlan = plan;
        Plan = _adaptive == null ? plan : AdaptivePlanner.Prepare(plan, _topology, _adaptive);
        int count = plan.Stages.Count;
        _states = new StageState[count];
        _isReadable = new bool[count];
        _tasksLeft = new int[count];
        _sizes = _adaptive == null ? [] : new OutputSize?[count];
        _cancellations = _adaptive == null ? [] : new CancellationTokenSource?[count];
        for (int i = 0; i < count; i++)
        {
            _tasksLeft[i] = plan.Stages[i].Tasks;
        }
    }

    public StagePlan InitialPlan { get; }

    public StagePlan Plan { get; private set; }

    /// <summary>What was changed, in order.</summary>
    public IReadOnlyList<AdaptiveDecision> Decisions { get; private set; } = [];

    public int Count => _states.Length;

    public bool HasEnded => !_tasksLeft.AsSpan().ContainsAnyExcept(0);

    public bool IsSkipped(StageId stage) => _states[stage.Value] == StageState.Skipped;

    /// <summary>Takes a stage that can start now, and counts as running from now on.</summary>
    public bool TryTakeReady(int index, [NotNullWhen(true)] out Stage? stage)
    {
        stage = null;
        if (_states[index] != StageState.Waiting)
        {
            return false;
        }

        foreach (StageId input in Plan.Stages[index].Inputs)
        {
            if (!_isReadable[input.Value] && !IsSkipped(input))
            {
                return false;
            }
        }

        _states[index] = StageState.Running;
        stage = Plan.Stages[index];
        return true;
    }

    /// <summary>Ends a stage's tasks when the query ends, or when nobody needs the stage.</summary>
    public CancellationToken CancellationOf(Stage stage)
    {
        // Only of three stages is there one that another one makes pointless while it runs.
        if (_adaptive == null || stage.Purpose == StagePurpose.Result || _states.Length < 3)
        {
            return _context.Cancellation;
        }

        return (_cancellations[stage.Id.Value] ??= CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation)).Token;
    }

    /// <summary>Counts the end of a task.</summary>
    /// <returns>Whether it was the stage's last.</returns>
    public bool EndTask(StageId stage) => --_tasksLeft[stage.Value] == 0;

    /// <summary>Books the end of a stage whose output is complete, and plans the stages that wait again.</summary>
    /// <returns>What to cancel, outside the lock: stages that run for nobody.</returns>
    public IReadOnlyList<CancellationTokenSource> End(Stage stage)
    {
        _states[stage.Id.Value] = StageState.Ended;
        return _adaptive != null && Array.IndexOf(_states, StageState.Waiting) >= 0 ? Adapt(_adaptive) : [];
    }

    /// <summary>Lets the readers of an ended stage start.</summary>
    public void SetReadable(Stage stage) => _isReadable[stage.Id.Value] = true;

    /// <summary>Plans of stages that have not started.</summary>
    public IReadOnlyList<ExecPlan> WaitingPlans() => [.. Plan.Stages.Where(stage => _states[stage.Id.Value] == StageState.Waiting).Select(static stage => stage.Plan)];

    public bool IsEnded(StageId stage) => _states[stage.Value] == StageState.Ended;

    /// <summary>Tasks of the plan as it is.</summary>
    public int TotalTasks => Plan.Stages.Sum(static stage => stage.Tasks);

    public IReadOnlyList<StageProgress> Progress() =>
        [.. Plan.Stages.Select((stage, index) => new StageProgress(stage.Tasks, stage.Tasks - _tasksLeft[index], _states[index] != StageState.Waiting, _states[index] == StageState.Skipped))];

    public void Dispose()
    {
        foreach (CancellationTokenSource? cancellation in _cancellations)
        {
            cancellation?.Dispose();
        }
    }

    private List<CancellationTokenSource> Adapt(AdaptiveSettings settings)
    {
        AdaptiveResult result = AdaptivePlanner.Plan(Plan, new AdaptiveContext(Plan, _states, SizeOf, _topology, settings));
        var cancelled = new List<CancellationTokenSource>();
        if (ReferenceEquals(result.Stages, Plan))
        {
            return cancelled;
        }

        Decisions = [.. Decisions, .. result.Decisions];
        Stage[] stages = [.. result.Stages.Stages];
        foreach (StageId id in result.Unneeded)
        {
            if (_states[id.Value] == StageState.Waiting)
            {
                stages[id.Value] = stages[id.Value] with { Purpose = StagePurpose.Skipped, Tasks = 0, Inputs = [] };
            }
            else
            {
                stages[id.Value] = stages[id.Value] with { Purpose = StagePurpose.Skipped };
                if (_cancellations[id.Value] is { } running)
                {
                    cancelled.Add(running);
                }
            }

            _states[id.Value] = StageState.Skipped;
        }

        Plan = new StagePlan([.. stages]);
        for (int i = 0; i < stages.Length; i++)
        {
            if (_states[i] == StageState.Waiting || stages[i].Tasks == 0)
            {
                _tasksLeft[i] = stages[i].Tasks;
            }
        }

        return cancelled;
    }

    private OutputSize SizeOf(StageId id)
    {
        if (_sizes[id.Value] is not { } size)
        {
            Stage stage = Plan.Stages[id.Value];
            _sizes[id.Value] = size = ShuffleSinks.Output(_context, stage).Size();
        }

        return size;
    }
}
