namespace SqlCluster.Parser.Ast;

/// <summary>Is an item of FROM.</summary>
public abstract record TableReference : SyntaxNode
{
    public TableAlias? Alias { get; init; }
}

/// <summary>Is <c>AS name (columns)</c>.</summary>
public sealed record TableAlias(Identifier Name, NodeList<Identifier> Columns) : SyntaxNode
{
    public TableAlias(Identifier name) : this(name, [])
    {
    }
}

/// <summary>Is a table or view by name.</summary>
public sealed record NamedTable(QualifiedName Name) : TableReference
{
    /// <summary>Is true for <c>ONLY t</c>.</summary>
    public bool Only { get; init; }

    public TableSample? Sample { get; init; }
}

/// <summary>Is a file, or a pattern of files, named by a string: <c>FROM 'data/*.parquet'</c>.</summary>
public sealed record FileTable(string Path) : TableReference
{
    public TableSample? Sample { get; init; }
}

/// <summary>Is <c>TABLESAMPLE method (arguments) REPEATABLE (seed)</c>.</summary>
public sealed record TableSample(QualifiedName Method, NodeList<Expression> Arguments, Expression? Repeatable = null) : SyntaxNode;

/// <summary>Is a query in parentheses, VALUES included.</summary>
public sealed record SubqueryTable(Query Query) : TableReference
{
    public bool Lateral { get; init; }
}

/// <summary>Is a table function: <c>generate_series(1, 3)</c>, or <c>ROWS FROM (f(), g())</c> with several.</summary>
public sealed record FunctionTable(NodeList<TableFunction> Functions) : TableReference
{
    public bool Lateral { get; init; }

    public bool WithOrdinality { get; init; }
}

/// <summary>Is one function and, for functions returning records, its columns: <c>f() AS (a int, b text)</c>. The call may be any form that looks like one: <see cref="CurrentValue"/>, CAST, EXTRACT.</summary>
public sealed record TableFunction(Expression Call, NodeList<FunctionColumn> Columns) : SyntaxNode;

public sealed record FunctionColumn(Identifier Name, TypeName Type) : SyntaxNode
{
    public QualifiedName? Collation { get; init; }
}

/// <summary>Is a join; chains are left-deep.</summary>
public sealed record JoinTable(JoinKind Kind, TableReference Left, TableReference Right, JoinCondition? Condition) : TableReference
{
    /// <summary>Is DuckDB's ASOF: each left row meets the nearest right row of the inequality.</summary>
    public bool Asof { get; init; }
}

public enum JoinKind
{
    Inner,
    Left,
    Right,
    Full,
    Cross,

    /// <summary>Keeps left rows with a match (DuckDB).</summary>
    Semi,

    /// <summary>Keeps left rows without a match (DuckDB).</summary>
    Anti,
}

/// <summary>Says which rows meet; a cross join has none.</summary>
public abstract record JoinCondition : SyntaxNode;

public sealed record OnCondition(Expression Predicate) : JoinCondition;

/// <summary>Is <c>USING (columns) [AS alias]</c>.</summary>
public sealed record UsingCondition(NodeList<Identifier> Columns, Identifier? Alias = null) : JoinCondition;

/// <summary>Joins on all columns of equal name.</summary>
public sealed record NaturalCondition : JoinCondition;
