using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.JoinOrdering;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Orders joins by expected cost.</summary>
/// <remarks><code>
/// Join a.x = c.x                 Join a.x = c.x
///   Join a.y = b.y                 c                      (c larger than what is left of a and b)
///     c                    =>      Join a.y = b.y
///     b (few rows)                   a
///   a                                b
/// </code>
/// Up to twelve inputs every order is looked at (<see cref="HypergraphSearch"/>); larger blocks, and blocks with too many orders, are joined greedily. The order as
/// written stays unless another one is cheaper by at least a thousandth.
/// </remarks>
public sealed class ReorderJoins : Rule
{
    private const int MaxSearchedInputs = 12, MaxPairs = 20_000;
    private const double LeastGain = 0.999;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context)
    {
        var estimator = new PlanEstimator();
        estimator.Estimate(plan);
        return Order(plan, estimator);
    }

    internal static LogicalPlan Order(LogicalPlan plan, PlanEstimator estimator) =>
        JoinBlockBuilder.IsBlock(plan) ? OrderBlock(plan, estimator) : plan.MapChildren(child => Order(child, estimator));

    private static LogicalPlan OrderBlock(LogicalPlan plan, PlanEstimator estimator)
    {
        var ordered = new Dictionary<LogicalPlan, LogicalPlan>(ReferenceEqualityComparer.Instance);
        LogicalPlan OrderInput(LogicalPlan input)
        {
            if (!ordered.TryGetValue(input, out LogicalPlan? done))
            {
                done = Order(input, estimator);
                ordered.Add(input, done);
            }

            return done;
        }

        if (JoinBlockBuilder.Build(plan, estimator, OrderInput) is not var (block, written))
        {
            return JoinBlockBuilder.MapInputs(plan, OrderInput);
        }

        JoinCandidate asWritten = Cost(written, new JoinCost(block));
        if (block.Count < 3 || Find(block) is not { } best || best.Cost >= LeastGain * asWritten.Cost)
        {
            return JoinBlockBuilder.MapInputs(plan, OrderInput);
        }

        LogicalPlan tree = new JoinTreeMaker(block).Make(best);
        return SameOutput(tree.Output, plan.Output) ? tree : new Project(plan.Output.Map(NamedExpression.Pass), tree);
    }

    /// <summary>The cheapest order found.</summary>
    internal static JoinCandidate Find(JoinBlock block)
    {
        var graph = new JoinHypergraph(block);
        return (block.Count <= MaxSearchedInputs ? HypergraphSearch.Find(block, graph, MaxPairs) : null) ?? GreedySearch.Find(block, graph);
    }

    private static JoinCandidate Cost(WrittenOrder order, JoinCost cost) => order switch
    {
        WrittenOrder.OfInput input => cost.Input(input.Input),
        WrittenOrder.OfJoin join => cost.Combine(Cost(join.Left, cost), Cost(join.Right, cost))!,
        _ => throw new InvalidOperationException(),
    };

    private static bool SameOutput(NodeList<Column> first, NodeList<Column> second)
    {
        for (int i = 0; i < first.Count && first.Count == second.Count; i++)
        {
            if (first[i].Id != second[i].Id)
            {
                return false;
            }
        }

        return first.Count == second.Count;
    }
}
