namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Thresholds of adaptive execution.</summary>
public sealed record AdaptiveSettings
{
    public static readonly AdaptiveSettings Default = new();

    /// <summary>Whether plans change while they run.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Names of rules that are switched off.</summary>
    public NodeList<string> DisabledRules { get; init; } = NodeList<string>.Empty;

    /// <summary>Bytes of an exchange's rows that one task should read: neighbours are joined up to this.</summary>
    public long PartitionBytes { get; init; } = 1 << 20;

    /// <summary>Bytes below which a partition is not worth a task of its own, although slots are left without work.</summary>
    public long LeastPartitionBytes { get; init; } = 128 << 10;

    /// <summary>Largest build side, in bytes, that is broadcast after all.</summary>
    public long BroadcastBytes { get; init; } = 512 << 20;

    /// <summary>How many times larger than the median a partition must be to be split.</summary>
    public double SkewFactor { get; init; } = 5;

    /// <summary>Bytes that a partition must have to be split.</summary>
    public long SkewBytes { get; init; } = 4 << 20;
}
