using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Where a plan will run.</summary>
/// <param name="Slots">Tasks that run at once, over all executors.</param>
/// <param name="ShufflePartitions">Partitions of a hash exchange.</param>
/// <param name="Executors">Processes; with one, a broadcast is shared and costs nothing.</param>
public sealed record Topology(int Slots, int ShufflePartitions, int Executors = 1);

/// <summary>Cuts a physical plan into stages at its exchanges and common table expressions.</summary>
/// <remarks><code>
/// HashJoinExec                        Stage 0  orders            -> broadcast
///   ScanExec lineitem           =>    Stage 1  HashJoinExec
///   ExchangeExec Broadcast                       ScanExec lineitem
///     ScanExec orders                            ShuffleReadExec stage 0
/// </code>
/// Build sides come before probe sides, so that runtime filters are complete when a probe side's scan starts.
/// </remarks>
public sealed class StagePlanner
{
    private readonly Topology _topology;
    private readonly List<Stage> _stages = [];
    private readonly Dictionary<CteId, StageId> _ctes = [];

    private StagePlanner(Topology topology) => _topology = topology;

    public static StagePlan Plan(ExecPlan plan, Topology topology)
    {
        var planner = new StagePlanner(topology);
        planner.AddStage(StagePurpose.Result, plan, null, null);
        return StageWaits.ForRuntimeFilters(new StagePlan([.. planner._stages]), topology);
    }

    private StageId AddStage(StagePurpose purpose, ExecPlan plan, Exchange? output, CteId? cte)
    {
        var inputs = new SortedSet<int>();
        ExecPlan root = Cut(plan, inputs);
        var id = new StageId(_stages.Count);
        var stage = new Stage(id, purpose, root, output, cte, 1, [.. inputs.Select(static input => new StageId(input))]);
        _stages.Add(stage with { Tasks = TaskCount.Of(stage, _topology) });
        return id;
    }

    private ExecPlan Cut(ExecPlan plan, SortedSet<int> inputs)
    {
        Interruption.Ask();
        switch (plan)
        {
            case ExchangeExec exchange:
                var output = new Exchange(exchange.Kind, exchange.Keys, exchange.SortKeys, PartitionsOf(exchange.Kind));
                StageId stage = AddStage(StagePurpose.Shuffle, exchange.Input, output, null);
                inputs.Add(stage.Value);
                return new ShuffleReadExec(stage, output, exchange.Output) { EstimatedRows = exchange.EstimatedRows };
            case WithExec with:
                _ctes[with.Id] = AddStage(StagePurpose.Cte, with.Definition, null, with.Id);
                return Cut(with.Body, inputs);
            case CteScanExec cte:
                inputs.Add(_ctes[cte.Id].Value);
                return cte;
            case RecursiveUnionExec recursive:
                return recursive.WithChildren([Cut(recursive.Base, inputs), Cut(recursive.Recursive, inputs)]);
            default:
                // Build sides are right children: cutting them first gives them the lower stage ids.
                var children = new ExecPlan[plan.Children.Count];
                for (int i = children.Length - 1; i >= 0; i--)
                {
                    children[i] = Cut(plan.Children[i], inputs);
                }

                return children.Length == 0 ? plan : plan.WithChildren([.. children]);
        }
    }

    private int PartitionsOf(ExchangeKind kind) => kind switch
    {
        ExchangeKind.Hash or ExchangeKind.RoundRobin => _topology.ShufflePartitions,
        ExchangeKind.Broadcast or ExchangeKind.Gather => 1,
    };
}
