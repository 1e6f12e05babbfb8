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

    /// <summary>What a stage kept for the stages that read it (rows: those written); null when it kept nothing.</summary>
    NodeMetrics? OfOutput(StageId stage);
}

/// <summary>What EXPLAIN puts below a plan.</summary>
/// <param name="Planning">Time from the text to the plan; null: it is not known apart.</param>
/// <param name="Execution">Time from the start to the last row; null: it did not run.</param>
/// <param name="Memory">Memory of the query as a whole; null: it did not run.</param>
/// <param name="Adaptation">What was changed while it ran; null: nothing.</param>
public sealed record ExplainSummary(TimeSpan? Planning, TimeSpan? Execution, MemorySummary? Memory = null, AdaptationSummary? Adaptation = null);

/// <summary>How the plan that ran came from the plan that was made.</summary>
/// <param name="InitialPlan">The plan that was made.</param>
/// <param name="Decisions">Each change and its reason.</param>
public sealed record AdaptationSummary(ExplainNode InitialPlan, IReadOnlyList<string> Decisions);

/// <summary>Memory of a query that ran.</summary>
/// <param name="PeakBytes">The most that it held at once: what its operators and exchanges held then, and the next.</param>
/// <param name="ElsewhereBytes">What no operator and no exchange held at that moment.</param>
/// <param name="LeftOutBytes">What operators held then that the plan does not show, because adaptive execution left their stages out.</param>
/// <param name="WaitingBytes">The most that waited for the client at once; operators are shown to hold it.</param>
public sealed record MemorySummary(long PeakBytes, long ElsewhereBytes, long LeftOutBytes, long WaitingBytes);
