using SqlCluster.Parser.Errors;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Errors of the command line itself, in the engine's form.</summary>
internal static class CliErrors
{
    public static QueryException File(string path, Exception cause) => cause switch
    {
        UnauthorizedAccessException when Directory.Exists(path) => new QueryException("42809", ErrorKind.User, $"this is a folder: '{path}'", inner: cause),
        UnauthorizedAccessException => new QueryException("42501", ErrorKind.User, $"permission denied: '{path}'", inner: cause),
        FileNotFoundException => new QueryException("58P01", ErrorKind.User, $"no such file: '{path}'", inner: cause),
        DirectoryNotFoundException => new QueryException("58P01", ErrorKind.User, $"no such folder for '{path}'", inner: cause),
        _ => new QueryException("58030", ErrorKind.Resources, $"input/output error: {cause.Message}", inner: cause),
    };

    public static QueryException NoTarget(string path) => new("58P01", ErrorKind.User, $"no such file or folder: '{path}'");

    public static QueryException Cancelled() => new("57014", ErrorKind.Cancelled, "canceling statement due to user request");

    public static QueryException NoRows(string path) => new("02000", ErrorKind.User, $"no statement returned rows: '{path}' is not written");

    public static QueryException OneResult(string path, string format, string ending) =>
        new("0A000", ErrorKind.Unsupported, $"{(format[0] == 'A' ? "an" : "a")} {format} file holds the rows of one statement: '{path}'") { Hint = $"Run the statements one by one, or use COPY (query) TO 'file.{ending}'." };
}
