using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Transactions;

/// <summary>Errors of transactions, in PostgreSQL's words.</summary>
internal static class TransactionErrors
{
    private const string Retry = "The transaction might succeed if retried.";

    public static QueryException ConcurrentUpdate() => new("40001", ErrorKind.User, "could not serialize access due to concurrent update") { Hint = Retry };

    public static QueryException ReadWriteDependency() =>
        new("40001", ErrorKind.User, "could not serialize access due to read/write dependencies among transactions") { Hint = Retry };

    public static QueryException Deadlock() => new("40P01", ErrorKind.User, "deadlock detected");

    public static QueryException LockTimeout() => new("55P03", ErrorKind.User, "canceling statement due to lock timeout");

    public static QueryException Failed() => new("25P02", ErrorKind.User, "current transaction is aborted, commands ignored until end of transaction block");

    public static QueryException NotInTransaction(string statement) => new("25P01", ErrorKind.User, $"{statement} can only be used in transaction blocks");

    public static QueryException InTransaction(string statement) => new("25001", ErrorKind.User, $"{statement} cannot run inside a transaction block");

    public static QueryException ReadOnly(string statement) => new("25006", ErrorKind.User, $"cannot execute {statement} in a read-only transaction");

    public static QueryException IsolationTooLate() => new("25001", ErrorKind.User, "SET TRANSACTION ISOLATION LEVEL must be called before any query");

    public static QueryException DeferrableTooLate() => new("25001", ErrorKind.User, "SET TRANSACTION [NOT] DEFERRABLE must be called before any query");

    public static QueryException AccessModeTooLate() => new("25001", ErrorKind.User, "transaction read-write mode must be set before any query");

    public static QueryException NoSavepoint(string name) => new("3B001", ErrorKind.User, $"savepoint \"{name}\" does not exist");

    public static QueryException IsDetached(string statement) =>
        new("25001", ErrorKind.User, $"{statement} cannot run inside a transaction of BeginTransaction") { Hint = "Use EndTransaction." };

    /// <summary>The session ended while one of its statements ran.</summary>
    public static QueryException Ended() => new("25P01", ErrorKind.User, "the transaction has ended");
}
