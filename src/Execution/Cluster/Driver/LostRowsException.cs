namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>An output of a stage is lost that cannot be made again as it was: the query begins anew.</summary>
internal sealed class LostRowsException(string message) : Exception(message);
