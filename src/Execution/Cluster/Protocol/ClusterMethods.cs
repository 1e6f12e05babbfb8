namespace SqlCluster.Execution.Cluster.Protocol;

/// <summary>Paths of the calls between driver and executors; rows go through Flight's DoGet.</summary>
internal static class ClusterMethods
{
    /// <summary>Grows with every change that the other side would misread; executors of another version are turned away.</summary>
    public const int Version = 1;

    public const string Register = Driver + "Register";
    public const string Heartbeat = Driver + "Heartbeat";
    public const string RunShare = Executor + "RunShare";
    public const string EndQuery = Executor + "EndQuery";
    public const string Ping = Executor + "Ping";
    private const string Driver = "/sqlcluster.cluster.v1.Driver/";
    private const string Executor = "/sqlcluster.cluster.v1.Executor/";
}
