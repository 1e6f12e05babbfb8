using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Sessions;

/// <summary>PostgreSQL's advisory locks: there are none, but connection pools release them all.</summary>
internal static class AdvisoryLocks
{
    public static readonly ScalarFunction[] Overloads =
    [
        ScalarFunction.OfRows("pg_advisory_unlock_all", [], SqlType.Void, static row => row.Set(""), "Releases the session's advisory locks, of which there are never any", ("pg_advisory_unlock_all()", "")),
    ];
}
