using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Analysis;

/// <summary>Makes every error of analysis. Static text first, values last where PostgreSQL's own wording does not say otherwise.</summary>
internal static class AnalyzerErrors
{
    public static QueryException MissingColumn(string name, int position, string? hint) => new("42703", ErrorKind.User, $"column {name} does not exist", position) { Hint = hint };

    /// <summary>The hint about a column that is spelt alike; null for none.</summary>
    public static string? PerhapsColumn(string? nearest) => nearest is null ? null : $"Perhaps you meant to reference the column \"{nearest}\".";

    public static QueryException InvalidReference(string name, int position, string hint) =>
        new("42P01", ErrorKind.User, $"invalid reference to FROM-clause entry for table \"{name}\"", position) { Hint = hint };

    public static QueryException MissingColumnToUse(string name, string side) =>
        new("42703", ErrorKind.User, $"column \"{name}\" specified in USING clause does not exist in {side} table");

    public static QueryException AmbiguousColumn(string name, int position) => new("42702", ErrorKind.User, $"column reference \"{name}\" is ambiguous", position);

    public static QueryException AmbiguousUsingColumn(string name, string side) =>
        new("42702", ErrorKind.User, $"common column name \"{name}\" appears more than once in {side} table");

    public static QueryException AmbiguousOutputName(string clause, string name, int position) => new("42702", ErrorKind.User, $"{clause} \"{name}\" is ambiguous", position);

    public static QueryException MissingRelation(string name, int position, IReadOnlyList<string> similar) => new("42P01", ErrorKind.User, $"relation \"{name}\" does not exist", position)
    {
        Hint = similar.Count == 0 ? null : $"Perhaps you meant {string.Join(" or ", similar.Take(3).Select(static near => $"\"{near}\""))}.",
    };

    public static QueryException LaterCte(string name, int position) => new("42P01", ErrorKind.User, $"relation \"{name}\" does not exist", position)
    {
        Detail = $"There is a WITH item named \"{name}\", but it cannot be referenced from this part of the query.",
        Hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward references.",
    };

    public static QueryException MissingFromEntry(string name, int position, string? nearest) => new("42P01", ErrorKind.User, $"missing FROM-clause entry for table \"{name}\"", position)
    {
        Hint = nearest is null ? null : $"Perhaps you meant to reference the table alias \"{nearest}\".",
    };

    public static QueryException InvalidLateralReference(string name, int position) =>
        new("42P10", ErrorKind.User, $"invalid reference to FROM-clause entry for table \"{name}\"", position)
        {
            Detail = "The combining JOIN type must be INNER or LEFT for a LATERAL reference.",
        };

    public static QueryException RepeatedUsingColumn(string name) => new("42701", ErrorKind.User, $"column name \"{name}\" appears more than once in USING clause");

    public static QueryException DuplicateAlias(string name) => new("42712", ErrorKind.User, $"table name \"{name}\" specified more than once");

    public static QueryException RepeatedColumn(string message, int position) => new("42701", ErrorKind.User, message, position);

    public static QueryException DuplicateCte(string name, int position) => new("42712", ErrorKind.User, $"WITH query name \"{name}\" specified more than once", position);

    public static QueryException DuplicateWindow(string name, int position) => new("42P20", ErrorKind.User, $"window \"{name}\" is already defined", position);

    public static QueryException MissingWindow(string name, int position) => new("42704", ErrorKind.User, $"window \"{name}\" does not exist", position);

    public static QueryException TooManyAliases(string name, int available, int given, int position) =>
        new("42P10", ErrorKind.User, $"table \"{name}\" has {available} columns available but {given} columns specified", position);

    public static QueryException MissingFunction(string call, int position, string hint) =>
        new("42883", ErrorKind.User, $"function {call} does not exist", position) { Hint = hint };

    public static QueryException MissingSchema(string name, int position) => new("3F000", ErrorKind.User, $"schema \"{name}\" does not exist", position);

    /// <param name="operation">Types and symbol: "integer + text", "- text".</param>
    /// <param name="isPrefix">Whether it has one operand.</param>
    /// <param name="position">Where the operator stands.</param>
    public static QueryException MissingOperator(string operation, bool isPrefix, int position) => new("42883", ErrorKind.User, $"operator does not exist: {operation}", position)
    {
        Hint = isPrefix
            ? "No operator matches the given name and argument type. You might need to add an explicit type cast."
            : "No operator matches the given name and argument types. You might need to add explicit type casts.",
    };

    public static QueryException AmbiguousFunction(string call, int position) => new("42725", ErrorKind.User, $"function {call} is not unique", position)
    {
        Hint = "Could not choose a best candidate function. You might need to add explicit type casts.",
    };

    public static QueryException AmbiguousOperator(string operation, int position) => new("42725", ErrorKind.User, $"operator is not unique: {operation}", position)
    {
        Hint = "Could not choose a best candidate operator. You might need to add explicit type casts.",
    };

    public static QueryException MissingType(string name, int position) => new("42704", ErrorKind.User, $"type \"{name}\" does not exist", position);

    public static QueryException InvalidTypeModifier(string message, int position) => new("22023", ErrorKind.User, message, position);

    public static QueryException CannotCast(SqlType from, SqlType to, int position) => new("42846", ErrorKind.User, $"cannot cast type {WithoutModifiers(from)} to {WithoutModifiers(to)}", position);

    public static QueryException CannotMatch(string construct, SqlType first, SqlType second, int position) =>
        new("42804", ErrorKind.User, $"{construct} types {first} and {second} cannot be matched", position);

    public static QueryException NotBoolean(string clause, SqlType type, int position) =>
        new("42804", ErrorKind.User, $"argument of {clause} must be type boolean, not type {type}", position);

    public static QueryException WrongArgumentType(string clause, string wanted, SqlType type, int position) =>
        new("42804", ErrorKind.User, $"argument of {clause} must be type {wanted}, not type {type}", position);

    public static QueryException DatatypeMismatch(string message, int position) => new("42804", ErrorKind.User, message, position);

    public static QueryException InvalidText(SqlType type, string text, int position) =>
        new(type.IsDateTime || type.Kind == TypeKind.Interval ? "22007" : "22P02", ErrorKind.User, $"invalid input syntax for type {WithoutModifiers(type)}: \"{text}\"", position);

    /// <summary>A text that is no JSON: where and why.</summary>
    public static QueryException InvalidJson(JsonFault fault, int position) =>
        new(fault.SqlState, ErrorKind.User, fault.SqlState == JsonFault.UntranslatableCharacter ? "unsupported Unicode escape sequence" : "invalid input syntax for type json", position)
        {
            Detail = fault.Detail, Context = fault.Context,
        };

    /// <summary>ARRAY[…] of arrays of unequal length. Without a place: PostgreSQL finds it when the statement runs.</summary>
    public static QueryException UnequalDimensions() => new("2202E", ErrorKind.User, "multidimensional arrays must have array expressions with matching dimensions");

    /// <summary>A text that is no array.</summary>
    public static QueryException MalformedArray(string text, string? detail, int position) =>
        new("22P02", ErrorKind.User, $"malformed array literal: \"{text}\"", position) { Detail = detail };

    /// <summary>The same error at a place of the statement.</summary>
    public static QueryException At(QueryException error, int position, string? hint = null) => new(error.SqlState, error.Kind, error.Message, position, error)
    {
        Detail = error.Detail, Hint = error.Hint ?? hint, Context = error.Context,
        SchemaName = error.SchemaName, TableName = error.TableName, ColumnName = error.ColumnName, DataTypeName = error.DataTypeName, ConstraintName = error.ConstraintName,
    };

    public static QueryException TextOutOfRange(SqlType type, string text, int position) => type.Kind switch
    {
        TypeKind.Interval => new("22015", ErrorKind.User, $"interval field value out of range: \"{text}\"", position),
        _ when type.IsDateTime => new("22008", ErrorKind.User, $"date/time field value out of range: \"{text}\"", position),
        TypeKind.Numeric => NumericOverflow(type, position),
        TypeKind.Real or TypeKind.DoublePrecision => new("22003", ErrorKind.User, $"\"{text}\" is out of range for type {type}", position),
        _ => new("22003", ErrorKind.User, $"value \"{text}\" is out of range for type {WithoutModifiers(type)}", position),
    };

    public static QueryException NumericOverflow(SqlType type, int position) => new("22003", ErrorKind.User, "numeric field overflow", position)
    {
        Detail = $"A field with precision {type.Precision}, scale {type.Scale} must round to an absolute value less than 10^{type.Precision - type.Scale}.",
    };

    public static QueryException IntegerOutOfRange(SqlType type, int position) => new("22003", ErrorKind.User, $"{type} out of range", position);

    public static QueryException Ungrouped(string column, int position) =>
        new("42803", ErrorKind.User, $"column \"{column}\" must appear in the GROUP BY clause or be used in an aggregate function", position);

    public static QueryException UngroupedInSubquery(string column, int position) =>
        new("42803", ErrorKind.User, $"subquery uses ungrouped column \"{column}\" from outer query", position);

    public static QueryException NotAllowed(string what, string clause, string sqlState, int position) => new(sqlState, ErrorKind.User, $"{what} are not allowed in {clause}", position);

    public static QueryException Grouping(string message, int position) => new("42803", ErrorKind.User, message, position);

    public static QueryException Windowing(string message, int position) => new("42P20", ErrorKind.User, message, position);

    public static QueryException WrongObject(string message, int position) => new("42809", ErrorKind.User, message, position);

    public static QueryException InvalidColumnReference(string message, int position) => new("42P10", ErrorKind.User, message, position);

    public static QueryException InvalidRecursion(string message, int position) => new("42P19", ErrorKind.User, message, position);

    public static QueryException Syntax(string message, int position) => new("42601", ErrorKind.User, message, position);

    public static QueryException Unsupported(string what, int position) => new("0A000", ErrorKind.Unsupported, $"{what} is not supported", position);

    public static QueryException NotImplemented(string message, int position) => new("0A000", ErrorKind.Unsupported, message, position);

    public static QueryException InvalidValue(string what, int position) => new("22023", ErrorKind.User, what, position);

    public static QueryException NegativeRowCount(string clause) => new(clause == "LIMIT" ? "2201W" : "2201X", ErrorKind.User, $"{clause} must not be negative");

    public static QueryException MissingSampleMethod(string name, int position) => new("42704", ErrorKind.User, $"tablesample method {name} does not exist", position);

    public static QueryException WrongSampleArguments(string method, int given, int position) =>
        new("2202H", ErrorKind.User, $"tablesample method {method} requires 1 argument, not {given}", position);

    public static QueryException NullSampleSeed() => new("2202G", ErrorKind.User, "TABLESAMPLE REPEATABLE parameter cannot be null");

    public static QueryException LockNotAllowed(string strength, string what) => new("0A000", ErrorKind.Unsupported, $"{strength} is not allowed with {what}");

    public static QueryException MissingLockedRelation(string name, string strength, int position) =>
        new("42P01", ErrorKind.User, $"relation \"{name}\" in {strength} clause not found in FROM clause", position);

    public static QueryException InvalidEscape() => new("22025", ErrorKind.User, "invalid escape string")
    {
        Hint = "Escape string must be empty or one character.",
    };

    public static QueryException MalformedRecord(string text, string problem, int position) => new("22P02", ErrorKind.User, $"malformed record literal: \"{text}\"", position) { Detail = problem };

    public static QueryException MissingCollation(string name, int position) => new("42704", ErrorKind.User, $"collation \"{name}\" for encoding \"UTF8\" does not exist", position);

    public static QueryException ViewTooDeep(string name, int depth, int position) =>
        new("54001", ErrorKind.User, $"views are nested too deeply: more than {depth} levels at \"{name}\"", position);

    public static QueryException TooDeep(int position) => new("54001", ErrorKind.User, "stack depth limit exceeded: the statement is nested too deeply", position);

    public static QueryException TooManyRelations(int limit, int position) =>
        new("54001", ErrorKind.User, $"stack depth limit exceeded: more than {limit} tables, common table expressions, subqueries or windows are joined or nested", position);

    public static QueryException TooManyColumns(int limit, int position) => new("54011", ErrorKind.User, $"target lists can have at most {limit} entries", position);

    public static QueryException TooComplex(string message, int position) => new("54001", ErrorKind.User, message, position);

    /// <param name="isNull">Whether there is no percentage at all.</param>
    public static QueryException InvalidSample(bool isNull) =>
        new("2202H", ErrorKind.User, isNull ? "TABLESAMPLE parameter cannot be null" : "sample percentage must be between 0 and 100");

    public static QueryException PercentileOutOfRange(double value) => new("22003", ErrorKind.User, FormattableString.Invariant($"percentile value {value} is not between 0 and 1"));

    public static QueryException GeneratedColumn(string name, int position) => new("42P17", ErrorKind.User, $"cannot use generated column \"{name}\" in column generation expression", position)
    {
        Detail = "A generated column cannot reference another generated column.",
    };

    public static QueryException UnknownParameter(int index, int position) => new("42P02", ErrorKind.User, $"there is no parameter ${index}", position);

    /// <summary>PostgreSQL's errors about input name the type alone: numeric, not numeric(10,2).</summary>
    public static string WithoutModifiers(SqlType type) => type.Kind switch
    {
        TypeKind.Numeric => "numeric",
        TypeKind.Varchar => "character varying",
        TypeKind.Char => "character",
        TypeKind.Array when type.Variant == TypeVariant.None => $"{WithoutModifiers(type.Element!.Kind == TypeKind.Array ? type.Element.Element! : type.Element)}[]",
        TypeKind.Row => "record",
        _ => type.ToString(),
    };
}
