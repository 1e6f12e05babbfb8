using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>PostgreSQL's interval value: months, days and microseconds are independent.</summary>
public readonly record struct IntervalValue(int Months, int Days, long Microseconds);

/// <summary>A constant.</summary>
/// <param name="Value">
/// null for NULL; bool; long for smallint, integer, bigint, oid, date (days since 1970-01-01), time (µs since midnight), timestamp and timestamptz (µs since
/// 1970-01-01T00:00:00Z); double for real and double precision; Int128 (unscaled) for numeric; string for text, varchar, char, name, json, jsonb;
/// NodeList of byte for bytea; <see cref="IntervalValue"/>; Guid for uuid; NodeList of Literal for arrays and rows.
/// </param>
/// <param name="ValueType">Type of the value.</param>
public sealed record Literal(object? Value, SqlType ValueType) : Expression
{
    public static readonly Literal True = new(true, SqlType.Boolean);
    public static readonly Literal False = new(false, SqlType.Boolean);
    public static readonly Literal NullBoolean = new(null, SqlType.Boolean);

    public override SqlType Type => ValueType;

    public override bool IsNullable => Value is null;

    public bool IsNull => Value is null;

    public static Literal Null(SqlType type) => new(null, type);

    public static Literal Of(bool value) => value ? True : False;

    public static Literal BigInt(long value) => new(value, SqlType.BigInt);

    public static Literal Integer(int value) => new((long)value, SqlType.Integer);

    public static Literal Text(string value) => new(value, SqlType.Text);
}
