using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>What is said when there are no more file handles; PostgreSQL's SQLSTATE for EMFILE and ENFILE.</summary>
internal static class FileHandleErrors
{
    public static QueryException NoneLeft(string path, Exception cause) => new("53000", ErrorKind.Resources, $"could not open file \"{path}\": too many open files", inner: cause)
    {
        Hint = FormattableString.Invariant($"This process may have {FileHandles.Limit} files and connections open, of which files have {FileHandles.MostFiles} (ulimit -n, LimitNOFILE)."),
    };
}
