using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>What can be wrong with CSV and JSON files.</summary>
internal static class TextFileErrors
{
    public static QueryException MixedFormats(string first, FileFormat firstFormat, string other, FileFormat otherFormat) =>
        new("42809", ErrorKind.User, $"files of several kinds cannot be one table: \"{first}\" is {firstFormat}, \"{other}\" is {otherFormat}")
        {
            Hint = "Name the files of one kind with a pattern, such as 'folder/*.parquet'.",
        };

    public static QueryException Missing(string path) => new("58P01", ErrorKind.User, $"no such file: \"{path}\"");

    /// <param name="path">The path.</param>
    /// <param name="kind">What it is, with an article.</param>
    public static QueryException NotAFile(string path, string kind) => new("42809", ErrorKind.User, $"not a file but {kind}: \"{path}\"");

    public static QueryException NotAllowed(string path, Exception cause) => new("42501", ErrorKind.User, $"not allowed to read file: \"{path}\"", inner: cause);

    public static QueryException InputOutput(string path, Exception cause) => FileHandles.AreUsedUp(cause)
        ? FileHandleErrors.NoneLeft(path, cause)
        : new("58030", ErrorKind.User, $"could not read file \"{path}\": {cause.Message}", inner: cause);

    public static QueryException Changed(string path) => new("58030", ErrorKind.User, $"file changed while it was read: \"{path}\"");

    public static QueryException Damaged(string path, long line, Exception cause) =>
        new("58030", ErrorKind.User, $"compressed file is damaged or cut off behind line {line}: \"{path}\"", inner: cause);

    public static QueryException NotUtf8(string path, long line) =>
        new("22021", ErrorKind.User, $"invalid byte sequence for encoding \"UTF8\" in \"{path}\", line {line}");

    public static QueryException RecordTooLong(string path, long line) =>
        new("54000", ErrorKind.User, $"a record is longer than {TextBlockSource.LargestRecordBytes >> 20} MB in \"{path}\", line {line}");

    /// <param name="path">The file.</param>
    /// <param name="line">Counted from 1.</param>
    /// <param name="problem">What is wrong there.</param>
    /// <param name="foundQuote">The quote that is in the way, where nobody named it.</param>
    public static QueryException Malformed(string path, long line, string problem, char? foundQuote = null) =>
        new("22P04", ErrorKind.User, $"{problem} in \"{path}\", line {line}")
        {
            Hint = foundQuote is null ? null : $"The quote was taken to be {foundQuote}; quote => '' says that there is none.",
        };

    /// <summary>A header that is not the first file's: its columns are others, or in another order, or it is no header.</summary>
    public static QueryException OtherColumns(string path, int place, string? name, string? expected) => new(
        "22P04", ErrorKind.User,
        (name, expected) switch
        {
            (null, _) => $"column \"{expected}\" of the first file is missing in \"{path}\"",
            (_, null) => $"column \"{name}\", which the first file does not have, in \"{path}\"",
            _ => $"column {place} is \"{name}\" instead of \"{expected}\", as in the first file, in \"{path}\"",
        })
    {
        Hint = "Files whose columns differ are read by the columns' names with union_by_name => true; header => false says that there are no names.",
    };

    /// <summary>A value that is not of its column's type.</summary>
    public static QueryException BadValue(string path, long line, string column, SqlType type, string text)
    {
        string shown = text.Length > 100 ? text[..100] + "..." : text;
        string state = type.Kind is TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz ? "22007" : "22P02";
        return new QueryException(state, ErrorKind.User, $"invalid input syntax for type {type}: \"{shown}\" in \"{path}\", line {line}, column {column}")
        {
            Hint = $"The type came from the first rows or from a declaration: give the column another (types => {{'{column}': 'text'}}), read more rows first (sample_size => -1), "
                + "read all columns as text (all_varchar => true) or skip bad rows (ignore_errors => true).",
        };
    }

    public static QueryException BadJson(string path, long line, Exception cause) =>
        new("22P02", ErrorKind.User, $"invalid input syntax for type json in \"{path}\", line {line}", inner: cause);

    public static QueryException UnknownOption(string format, string name) => new("22023", ErrorKind.User, $"option not recognized for {format}: \"{name}\"");

    public static QueryException InvalidOption(string name, string value, string? hint = null) =>
        new("22023", ErrorKind.User, $"invalid value for option \"{name}\": \"{value}\"") { Hint = hint };
}
