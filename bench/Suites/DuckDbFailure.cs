namespace SqlCluster.Bench.Suites;

/// <summary>DuckDB ended a statement with an error, or its process ended.</summary>
internal sealed class DuckDbFailure(string reason) : Exception(reason);
