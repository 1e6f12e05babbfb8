using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Cluster;

/// <summary>Errors that only queries on executors in other processes end in.</summary>
internal static class ClusterErrors
{
    /// <param name="cause">Which one was lost last, and why.</param>
    public static QueryException NoExecutors(string? cause) => new("58000", ErrorKind.Resources, "all executors are lost")
    {
        Detail = cause,
        Hint = "Run the statement again: without executors it runs in the server itself.",
    };

    public static QueryException LostDuringResult(string executor, string cause) => new("58000", ErrorKind.Resources, $"executor {executor} was lost while it sent rows")
    {
        Detail = cause,
        Hint = "Rows that the client has cannot be made anew. Run the statement again.",
    };

    /// <summary>Rows of a stage that cannot be made again as they were, while the client has some of the result.</summary>
    public static QueryException RowsLost(string what) => new("58000", ErrorKind.Resources, what)
    {
        Hint = "Rows that the client has cannot be made anew. Run the statement again.",
    };

    public static QueryException TooManyAttempts(int stage, int share, int attempts, string cause) =>
        new("58000", ErrorKind.Resources, $"share {share} of stage {stage} failed {attempts} times") { Detail = cause };

    public static QueryException OtherFiles(string table) => new("58030", ErrorKind.Resources, $"the files of \"{table}\" are not those that the server sees")
    {
        Hint = "Executors need the same files under the same paths; they must not change while a statement runs.",
    };

    public static QueryException BadAnswer(string what) => new("XX000", ErrorKind.Internal, $"an executor answered with {what}");
}
