using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Catalogs;

/// <summary>Errors about schemas, tables and views.</summary>
internal static class CatalogErrors
{
    private const int MaxListed = 100;

    public static QueryException NoSchema(string name, int position = 0) => new("3F000", ErrorKind.User, $"schema \"{name}\" does not exist", position);

    /// <summary>A name of the system's for a schema of a user's.</summary>
    public static QueryException ReservedSchemaName(string name) =>
        new("42939", ErrorKind.User, $"unacceptable schema name \"{name}\"") { Detail = "The prefix \"pg_\" is reserved for system schemas." };

    public static QueryException SystemSchema(string name) => new("2BP01", ErrorKind.User, $"cannot drop schema {name} because it is required by the database system");

    public static QueryException NoPermission(string kind, string name, int position = 0) => new("42501", ErrorKind.User, $"permission denied for {kind} {name}", position);

    public static QueryException NotOwner(string kind, string name) => new("42501", ErrorKind.User, $"must be owner of {kind} {name}");

    public static QueryException NotTemporary(int position) => new("42P16", ErrorKind.User, "cannot create temporary relation in non-temporary schema", position);

    /// <param name="what">The one object that was to be dropped, in words; null for several.</param>
    /// <param name="lines">What depends on what.</param>
    public static QueryException StillNeeded(string? what, IEnumerable<string> lines) => new(
        "2BP01", ErrorKind.User, what == null ? "cannot drop desired object(s) because other objects depend on them" : $"cannot drop {what} because other objects depend on it")
    {
        Detail = Listed([.. lines]), Hint = "Use DROP ... CASCADE to drop the dependent objects too.",
    };

    /// <summary>Lines, so many as one can read.</summary>
    public static string Listed(IReadOnlyList<string> lines) =>
        string.Join('\n', lines.Take(MaxListed)) + (lines.Count > MaxListed ? FormattableString.Invariant($"\nand {lines.Count - MaxListed} other objects") : "");

    /// <summary>CREATE OR REPLACE VIEW that is not what the view was, with more columns at most.</summary>
    public static QueryException InvalidView(string what, string? hint = null) => new("42P16", ErrorKind.User, what) { Hint = hint };

    public static QueryException SchemaExists(string name) => new("42P06", ErrorKind.User, $"schema \"{name}\" already exists");

    public static QueryException RelationExists(string name) => new("42P07", ErrorKind.User, $"relation \"{name}\" already exists");

    /// <param name="kind">"table", "view".</param>
    public static QueryException NoRelation(string kind, string name, int position = 0) => new("42P01", ErrorKind.User, $"{kind} \"{name}\" does not exist", position);

    /// <param name="kind">"type", "role", "collation".</param>
    public static QueryException NoObject(string kind, string name) => new("42704", ErrorKind.User, $"{kind} \"{name}\" does not exist");

    /// <param name="name">What was named.</param>
    /// <param name="kind">What it should be: table, view, index.</param>
    /// <param name="found">What it is, where the hint is to use another DROP.</param>
    public static QueryException WrongKind(string name, string kind, string? found = null) => new("42809", ErrorKind.User, $"\"{name}\" is not {(kind == "index" ? "an" : "a")} {kind}")
    {
        Hint = found == null ? null : $"Use DROP {found.ToUpperInvariant()} to remove {(found == "index" ? "an" : "a")} {found}.",
    };

    public static QueryException SequenceEnds(string name, string end, long value) =>
        new("2200H", ErrorKind.User, $"nextval: reached {end} value of sequence \"{name}\" ({value})");

    public static QueryException OutsideOfSequence(long value, string name, long minimum, long maximum) =>
        new("22003", ErrorKind.User, $"setval: value {value} is out of bounds for sequence \"{name}\" ({minimum}..{maximum})");

    public static QueryException NoCurrentValue(string name) => new("55000", ErrorKind.User, $"currval of sequence \"{name}\" is not yet defined in this session");

    public static QueryException NoLastValue() => new("55000", ErrorKind.User, "lastval is not yet defined in this session");

    public static QueryException SequenceOption(string message) => new("22023", ErrorKind.User, message);

    public static QueryException SequenceType() => SequenceOption("sequence type must be smallint, integer, or bigint");

    public static QueryException IdentityType() => SequenceOption("identity column type must be smallint, integer, or bigint");

    public static QueryException ConflictingOptions(int position) => new("42601", ErrorKind.User, "conflicting or redundant options", position);

    public static QueryException InvalidOwner() => new("42601", ErrorKind.User, "invalid OWNED BY option") { Hint = "Specify OWNED BY table.column or OWNED BY NONE." };

    public static QueryException OwnedSequence(string sequence, string table, string column) =>
        new("2BP01", ErrorKind.User, $"cannot drop sequence {sequence} because other objects depend on it")
        {
            Detail = $"default value for column {column} of table {table} depends on sequence {sequence}",
            Hint = "Use DROP ... CASCADE to drop the dependent objects too.",
        };

    public static QueryException ReadOnlyTable(string name) => new("25006", ErrorKind.User, $"cannot write to table \"{name}\": its rows are files");

    public static QueryException TooManyNameParts(string name, int position = 0) => new("42601", ErrorKind.User, $"improper qualified name (too many dotted names): {name}", position);

    public static QueryException CrossDatabase(string name, int position = 0) => new("0A000", ErrorKind.Unsupported, $"cross-database references are not implemented: \"{name}\"", position);

    /// <param name="path">As the user wrote it.</param>
    public static QueryException NoFile(string path) => new("58P01", ErrorKind.User, $"no such file or folder: '{path}'");

    public static QueryException UnknownFormat(string path) =>
        new("0A000", ErrorKind.Unsupported, $"not a table file: '{path}'") { Hint = "Files that can be read end in .parquet, .csv, .tsv, .json, .jsonl or .ndjson, folders hold such files." };
}
