using SqlCluster.Arrow.Memory;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution;

/// <summary>The errors that running a query can end in.</summary>
public static class ExecutionErrors
{
    public static QueryException DivisionByZero() => new("22012", ErrorKind.User, "division by zero");

    /// <param name="type">SQL name of the type whose range was left.</param>
    public static QueryException OutOfRange(string type) => new("22003", ErrorKind.User, $"{type} out of range");

    /// <param name="type">SQL name of the type.</param>
    /// <param name="text">What could not be read as it.</param>
    public static QueryException InvalidText(string type, string text) => new("22P02", ErrorKind.User, $"invalid input syntax for type {type}: \"{text}\"");

    public static QueryException MoreThanOneRow() => new("21000", ErrorKind.User, "more than one row returned by a subquery used as an expression");

    public static QueryException OutOfMemory(MemoryLimitException cause) =>
        new("53200", ErrorKind.Resources, cause.Message, inner: cause) { Hint = "Raise the setting memory_limit, or let the query spill." };

    public static QueryException Cancelled() => new("57014", ErrorKind.Cancelled, "canceling statement due to user request");

    public static QueryException TimedOut() => new("57014", ErrorKind.Cancelled, "canceling statement due to statement timeout");

    public static QueryException Unsupported(string what) => new("0A000", ErrorKind.Unsupported, $"not supported: {what}");

    public static QueryException Internal(string what, Exception? inner = null) => new("XX000", ErrorKind.Internal, $"internal error: {what}", inner: inner);
}
