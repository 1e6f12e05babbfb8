using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution;

/// <summary>The errors that running a query can end in.</summary>
public static class ExecutionErrors
{
    public static QueryException DivisionByZero() => new("22012", ErrorKind.User, "division by zero");

    /// <param name="type">SQL name of the type whose range was left.</param>
    public static QueryException OutOfRange(string type) => new("22003", ErrorKind.User, $"{type} out of range");

    /// <param name="type">SQL name of the type.</param>
    /// <param name="text">What could not be read as it.</param>
    public static QueryException InvalidText(string type, string text) => new("22P02", ErrorKind.User, $"invalid input syntax for type {type}: \"{text}\"");

    /// <summary>A numeric with more digits than its type, or more than 38.</summary>
    public static QueryException NumericOverflow(Catalyst.Types.SqlType type) => new("22003", ErrorKind.User, "numeric field overflow")
    {
        Detail = type.Precision == Catalyst.Types.SqlType.MaxPrecision
            ? $"A numeric has at most {type.Precision} digits, {type.Scale} of them after the point here."
            : $"A field with precision {type.Precision}, scale {type.Scale} must round to an absolute value less than 10^{type.Precision - type.Scale}.",
    };

    /// <summary>A number with more digits before the point than a field of so many digits has.</summary>
    public static QueryException NumericFieldOverflow(int precision, int scale) => new("22003", ErrorKind.User, "numeric field overflow")
    {
        Detail = $"A field with precision {precision}, scale {scale} must round to an absolute value less than {(precision == scale ? "1" : $"10^{precision - scale}")}.",
    };

    /// <param name="text">What could not be read as a date or time.</param>
    /// <param name="type">SQL name of the type.</param>
    public static QueryException InvalidDateTime(string type, string text) => new("22007", ErrorKind.User, $"invalid input syntax for type {type}: \"{text}\"");

    /// <param name="type">An array's type.</param>
    public static QueryException NotNumbers(string type) => new("42883", ErrorKind.User, $"the elements of {type} cannot be added up");

    /// <summary>A text that strptime cannot read.</summary>
    public static QueryException InvalidDateText(string text, string format) => new("22007", ErrorKind.User, $"\"{text}\" is not of the format \"{format}\"");

    /// <summary>A date or time that reads well but does not exist.</summary>
    public static QueryException DateTimeFieldOutOfRange(string text) => new("22008", ErrorKind.User, $"date/time field value out of range: \"{text}\"");

    /// <param name="type">date or time.</param>
    /// <param name="parts">The parts it was to be made of.</param>
    public static QueryException PartOutOfRange(string type, string parts) => new("22008", ErrorKind.User, $"{type} field value out of range: {parts}");

    /// <param name="type">date, timestamp or interval.</param>
    public static QueryException DateTimeOutOfRange(string type) => new("22008", ErrorKind.User, $"{type} out of range");

    public static QueryException TimestampNaN() => new("22008", ErrorKind.User, "timestamp cannot be NaN");

    /// <param name="seconds">Seconds since 1970, in C's form %g.</param>
    public static QueryException EpochOutOfRange(string seconds) => new("22008", ErrorKind.User, $"timestamp out of range: \"{seconds}\"");

    public static QueryException CannotConvert(string value, string type) => new("0A000", ErrorKind.User, $"cannot convert {value} to {type}");

    public static QueryException NotARowType(string function) => new("42804", ErrorKind.User, $"first argument of {function} must be a row type");

    public static QueryException NumericFormatOverflow() => new("22003", ErrorKind.User, "value overflows numeric format");

    public static QueryException FloatOverflow() => new("22003", ErrorKind.User, "value out of range: overflow");

    public static QueryException FloatUnderflow() => new("22003", ErrorKind.User, "value out of range: underflow");

    public static QueryException NotForInput(string pattern) => new("0A000", ErrorKind.User, $"\"{pattern}\" not supported for input");

    public static QueryException NotANumber(string text) => new("22P02", ErrorKind.User, $"\"{text}\" is not a number");

    /// <summary>A template of numbers whose patterns do not go together.</summary>
    public static QueryException NumberTemplate(string what, string? detail = null) => new("42601", ErrorKind.User, what) { Detail = detail };

    /// <summary>A text that a template of dates does not read.</summary>
    public static QueryException TemplateMismatch(string what, string? detail = null, string? hint = null) => new("22007", ErrorKind.User, what) { Detail = detail, Hint = hint };

    public static QueryException TemplateFieldOutOfRange(string pattern) => new("22008", ErrorKind.User, $"value for \"{pattern}\" in source string is out of range")
    {
        Detail = $"Value must be in the range {int.MinValue} to {int.MaxValue}.",
    };

    public static QueryException CannotRead(string pattern) => new("0A000", ErrorKind.User, $"formatting field \"{pattern}\" is only supported in to_char");

    public static QueryException ZoneOffsetOutOfRange(string text) => new("22009", ErrorKind.User, $"time zone displacement out of range: \"{text}\"");

    /// <summary>An argument that the function does not take.</summary>
    public static QueryException InvalidArgument(string what, string? hint = null) => new("22023", ErrorKind.User, what) { Hint = hint };

    /// <param name="isNull">Whether there is no percentage at all.</param>
    public static QueryException InvalidSample(bool isNull) =>
        new("2202H", ErrorKind.User, isNull ? "TABLESAMPLE parameter cannot be null" : "sample percentage must be between 0 and 100");

    public static QueryException InvalidRegularExpression(string cause) => new("2201B", ErrorKind.User, $"invalid regular expression: {cause}");

    public static QueryException UnicodeEscape(string what) => new("42601", ErrorKind.User, what) { Hint = what.EndsWith("escape", StringComparison.Ordinal) ? "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX." : null };

    public static QueryException JsonNull() => new("22004", ErrorKind.User, "JSON value must not be null") { Detail = "Exception was raised because null_value_treatment is \"raise_exception\".", Hint = "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed." };

    public static QueryException InvalidEscape(string what) => new("22025", ErrorKind.User, what);

    public static QueryException CannotCast(string from, string to) => new("42846", ErrorKind.User, $"cannot cast type {from} to {to}");

    /// <param name="column">The column.</param>
    /// <param name="table">Its table.</param>
    /// <param name="row">The row's values as an error shows them.</param>
    public static QueryException NullInColumn(string column, string table, string row) =>
        new("23502", ErrorKind.User, $"null value in column \"{column}\" of relation \"{table}\" violates not-null constraint")
        {
            Detail = $"Failing row contains ({row}).", TableName = table, ColumnName = column,
        };

    public static QueryException CheckViolated(string table, string constraint, string row) =>
        new("23514", ErrorKind.User, $"new row for relation \"{table}\" violates check constraint \"{constraint}\"")
        {
            Detail = $"Failing row contains ({row}).", TableName = table, ConstraintName = constraint,
        };

    public static QueryException ValueTooLong(string type) => new("22001", ErrorKind.User, $"value too long for type {type}");

    public static QueryException TextOutOfRange(string text, string type) =>
        new("22003", ErrorKind.User, $"{(type is "real" or "double precision" ? "" : "value ")}\"{text}\" is out of range for type {type}");

    public static QueryException NotForIntervals() => new("22007", ErrorKind.User, "invalid format specification for an interval value") { Hint = "Intervals are not tied to specific calendar dates." };

    public static QueryException JsonPathSyntax(string message) => new("42601", ErrorKind.User, message);

    public static QueryException JsonPathTooDeep() => new("54001", ErrorKind.User, "stack depth limit exceeded: the JSON path has too many steps or levels");

    public static QueryException ExpectedJsonArray() => new("22P02", ErrorKind.User, "expected JSON array");

    /// <summary>A text that is no JSON: why and where. What is nested too deeply for us is JSON all the same.</summary>
    public static QueryException InvalidJson(string text, bool isDecoded) => JsonFault.Find(text, isDecoded) switch
    {
        null => ProgramLimit("json is nested too deeply or has a character that is none"),
        { SqlState: JsonFault.UntranslatableCharacter } fault =>
            new(fault.SqlState, ErrorKind.User, "unsupported Unicode escape sequence") { Detail = fault.Detail, Context = fault.Context },
        var fault => new(fault.SqlState, ErrorKind.User, "invalid input syntax for type json") { Detail = fault.Detail, Context = fault.Context },
    };

    public static QueryException MissingParameter(int index) => new("42P02", ErrorKind.User, $"there is no parameter ${index}");

    public static QueryException InvalidPower(string what) => new("2201F", ErrorKind.User, what);

    public static QueryException InvalidLogarithm(string what) => new("2201E", ErrorKind.User, what);

    public static QueryException InvalidBucket(string what) => new("2201G", ErrorKind.User, what);

    public static QueryException WrongDimensions(string what) => new("2202E", ErrorKind.User, what);

    public static QueryException NullPosition() => new("22004", ErrorKind.User, "initial position must not be null");

    public static QueryException NullArray() => new("22004", ErrorKind.User, "cannot accumulate null arrays");

    public static QueryException NullIdentifier() => new("22004", ErrorKind.User, "null values cannot be formatted as an SQL identifier");

    public static QueryException UnsupportedUnit(string unit, string type) => new("0A000", ErrorKind.Unsupported, $"unit \"{unit}\" not supported for type {type}");

    /// <param name="step">Which step of the path, from 1.</param>
    public static QueryException NullPathStep(int step) => new("22004", ErrorKind.User, $"path element at position {step} is null");

    /// <param name="step">Which step of the path, from 1.</param>
    /// <param name="text">What stands there.</param>
    public static QueryException NotAnIndex(int step, string text) => new("22P02", ErrorKind.User, $"path element at position {step} is not an integer: \"{text}\"");

    public static QueryException NullKey() => new("22004", ErrorKind.User, "null value not allowed for object key");

    public static QueryException InvalidSubscript(string what) => new("2202E", ErrorKind.User, what);

    /// <param name="encoding">What the bytes are not.</param>
    /// <summary>Names the first bytes that are no character: the one that begins none, and as many behind it as it announces.</summary>
    public static QueryException InvalidUtf8(ReadOnlySpan<byte> text)
    {
        while (text.Length > 1 && System.Text.Rune.DecodeFromUtf8(text, out _, out int used) == System.Buffers.OperationStatus.Done)
        {
            text = text[used..];
        }

        int length = text[0] switch { >= 0xC0 and < 0xE0 => 2, >= 0xE0 and < 0xF0 => 3, >= 0xF0 and < 0xF8 => 4, _ => 1 };
        return new("22021", ErrorKind.User, $"invalid byte sequence for encoding \"UTF8\": {string.Join(' ', text[..Math.Min(length, text.Length)].ToArray().Select(static unit => $"0x{unit:x2}"))}");
    }

    public static QueryException InvalidBytes(string encoding) => new("22021", ErrorKind.User, $"invalid byte sequence for encoding \"{encoding}\"");

    /// <param name="kind">string, object and the like.</param>
    /// <param name="type">What it was cast to.</param>
    public static QueryException CannotCastJson(string kind, string type) => new("22023", ErrorKind.User, $"cannot cast jsonb {kind} to type {type}");

    public static QueryException NullSubscript() => new("22004", ErrorKind.User, "array subscript in assignment must not be null");

    public static QueryException SliceBoundsMissing() => new("2202E", ErrorKind.User, "array slice subscript must provide both boundaries")
    {
        Detail = "When assigning to a slice of an empty array value, slice boundaries must be fully specified.",
    };

    public static QueryException NullDimension() => new("22004", ErrorKind.User, "dimension array or low bound array cannot be null");

    public static QueryException NullThreshold() => new("22004", ErrorKind.User, "thresholds array must not contain NULLs");

    public static QueryException PercentileOutOfRange(double value) => new("22003", ErrorKind.User, FormattableString.Invariant($"percentile value {value} is not between 0 and 1"));

    public static QueryException UndefinedFactorial() => new("22003", ErrorKind.User, "factorial of a negative number is undefined");

    public static QueryException InputOutOfRange() => new("22003", ErrorKind.User, "input is out of range");

    /// <summary>More than the engine takes: lengths, counts, characters.</summary>
    public static QueryException ProgramLimit(string what) => new("54000", ErrorKind.User, what);

    public static QueryException NegativeSubstring() => new("22011", ErrorKind.User, "negative substring length not allowed");

    public static QueryException NegativeRowCount(string clause) => new(clause == "LIMIT" ? "2201W" : "2201X", ErrorKind.User, $"{clause} must not be negative");

    public static QueryException MoreThanOneRow() => new("21000", ErrorKind.User, "more than one row returned by a subquery used as an expression");

    public static QueryException OutOfMemory(MemoryLimitException cause) =>
        new("53200", ErrorKind.Resources, cause.Message, inner: cause) { Hint = "What could go to disk is there already: raise the setting memory_limit." };

    public static QueryException Cancelled() => new("57014", ErrorKind.Cancelled, "canceling statement due to user request");

    public static QueryException TimedOut() => new("57014", ErrorKind.Cancelled, "canceling statement due to statement timeout");

    /// <summary>Another session dropped the table between the planning of a query and its start.</summary>
    public static QueryException TableDropped(string name) => new("42P01", ErrorKind.User, $"relation \"{name}\" does not exist");

    public static QueryException Unsupported(string what) => new("0A000", ErrorKind.Unsupported, $"not supported: {what}");

    public static QueryException Internal(string what, Exception? inner = null) => new("XX000", ErrorKind.Internal, $"internal error: {what}", inner: inner);
}
