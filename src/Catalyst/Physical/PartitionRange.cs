namespace SqlCluster.Catalyst.Physical;

/// <summary>The partitions of a stage's hash exchanges that one of its tasks reads.</summary>
/// <param name="Start">First partition.</param>
/// <param name="End">Behind the last one.</param>
/// <param name="Sharers">How many tasks, one behind the other, have this same range: they take turns at its probe rows and share the join tables of the rest.</param>
public sealed record PartitionRange(int Start, int End, int Sharers = 1)
{
    /// <summary>No partition at all.</summary>
    public static readonly PartitionRange None = new(0, 0);

    /// <summary>One range a partition: how a stage is planned.</summary>
    public static IReadOnlyList<PartitionRange> Each(int partitions) => [.. Enumerable.Range(0, partitions).Select(static partition => new PartitionRange(partition, partition + 1))];

    /// <summary>The range of a task.</summary>
    public static PartitionRange Of(Stage stage, int task) =>
        stage.Ranges is not { } ranges ? new PartitionRange(task, task + 1) : task < ranges.Count ? ranges[task] : None;

    /// <summary>The stage with other ranges, a task for each of them.</summary>
    internal static Stage Set(Stage stage, NodeList<PartitionRange> ranges, Topology topology)
    {
        Stage changed = stage with { Ranges = ranges };
        return changed with { Tasks = TaskCount.Of(changed, topology) };
    }

    public bool Contains(int partition) => partition >= Start && partition < End;
}
