using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Turns what goes wrong with a Parquet file into the error that ends the query.</summary>
internal static class ParquetErrors
{
    public static QueryException Unreadable(ParquetException error) => new(
        error.SqlState,
        error.SqlState == ParquetException.Unsupported ? ErrorKind.Unsupported : ErrorKind.User,
        error.Message,
        inner: error);

    public static QueryException Missing(string path) => new("58P01", ErrorKind.User, $"no such file: \"{path}\"");

    public static QueryException NotAllowed(string path, Exception cause) => new("42501", ErrorKind.User, $"not allowed to read file: \"{path}\"", inner: cause);

    public static QueryException InputOutput(string path, Exception cause) => FileHandles.AreUsedUp(cause)
        ? FileHandleErrors.NoneLeft(path, cause)
        : new("58030", ErrorKind.User, $"could not read file \"{path}\": {cause.Message}", inner: cause);

    public static QueryException Changed(string path) => new("58030", ErrorKind.User, $"file changed while it was read: \"{path}\"");

    public static QueryException OtherType(string column, string type, string path, string otherType) => new(
        "0A000", ErrorKind.Unsupported, $"files of one table disagree: column \"{column}\" is {type}, but {otherType} in \"{path}\"");

    public static QueryException OtherTable(string path, string firstPath) => new(
        "0A000", ErrorKind.Unsupported, $"files of one table disagree: none of the columns of \"{firstPath}\" is in \"{path}\"")
    {
        Hint = "read_parquet(…, union_by_name => true) reads files of different tables as one.",
    };
}
