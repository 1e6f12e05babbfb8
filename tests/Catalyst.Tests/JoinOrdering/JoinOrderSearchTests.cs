using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.JoinOrdering;
using SqlCluster.Catalyst.Optimizer.Rules;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Tests.Physical;
using SqlCluster.Catalyst.Tests.Statistics;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.JoinOrdering;

/// <summary>The hypergraph search against trying every order.</summary>
public sealed class JoinOrderSearchTests
{
    [Fact]
    public void Finds_what_trying_every_order_finds()
    {
        const int Seed = 20_251;
        var random = new Random(Seed);
        int improved = 0;
        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(3, 8);
            JoinBlock block = RandomBlock(random, count);
            var graph = new JoinHypergraph(block);
            JoinCandidate? searched = HypergraphSearch.Find(block, graph, int.MaxValue), tried = Exhaustive(block, graph);
            Assert.Equal(tried is null, searched is null);
            if (searched is not null)
            {
                Assert.True(Math.Abs(searched.Cost - tried!.Cost) <= 1e-6 * tried.Cost, $"seed {Seed}, round {round}: {searched.Cost} instead of {tried.Cost}");
                JoinCandidate greedy = GreedySearch.Find(block, graph);
                Assert.True(greedy.Cost >= searched.Cost * (1 - 1e-9), $"seed {Seed}, round {round}: greedy found a cheaper order");
                improved += greedy.Cost > searched.Cost * 1.01 ? 1 : 0;
            }
        }

        Assert.True(improved > 10, "no block in which searching pays: the check is vacuous");
    }

    [Fact]
    public void A_large_star_stays_within_the_budget()
    {
        var b = new PlanBuilder();
        LogicalPlan plan = Star(b, 12);
        (JoinBlock block, _) = JoinBlockBuilder.Build(plan, new PlanEstimator(), static input => input)!.Value;
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.NotNull(HypergraphSearch.Find(block, new JoinHypergraph(block), 20_000));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds < 2, "twelve inputs took seconds");
    }

    [Fact]
    public void Thirty_inputs_are_joined_greedily()
    {
        var b = new PlanBuilder();
        LogicalPlan ordered = ReorderJoins.Order(Star(b, 30), new PlanEstimator());
        Assert.Equal(30, Leaves(ordered));
    }

    private static int Leaves(LogicalPlan plan) => plan.Children.IsEmpty ? 1 : plan.Children.Sum(Leaves);

    private static LogicalPlan Star(PlanBuilder b, int count)
    {
        StatisticsColumn[] keys = [.. Enumerable.Range(1, count - 1).Select(static i => new StatisticsColumn($"f{i}", SqlType.Integer, 100 * i, 1L, 100L * i))];
        LogicalPlan plan = b.Scan(new StatisticsTable("fact", 1_000_000, keys), string.Join(' ', keys.Select(static key => key.Name)));
        for (int i = 1; i < count; i++)
        {
            Scan dimension = b.Scan(new StatisticsTable($"d{i}", 100 * i, new StatisticsColumn($"k{i}", SqlType.Integer, 100 * i, 1L, 100L * i)), $"k{i}");
            plan = b.Join(plan, dimension, b.Equal($"f{i}", $"k{i}"));
        }

        return plan;
    }

    /// <summary>Random rows, equalities, inequalities and tied joins.</summary>
    private static JoinBlock RandomBlock(Random random, int count)
    {
        var inputs = new List<JoinInput>();
        var tied = new TiedJoin?[count];
        for (int i = 0; i < count; i++)
        {
            double rows = Math.Pow(10, random.Next(0, 6)) * random.Next(1, 10);
            inputs.Add(new JoinInput(Values.SingleRow, rows, rows));
        }

        int firstTied = random.Next(2, count + 1);
        for (int i = firstTied; i < count; i++)
        {
            ulong left = 1UL << random.Next(firstTied);
            left |= random.Next(3) == 0 ? 1UL << random.Next(firstTied) : 0;
            tied[i] = new TiedJoin(new Join(JoinKind.LeftSemi, Values.SingleRow, Values.SingleRow, Literal.True), left, random.NextDouble(), true);
        }

        var classes = new List<EqualColumns>();
        var conditions = new List<BlockCondition>();
        for (int i = 1; i < firstTied; i++)
        {
            int other = random.Next(i);
            var columns = new EqualColumns { Inputs = (1UL << i) | (1UL << other) };
            foreach (int input in new[] { other, i })
            {
                double domain = Math.Max(1, inputs[input].Rows * random.NextDouble());
                columns.Members.Add((input, new ColumnReference(new Column(new ColumnId((100 * i) + input), "c", SqlType.Integer, false)), new ColumnEstimate(domain, domain, 0, 0, 1, 1, 8)));
            }

            classes.Add(columns);
        }

        for (int k = 0; k < random.Next(3); k++)
        {
            ulong first = 1UL << random.Next(firstTied), second = 1UL << random.Next(firstTied);
            second |= random.Next(2) == 0 ? 1UL << random.Next(firstTied) : 0;
            if ((first & second) == 0)
            {
                conditions.Add(new BlockCondition(Literal.True, first | second, random.NextDouble(), first, second, random.Next(2) == 0));
            }
        }

        return new JoinBlock(inputs, tied, classes, conditions);
    }

    /// <summary>Every split of every set, by definition.</summary>
    private static JoinCandidate? Exhaustive(JoinBlock block, JoinHypergraph graph)
    {
        var cost = new JoinCost(block);
        var best = new JoinCandidate?[1 << block.Count];
        for (ulong set = 1; set <= block.All; set++)
        {
            if (System.Numerics.BitOperations.IsPow2(set))
            {
                best[set] = cost.Input(System.Numerics.BitOperations.TrailingZeroCount(set));
                continue;
            }

            for (ulong part = (set - 1) & set; part != 0; part = (part - 1) & set)
            {
                ulong rest = set & ~part;
                if (best[part] is { } one && best[rest] is { } two && graph.Connects(part, rest) && cost.Combine(one, two) is { } joined
                    && (best[set] is not { } known || joined.Cost < known.Cost))
                {
                    best[set] = joined;
                }
            }
        }

        return best[block.All];
    }
}
