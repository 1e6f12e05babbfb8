using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>What can go wrong with a file that is written: PostgreSQL's SQLSTATEs and words, the file's name, and the system's reason.</summary>
public static class FileWriteErrors
{
    private const int InputOutputError = 5;
    private const int Exists = 17;
    private const int NotAFolder = 20;
    private const int IsAFolder = 21;
    private const int FileTooLarge = 27;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>A file that cannot be made.</summary>
    public static QueryException CannotOpen(string path, Exception cause) => Error($"could not open file \"{path}\" for writing", path, cause);

    /// <summary>A file that cannot be written to its end or put in its place.</summary>
    public static QueryException CannotWrite(string path, Exception cause) => Error($"could not write file \"{path}\"", path, cause);

    /// <summary>Whether an exception is one of those that this class explains.</summary>
    /// <remarks>A file beyond its limit comes as an argument out of range, of the length that the file would have.</remarks>
    public static bool IsOne(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>SQLSTATE, kind and reason of a failed operation on a file.</summary>
    private static QueryException Error(string what, string path, Exception cause)
    {
        if (FileHandles.AreUsedUp(cause))
        {
            return FileHandleErrors.NoneLeft(path, cause);
        }

        (string state, ErrorKind kind, string reason) = cause switch
        {
            IOException when File.Exists(path) && cause.HResult == Exists => ("42809", ErrorKind.User, "Not a directory"),
            UnauthorizedAccessException when Directory.Exists(path) => ("42809", ErrorKind.User, "Is a directory"),
            UnauthorizedAccessException => ("42501", ErrorKind.User, "Permission denied"),
            DirectoryNotFoundException or FileNotFoundException => ("58P01", ErrorKind.User, "No such file or directory"),
            SpecialFileException special => ("42809", ErrorKind.User, $"Is {special.Kind}"),
            ArgumentOutOfRangeException => ("53100", ErrorKind.Resources, "File too large"),
            PathTooLongException => ("42602", ErrorKind.User, "File name too long"),
            _ => cause.HResult switch
            {
                NoSpace or WindowsDiskFull => ("53100", ErrorKind.Resources, "No space left on device"),
                QuotaExceeded => ("53100", ErrorKind.Resources, "Disk quota exceeded"),
                FileTooLarge => ("53100", ErrorKind.Resources, "File too large"),
                ReadOnlyFileSystem => ("42501", ErrorKind.User, "Read-only file system"),
                NotAFolder => ("42809", ErrorKind.User, "Not a directory"),
                IsAFolder => ("42809", ErrorKind.User, "Is a directory"),
                InputOutputError => ("58030", ErrorKind.Resources, "Input/output error"),
                _ => ("58030", ErrorKind.Resources, cause.Message),
            },
        };
        return new QueryException(state, kind, $"{what}: {reason}", inner: cause);
    }
}
