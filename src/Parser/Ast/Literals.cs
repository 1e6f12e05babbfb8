namespace SqlCluster.Parser.Ast;

/// <summary>Is a number, kept as text: the analyzer picks the type. A sign is an operator, not part of it.</summary>
/// <remarks>Underscores are removed and hexadecimal, octal and binary integers are written in decimal.</remarks>
public sealed record NumberLiteral(string Text, NumberKind Kind) : Expression;

public enum NumberKind
{
    /// <summary>Has digits only: <c>42</c>.</summary>
    Integer,

    /// <summary>Has a decimal point: <c>4.2</c>.</summary>
    Decimal,

    /// <summary>Has an exponent: <c>42e-1</c> (numeric in PostgreSQL).</summary>
    Float,
}

/// <summary>Is a string of any spelling ('…', E'…', U&amp;'…', $$…$$), decoded.</summary>
public sealed record StringLiteral(string Value) : Expression;

/// <summary>Is <c>B'0101'</c> or <c>X'1fa'</c>.</summary>
public sealed record BitStringLiteral(string Digits, bool Hexadecimal) : Expression;

public sealed record BooleanLiteral(bool Value) : Expression;

public sealed record NullLiteral : Expression;

/// <summary>Is a string read as a type: <c>date '2020-01-01'</c>, <c>timestamp with time zone '…'</c>.</summary>
public sealed record TypedLiteral(TypeName Type, string Value) : Expression;

/// <summary>Is <c>interval '1' day</c>, <c>interval '1 day 2 hours'</c> (no qualifier).</summary>
public sealed record IntervalLiteral(string Value, IntervalQualifier? Qualifier = null) : Expression;

/// <summary>Is <c>$1</c> (index 1) or the n-th <c>?</c> of the statement (index n).</summary>
public sealed record Parameter(int Index) : Expression;

/// <summary>Is <c>current_date</c>, <c>current_timestamp(3)</c>, <c>session_user</c> and their like.</summary>
public sealed record CurrentValue(CurrentValueKind Kind, int? Precision = null) : Expression;

public enum CurrentValueKind
{
    CurrentDate,
    CurrentTime,
    CurrentTimestamp,
    LocalTime,
    LocalTimestamp,
    CurrentRole,
    CurrentUser,
    SessionUser,
    SystemUser,
    User,
    CurrentCatalog,
    CurrentSchema,
}

/// <summary>Is <c>DEFAULT</c> as a value of INSERT, UPDATE or MERGE; read anywhere, as in PostgreSQL: the analyzer refuses it elsewhere.</summary>
public sealed record DefaultValue : Expression;
