using System.Globalization;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Lets one task read several small neighbouring partitions of the exchanges below a stage.</summary>
/// <remarks>
/// Partitions are summed over all exchanges of the stage, which are cut alike, so rows of equal keys stay together. Tasks are not fewer than slots as long as each has
/// <see cref="AdaptiveSettings.LeastPartitionBytes"/> to read.
/// <code>
/// ExchangeExec Hash [k] partitions 8      =>      ExchangeExec Hash [k] partitions 8 → 2 (coalesced)
/// </code></remarks>
public sealed class CoalescePartitions : AdaptiveRule
{
    public override Stage Apply(Stage stage, AdaptiveContext context)
    {
        if (PartitionSizes.Of(stage, context) is not { } sizes)
        {
            return stage;
        }

        long target = Math.Min(context.Settings.PartitionBytes, Math.Max(context.Settings.LeastPartitionBytes, sizes.Total / context.Topology.Slots));
        IReadOnlyList<PartitionRange> ranges = stage.Ranges ?? PartitionRange.Each(sizes.Count);
        List<PartitionRange> joined = Join(ranges, sizes, target);
        if (joined.Count == ranges.Count)
        {
            return stage;
        }

        context.Decide(this, stage, string.Create(CultureInfo.InvariantCulture, $"partitions {ranges.Count} → {joined.Count}, {sizes.Total} bytes"));
        return PartitionRange.Set(stage, [.. joined], context.Topology);
    }

    /// <summary>Joins neighbours while their sum stays within the target; what is shared by several tasks stays alone.</summary>
    private static List<PartitionRange> Join(IReadOnlyList<PartitionRange> ranges, PartitionSizes sizes, long target)
    {
        var joined = new List<PartitionRange>();
        long bytes = 0;
        foreach (PartitionRange range in ranges)
        {
            long own = sizes.BytesOf(range);
            if (joined.Count > 0 && range.Sharers == 1 && joined[^1].Sharers == 1 && bytes + own <= target)
            {
                joined[^1] = joined[^1] with { End = range.End };
                bytes += own;
            }
            else
            {
                joined.Add(range);
                bytes = own;
            }
        }

        return joined;
    }
}
