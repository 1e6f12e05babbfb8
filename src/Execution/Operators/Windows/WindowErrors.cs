using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>The errors that window functions end in.</summary>
internal static class WindowErrors
{
    public static QueryException InvalidBuckets() => new("22014", ErrorKind.User, "argument of ntile must be greater than zero");

    public static QueryException InvalidNth() => new("22016", ErrorKind.User, "argument of nth_value must be greater than zero");

    /// <param name="end">starting or ending.</param>
    public static QueryException NullOffset(string end) => new("22004", ErrorKind.User, $"frame {end} offset must not be null");

    /// <param name="end">starting or ending.</param>
    public static QueryException NegativeOffset(string end) => new("22013", ErrorKind.User, $"frame {end} offset must not be negative");

    public static QueryException InvalidRange() => new("22013", ErrorKind.User, "invalid preceding or following size in window function");

    public static QueryException Distinct() => new("0A000", ErrorKind.Unsupported, "DISTINCT is not implemented for window functions");
}
