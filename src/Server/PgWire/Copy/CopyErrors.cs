using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>Errors of COPY over the protocol, in PostgreSQL's words.</summary>
internal static class CopyErrors
{
    public static QueryException Conflict() => new("42601", ErrorKind.User, "conflicting or redundant options");

    public static QueryException UnknownFormat(string format) => Invalid($"COPY format \"{format}\" not recognized");

    public static QueryException UnknownEncoding(string encoding) =>
        new("22023", ErrorKind.User, $"argument to option \"encoding\" must be a valid encoding name") { Detail = $"Only UTF8 is supported, not \"{encoding}\"." };

    public static QueryException OnlyCsv(string option) => Unsupported($"COPY {option.Replace('_', ' ')} available only in CSV mode");

    public static QueryException NotBinary(string option) => option == "header"
        ? Unsupported("cannot specify HEADER in BINARY mode")
        : new QueryException("42601", ErrorKind.User, $"cannot specify {option.ToUpperInvariant()} in BINARY mode");

    public static QueryException WrongDirection(string option, bool isFrom) => Unsupported($"COPY {option} only available using COPY {(isFrom ? "TO" : "FROM")}");

    public static QueryException MatchOnlyFrom() => Unsupported("cannot use \"match\" with HEADER in COPY TO");

    public static QueryException WrongHeader() => new("42601", ErrorKind.User, "header requires a Boolean value or \"match\"");

    public static QueryException NeedsValue(string option) => new("42601", ErrorKind.User, $"{option} requires a parameter");

    public static QueryException Invalid(string what) => new("22023", ErrorKind.User, what);

    public static QueryException Unsupported(string what) => new("0A000", ErrorKind.Unsupported, what);

    public static QueryException BadFile(string what) => new("22P04", ErrorKind.User, what);

    public static QueryException LineBreak(string which, bool isCsv) =>
        new("22P04", ErrorKind.User, $"{(isCsv ? "unquoted" : "literal")} {which} found in data")
        {
            Hint = isCsv ? $"Use quoted CSV field to represent {which}." : $"Use \"{(which == "newline" ? "\\n" : "\\r")}\" to represent {which}.",
        };

    public static QueryException BadUtf8(ReadOnlySpan<byte> text) => PgErrors.BadUtf8(text);

    public static QueryException ZeroByte() => new("22021", ErrorKind.User, "invalid byte sequence for encoding \"UTF8\": 0x00");

    public static QueryException LineTooLong() => new("54000", ErrorKind.Resources, "a row of COPY is too long");

    public static QueryException Failed(string reason) => new("57014", ErrorKind.Cancelled, $"COPY from stdin failed: {reason}");

    public static QueryException UnexpectedMessage(char type) => new("08P01", ErrorKind.User, $"unexpected message type 0x{(int)type:X2} during COPY from stdin");

    /// <summary>The error with the place in the data where it happened.</summary>
    public static QueryException At(QueryException error, string context) => new(error.SqlState, error.Kind, error.Message, 0, error)
    {
        Detail = error.Detail, Hint = error.Hint, Context = error.Context == null ? context : $"{error.Context}\n{context}", SchemaName = error.SchemaName, TableName = error.TableName, ColumnName = error.ColumnName, DataTypeName = error.DataTypeName, ConstraintName = error.ConstraintName,
    };
}
