using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Statements;

/// <summary>Errors of statements other than queries.</summary>
internal static class StatementErrors
{
    public static QueryException PartNotAssignable(string column, SqlType wanted, SqlType given, int position) =>
        new("42804", ErrorKind.User, $"subscripted assignment to \"{column}\" requires type {wanted} but expression is of type {given}", position) { Hint = "You will need to rewrite or cast the expression." };

    public static QueryException NoNotifications() =>
        new("0A000", ErrorKind.Unsupported, "LISTEN is not supported here") { Detail = "Notifications reach clients of PostgreSQL's protocol only." };

    public static QueryException DefaultOfPart(int position) => new("0A000", ErrorKind.Unsupported, "cannot set an array element to DEFAULT", position);

    public static QueryException MergeIntoView(string view) =>
        new("0A000", ErrorKind.Unsupported, $"cannot execute MERGE on relation \"{view}\"") { Detail = "This operation is not supported for views." };

    public static QueryException MergedWithItself(string name) =>
        new("42712", ErrorKind.User, $"name \"{name}\" specified more than once") { Detail = "The name is used both as MERGE target table and data source." };

    public static QueryException WhenNotBoolean(SqlType given, int position) => new("42804", ErrorKind.User, $"argument of WHEN must be type boolean, not type {given}", position);

    public static QueryException InvalidLike(string relation, int position) =>
        new("42809", ErrorKind.User, $"relation \"{relation}\" is invalid in LIKE clause", position) { Detail = "This operation is not supported for sequences." };

    public static QueryException NotSubscriptable(SqlType type, int position) =>
        new("42804", ErrorKind.User, $"cannot subscript type {type} because it does not support subscripting", position);

    public static QueryException GenerationNotImmutable() => new("42P17", ErrorKind.User, "generation expression is not immutable");

    public static QueryException NullabilityConflict(string column, string table, int position) =>
        new("42601", ErrorKind.User, $"conflicting NULL/NOT NULL declarations for column \"{column}\" of table \"{table}\"", position);

    /// <summary>A column with two of what it can have one of.</summary>
    /// <param name="what">As PostgreSQL words it: "multiple default values".</param>
    /// <param name="column">The column.</param>
    /// <param name="table">The table.</param>
    /// <param name="position">Where the second one stands.</param>
    public static QueryException DeclaredTwice(string what, string column, string table, int position) =>
        new("42601", ErrorKind.User, $"{what} specified for column \"{column}\" of table \"{table}\"", position);

    public static QueryException ParameterNotAssignable(int index, SqlType wanted, SqlType given, int position) =>
        new("42804", ErrorKind.User, $"parameter ${index} of type {given} cannot be coerced to the expected type {wanted}", position) { Hint = "You will need to rewrite or cast the expression." };

    public static QueryException UnknownParameterType(int index) => new("42P18", ErrorKind.User, $"could not determine data type of parameter ${index}");

    public static QueryException RecursiveChange(string name, int position) => new("42P19", ErrorKind.User, $"recursive query \"{name}\" must not contain data-modifying statements", position);

    public static QueryException MergeInWith(int position) => new("0A000", ErrorKind.Unsupported, "MERGE not supported in WITH query", position);

    public static QueryException DuplicateWithName(string name, int position) => new("42712", ErrorKind.User, $"WITH query name \"{name}\" specified more than once", position);

    /// <summary>A place that takes queries without changes in WITH only.</summary>
    /// <param name="place">As PostgreSQL names it: "DECLARE CURSOR", "views".</param>
    public static QueryException ChangesInWith(string place) => new("0A000", ErrorKind.Unsupported, $"{place} must not contain data-modifying statements in WITH");

    /// <summary>By the routine pgjdbc and asyncpg know that they should prepare anew.</summary>
    public static QueryException ResultTypeChanged() => new("0A000", ErrorKind.Unsupported, "cached plan must not change result type") { Routine = "RevalidateCachedQuery" };

    public static QueryException TooManyColumns(int limit) => new("54011", ErrorKind.User, $"tables can have at most {limit} columns");

    public static QueryException TooManyColumnNames() => new("42601", ErrorKind.User, "too many column names were specified");

    public static QueryException MoreColumnNamesThanColumns() => new("42601", ErrorKind.User, "CREATE VIEW specifies more column names than columns");

    public static QueryException DuplicateColumn(string name, int position = 0) => new("42701", ErrorKind.User, $"column \"{name}\" specified more than once", position);

    public static QueryException NoRole(string name) => new("22023", ErrorKind.User, $"role \"{name}\" does not exist");

    public static QueryException NoOtherRole(string name) => new("0A000", ErrorKind.Unsupported, $"a session stays its user's: cannot become \"{name}\"") { Hint = "Log in as that user." };

    public static QueryException NoPrivileges(bool isRevoke) =>
        new("0A000", ErrorKind.Unsupported, $"privileges cannot be {(isRevoke ? "taken" : "given")}: every user may do everything") { Hint = "Users are added and removed with sqlcluster user." };

    public static QueryException NoRelation(string name, int position) => new("42P01", ErrorKind.User, $"relation \"{name}\" does not exist", position);

    public static QueryException NoColumn(string column, string table, int position = 0) =>
        new("42703", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" does not exist", position);

    public static QueryException SecondPrimaryKey(string table, int position) => new("42P16", ErrorKind.User, $"multiple primary keys for table \"{table}\" are not allowed", position);

    public static QueryException NoKeyColumn(string column, int position) => new("42703", ErrorKind.User, $"column \"{column}\" named in key does not exist", position);

    public static QueryException RepeatedKeyColumn(string column, string key, int position) => new("42701", ErrorKind.User, $"column \"{column}\" appears twice in {key} constraint", position);

    public static QueryException NotAssignable(string column, SqlType wanted, SqlType given, int position = 0) =>
        new("42804", ErrorKind.User, $"column \"{column}\" is of type {wanted} but expression is of type {given}", position) { Hint = "You will need to rewrite or cast the expression." };

    public static QueryException TooManyExpressions(int position = 0) => new("42601", ErrorKind.User, "INSERT has more expressions than target columns", position);

    public static QueryException TooFewExpressions(int position = 0) => new("42601", ErrorKind.User, "INSERT has more target columns than expressions", position);

    public static QueryException InsertNotDefault(string column, string detail, string? hint) =>
        new("428C9", ErrorKind.User, $"cannot insert a non-DEFAULT value into column \"{column}\"") { Detail = detail, Hint = hint };

    public static QueryException UpdateNotDefault(string column, string detail) =>
        new("428C9", ErrorKind.User, $"column \"{column}\" can only be updated to DEFAULT") { Detail = detail };

    /// <param name="name">Of the constraint or index.</param>
    /// <param name="key">As DETAIL shows it.</param>
    /// <param name="target">The table.</param>
    public static QueryException DuplicateKey(string name, string key, Changes.WrittenTable target) =>
        new("23505", ErrorKind.User, $"duplicate key value violates unique constraint \"{name}\"")
        {
            Detail = $"{key} already exists.",
            SchemaName = target.Schema,
            TableName = target.Table.Name,
            ConstraintName = name,
        };

    public static QueryException NotUnique(string name, string key, string schema, string table) =>
        new("23505", ErrorKind.User, $"could not create unique index \"{name}\"") { Detail = $"{key} is duplicated.", SchemaName = schema, TableName = table, ConstraintName = name };

    public static QueryException ColumnExists(string column, string table) => new("42701", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" already exists");

    public static QueryException ColumnHasNulls(string column, string table, string schema) =>
        new("23502", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" contains null values") { SchemaName = schema, TableName = table, ColumnName = column };

    public static QueryException CheckBroken(string constraint, string table, string schema) =>
        new("23514", ErrorKind.User, $"check constraint \"{constraint}\" of relation \"{table}\" is violated by some row") { SchemaName = schema, TableName = table, ConstraintName = constraint };

    public static QueryException ColumnNeeded(string column, string table, string detail) =>
        new("2BP01", ErrorKind.User, $"cannot drop column {column} of table {table} because other objects depend on it") { Detail = detail, Hint = "Use DROP ... CASCADE to drop the dependent objects too." };

    public static QueryException ViewReads() => new("0A000", ErrorKind.Unsupported, "cannot alter type of a column used by a view or rule");

    public static QueryException NotCastable(string column, SqlType type, bool hasUsing) => hasUsing
        ? new("42804", ErrorKind.User, $"result of USING clause for column \"{column}\" cannot be cast automatically to type {type}") { Hint = "You might need to add an explicit cast." }
        : new("42804", ErrorKind.User, $"column \"{column}\" cannot be cast automatically to type {type}") { Hint = $"You might need to specify \"USING {column}::{type}\"." };

    public static QueryException DefaultNotAssignable(string column, SqlType wanted, SqlType given) =>
        new("42804", ErrorKind.User, $"column \"{column}\" is of type {wanted} but default expression is of type {given}") { Hint = "You will need to rewrite or cast the expression." };

    public static QueryException IsIdentity(string column, string table) => new("42601", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" is an identity column");

    public static QueryException IsGenerated(string column, string table) => new("42601", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" is a generated column");

    public static QueryException NotGenerated(string column, string table) =>
        new("55000", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" is not a stored generated column");

    public static QueryException ColumnOfPrimaryKey(string column) => new("42P16", ErrorKind.User, $"column \"{column}\" is in a primary key");

    public static QueryException IdentityNeedsNotNull(string column, string table) =>
        new("55000", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" must be declared NOT NULL before identity can be added");

    public static QueryException IdentityExists(string column, string table) => new("55000", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" is already an identity column");

    public static QueryException HasDefault(string column, string table) => new("55000", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" already has a default value");

    public static QueryException ConstraintExists(string name, string table) => new("42710", ErrorKind.User, $"constraint \"{name}\" for relation \"{table}\" already exists");

    public static QueryException NoConstraintOf(string name, string table) => new("42704", ErrorKind.User, $"constraint \"{name}\" of relation \"{table}\" does not exist");

    public static QueryException MissingColumn(string name, int position) => new("42703", ErrorKind.User, $"column \"{name}\" does not exist", position);

    public static QueryException NoConflictTarget() =>
        new("42P10", ErrorKind.User, "there is no unique or exclusion constraint matching the ON CONFLICT specification");

    public static QueryException ConflictTargetNeeded(int position) =>
        new("42601", ErrorKind.User, "ON CONFLICT DO UPDATE requires inference specification or constraint name", position) { Hint = "For example, ON CONFLICT (column_name)." };

    public static QueryException NoConstraint(string name, string table) => new("42704", ErrorKind.User, $"constraint \"{name}\" for table \"{table}\" does not exist");

    public static QueryException HitTwice() =>
        new("21000", ErrorKind.User, "ON CONFLICT DO UPDATE command cannot affect row a second time")
        {
            Hint = "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
        };

    public static QueryException MergedTwice() =>
        new("21000", ErrorKind.User, "MERGE command cannot affect row a second time") { Hint = "Ensure that not more than one source row matches any one target row." };

    public static QueryException UnreachableWhen() => new("42601", ErrorKind.User, "unreachable WHEN clause specified after unconditional WHEN clause");

    public static QueryException NoIdentity(string column, string table) =>
        new("55000", ErrorKind.User, $"column \"{column}\" of relation \"{table}\" is not an identity column");

    public static QueryException AssignedTwice(string column) => new("42601", ErrorKind.User, $"multiple assignments to same column \"{column}\"");

    public static QueryException WrongValueCount(int position) => new("42601", ErrorKind.User, "number of columns does not match number of values", position);

    /// <summary>An error about a table, with the table's schema.</summary>
    public static QueryException InSchema(QueryException error, string schema) => new(error.SqlState, error.Kind, error.Message, error.Position, error)
    {
        Detail = error.Detail, Hint = error.Hint, Context = error.Context, SchemaName = schema, TableName = error.TableName, ColumnName = error.ColumnName,
        DataTypeName = error.DataTypeName, ConstraintName = error.ConstraintName,
    };

    /// <summary>A JSON file whose objects have no field that is a column.</summary>
    public static QueryException NoFieldsToCopy(string path, string table, IEnumerable<string> fields) =>
        new("42703", ErrorKind.User, $"file \"{path}\" has no field that is a column of table \"{table}\"") { Detail = $"Its fields are: {string.Join(", ", fields.Take(20))}." };

    public static QueryException NoFileToCopy(string path) => new("58P01", ErrorKind.User, $"could not open file \"{path}\" for reading: No such file or directory")
    {
        Hint = "COPY FROM instructs the server process to read a file. You may want a client-side facility such as psql's \\copy.",
    };

    public static QueryException IsFolder(string path) => new("42809", ErrorKind.User, $"\"{path}\" is a directory") { Hint = "All files of a folder are read when FORMAT is given." };

    public static QueryException NoPreparedStatement(string name) => new("26000", ErrorKind.User, $"prepared statement \"{name}\" does not exist");

    public static QueryException PreparedStatementExists(string name) => new("42P05", ErrorKind.User, $"prepared statement \"{name}\" already exists");

    public static QueryException CursorExists(string name) => new("42P03", ErrorKind.User, $"cursor \"{name}\" already exists");

    public static QueryException CursorOnlyForward() =>
        new("55000", ErrorKind.User, "cursor can only scan forward") { Hint = "Declare it with SCROLL option to enable backward scan." };

    public static QueryException OnlyInTransaction(string statement) => new("25P01", ErrorKind.User, $"{statement} can only be used in transaction blocks");

    public static QueryException NoCursor(string name) => new("34000", ErrorKind.User, $"cursor \"{name}\" does not exist");

    public static QueryException WrongParameterCount(string statement, int expected, int given) =>
        new("42601", ErrorKind.User, $"wrong number of parameters for prepared statement \"{statement}\"") { Detail = $"Expected {expected} parameters but got {given}." };

    public static QueryException UnknownCopyOption(string name) => new("42601", ErrorKind.User, $"option \"{name}\" not recognized");
}
