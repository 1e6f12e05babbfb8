using SqlCluster.Catalyst.Physical;

namespace SqlCluster.Catalyst.Explain;

/// <summary>What one plan node did, over all of its tasks.</summary>
/// <param name="Rows">Rows put out.</param>
/// <param name="Batches">Batches put out.</param>
/// <param name="Time">Time in the node and its inputs, summed over tasks.</param>
/// <param name="Counters">Further numbers by name: bytes read, row groups pruned, peak memory, ...</param>
public sealed record NodeMetrics(long Rows, long Batches, TimeSpan Time, IReadOnlyDictionary<string, long> Counters);

/// <summary>Metrics of a plan that has run; implemented by the layer that runs plans.</summary>
public interface IPlanMetrics
{
    /// <summary>What a node of a stage's plan did, by reference; null when it never ran.</summary>
    NodeMetrics? Of(ExecPlan node);
}

/// <summary>Times that EXPLAIN puts below a plan.</summary>
public sealed record ExplainSummary(TimeSpan Planning, TimeSpan? Execution);
