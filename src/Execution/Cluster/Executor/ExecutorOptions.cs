using SqlCluster.Execution.Cluster.Protocol;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>What an executor brings along.</summary>
/// <param name="Cores">Tasks that run at once.</param>
/// <param name="MemoryBytes">What all queries together may hold.</param>
/// <param name="Folder">Where rows go that do not fit in memory.</param>
/// <param name="Secret">Shared with the driver.</param>
public sealed record ExecutorOptions(int Cores, long MemoryBytes, string Folder, ClusterSecret Secret);
