using SqlCluster.Catalyst.Optimizer.Statistics;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Thresholds of physical planning.</summary>
public sealed record PlannerSettings
{
    private static readonly PlannerSettings Default = new();

    /// <summary>Largest build side, in estimated bytes, that is broadcast; larger joins are partitioned by their keys. In one process the rows of a broadcast are shared.</summary>
    public double BroadcastBytes { get; init; } = 512e6;

    /// <summary>The same between machines, where each executor gets a copy.</summary>
    public double RemoteBroadcastBytes { get; init; } = 32e6;

    /// <summary>Up to so many estimated groups, partial results are gathered into one task instead of being spread by hash.</summary>
    public double GatheredGroups { get; init; } = 4096;

    /// <summary>Largest LIMIT + OFFSET for which each task keeps a heap of its first rows instead of sorting.</summary>
    public long TopNRows { get; init; } = 100_000;

    /// <summary>Whether build sides make filters for the scans of the probe side.</summary>
    public bool RuntimeFilters { get; init; } = true;

    /// <summary>Thresholds with a largest broadcast of so many bytes; between machines it is never larger than by default.</summary>
    public static PlannerSettings WithBroadcasts(double bytes) => new() { BroadcastBytes = bytes, RemoteBroadcastBytes = Math.Min(Default.RemoteBroadcastBytes, bytes) };

    /// <summary>Share of the probe side's key values that the build side may hold before a runtime filter is not worth its cost.</summary>
    public double RuntimeFilterShare { get; init; } = 0.9;
}

/// <summary>What physical planning depends on besides the plan.</summary>
/// <param name="Topology">Where the plan will run.</param>
/// <param name="Settings">Thresholds.</param>
/// <param name="Estimator">Estimates of the plan's nodes; may have seen the plan already.</param>
public sealed record PlannerContext(Topology Topology, PlannerSettings Settings, PlanEstimator Estimator)
{
    /// <summary>Ends the planning of a large query.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Default thresholds and a fresh estimator.</summary>
    public static PlannerContext For(Topology topology) => new(topology, new PlannerSettings(), new PlanEstimator());
}
