namespace SqlCluster.Server.Tests.Abuse;

/// <summary>These tests measure the process, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(AbuseCollection), DisableParallelization = true)]
public sealed class AbuseCollection;
