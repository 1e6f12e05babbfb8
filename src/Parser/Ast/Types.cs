namespace SqlCluster.Parser.Ast;

/// <summary>Is a type as written. Names are resolved by the analyzer.</summary>
public abstract record TypeName : SyntaxNode;

/// <summary>Is a type named by one word, perhaps with modifiers: <c>numeric(10, 2)</c>, <c>public.mood</c>.</summary>
/// <remarks>
/// Spellings of several words become PostgreSQL's one-word name: double precision = float8, character varying = varchar, character = char,
/// timestamp with time zone = timestamptz, time with time zone = timetz, bit varying = varbit. One-word names stay as written (int, int4, integer).
/// </remarks>
public sealed record NamedType(QualifiedName Name, NodeList<Expression> Modifiers) : TypeName;

/// <summary>Is <c>interval</c>, perhaps restricted: <c>interval day to second(3)</c>.</summary>
public sealed record IntervalType(IntervalQualifier? Qualifier = null) : TypeName;

/// <summary>Restricts an interval to fields: <c>year to month</c> has start and end, <c>day</c> only a start, <c>interval(3)</c> only a precision.</summary>
public sealed record IntervalQualifier(IntervalField? Start, IntervalField? End = null, int? Precision = null) : SyntaxNode;

public enum IntervalField
{
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Week,
    Quarter,
    Decade,
    Century,
    Millennium,
    Millisecond,
    Microsecond,
}

/// <summary>Is an array: <c>int[]</c>, <c>int[3]</c> (the length is not enforced), <c>int array</c>.</summary>
public sealed record ArrayType(TypeName Element, int? Length = null) : TypeName;

/// <summary>Is DuckDB's <c>STRUCT(a int, b text)</c>.</summary>
public sealed record StructType(NodeList<StructTypeField> Fields) : TypeName;

public sealed record StructTypeField(Identifier Name, TypeName Type) : SyntaxNode;

/// <summary>Is DuckDB's <c>MAP(text, int)</c>.</summary>
public sealed record MapType(TypeName Key, TypeName Value) : TypeName;
