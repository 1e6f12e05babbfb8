using System.Globalization;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Lets several tasks read a partition that is much larger than the others: they take turns at its rows, and share the tables of its build rows.</summary>
/// <remarks><code>
/// HashJoinExec                                  task 0: partition 0     task 2: partition 2, shared
///   ShuffleReadExec Hash: 1, 1, 90, 1 MB   =>   task 1: partition 1     task 3: partition 2, shared     task 4: partition 3
///   ShuffleReadExec Hash
/// </code>
/// Only along a <see cref="ProbeSpine"/>: a grouping or window above the exchange needs its rows together.
/// </remarks>
public sealed class SplitSkewedPartitions : AdaptiveRule
{
    public override Stage Apply(Stage stage, AdaptiveContext context)
    {
        if (stage.Ranges is not null || context.Topology.Slots == 1 || PartitionSizes.Of(stage, context) is null || ProbeSpine.Of(stage.Plan) is not { } spine
            || !spine.PartitionedJoins.All(static join => IsOfOnePartition(join.Right)))
        {
            return stage;
        }

        NodeList<long> bytes = context.SizeOf(spine.Read.Stage)!.PartitionBytes;
        long median = bytes.Order().ElementAt(bytes.Count / 2);
        var ranges = new List<PartitionRange>();
        for (int i = 0; i < bytes.Count; i++)
        {
            int sharers = Sharers(bytes[i], median, context);
            ranges.AddRange(Enumerable.Repeat(new PartitionRange(i, i + 1, sharers), sharers));
            if (sharers > 1)
            {
                context.Decide(this, stage, string.Create(CultureInfo.InvariantCulture, $"partition {i} in {sharers} tasks, {bytes[i]} bytes, median {median}"));
            }
        }

        if (ranges.Count == bytes.Count)
        {
            return stage;
        }

        ExecPlan plan = spine.Rebuild(stage.Plan, static (join, left) => join with { Left = left }, spine.Read with { TakesTurns = true });
        return PartitionRange.Set(stage with { Plan = plan }, [.. ranges], context.Topology);
    }

    /// <summary>Tasks for a partition: no more than slots, and none with less than a partition of usual size.</summary>
    private static int Sharers(long bytes, long median, AdaptiveContext context)
    {
        AdaptiveSettings settings = context.Settings;
        return bytes < settings.SkewBytes || bytes <= settings.SkewFactor * median ? 1 : (int)Math.Clamp(bytes / Math.Max(median, settings.LeastPartitionBytes), 2, context.Topology.Slots);
    }

    /// <summary>Whether one task can make all rows of a partition of a build side: scans hand theirs out among tasks, and joins count on all of them.</summary>
    private static bool IsOfOnePartition(ExecPlan plan) => plan is ShuffleReadExec { Exchange.Kind: ExchangeKind.Hash } || (plan is UnaryExec unary && IsOfOnePartition(unary.Input));
}
