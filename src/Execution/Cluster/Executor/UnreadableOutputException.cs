using SqlCluster.Execution.Cluster.Protos;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>An output that a share needs cannot be fetched: its executor is gone, or has forgotten it. The driver makes it anew.</summary>
internal sealed class UnreadableOutputException(ShareOutput output, Exception? inner)
    : Exception($"stage {output.Stage}, share {output.Share} cannot be fetched from {output.Executor.Host}:{output.Executor.Port}: {inner?.Message ?? "it is not there"}", inner)
{
    public ShareOutput Output { get; } = output;
}
