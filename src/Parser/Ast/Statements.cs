namespace SqlCluster.Parser.Ast;

/// <summary>Is one SQL statement.</summary>
public abstract record Statement : SyntaxNode;

/// <summary>Is a query run for its rows. <c>SELECT … INTO t</c> is read as <see cref="CreateTableAs"/>.</summary>
public sealed record QueryStatement(Query Query) : Statement
{
    /// <summary>Makes a statement of a query: one that changes rows if statements in its WITH do.</summary>
    public static Statement Of(Query query) => query.With is { ChangesRows: true } ? new ChangingQuery(query) : new QueryStatement(query);
}

/// <summary>Is a query with statements in its WITH that change rows, run for its rows and for the changes.</summary>
public sealed record ChangingQuery(Query Query) : Statement;

/// <summary>Is EXPLAIN; options keep their order, <c>EXPLAIN ANALYZE VERBOSE q</c> has ANALYZE and VERBOSE without values.</summary>
public sealed record Explain(NodeList<StatementOption> Options, Statement Statement) : Statement;

/// <summary>Is <c>name</c> or <c>name value</c> in an option list; the name is in lower case.</summary>
public sealed record StatementOption(string Name, OptionValue? Value = null) : SyntaxNode;

/// <summary>Is an option's or setting's value.</summary>
public abstract record OptionValue : SyntaxNode;

/// <summary>Is a word, in lower case unless it was quoted: <c>on</c>, <c>csv</c>, <c>read committed</c>.</summary>
public sealed record OptionWord(string Word) : OptionValue;

public sealed record OptionString(string Value) : OptionValue;

/// <summary>Is a number with its sign, as text.</summary>
public sealed record OptionNumber(string Text) : OptionValue;

/// <summary>Is <c>(a, b)</c>, or <c>*</c> as a list with one word.</summary>
public sealed record OptionList(NodeList<OptionValue> Values) : OptionValue;

/// <summary>Is an interval given to SET TIME ZONE.</summary>
public sealed record OptionInterval(IntervalLiteral Value) : OptionValue;

/// <summary>Is <c>ANALYZE [VERBOSE] [t (columns), …]</c>; no tables means all.</summary>
public sealed record Analyze(NodeList<StatementOption> Options, NodeList<MaintainedTable> Tables) : Statement;

/// <summary>Is <c>VACUUM [options] [t (columns), …]</c>; no tables means all.</summary>
public sealed record Vacuum(NodeList<StatementOption> Options, NodeList<MaintainedTable> Tables) : Statement;

public sealed record MaintainedTable(QualifiedName Name, NodeList<Identifier> Columns) : SyntaxNode;

/// <summary>Is <c>DESCRIBE t</c> or <c>DESCRIBE query</c> (then a table is absent).</summary>
public sealed record Describe(NamedTable? Table, Query? Query) : Statement;

/// <summary>Is <c>SUMMARIZE t</c> or <c>SUMMARIZE query</c> (then a table is absent).</summary>
public sealed record Summarize(NamedTable? Table, Query? Query) : Statement;

/// <summary>Is COPY; exactly one of table and query is there. Old option syntax is read as the new one: CSV HEADER = format csv, header.</summary>
public sealed record Copy(
    CopyDirection Direction, QualifiedName? Table, NodeList<Identifier> Columns, Query? Query, CopyEndpoint Endpoint, NodeList<StatementOption> Options) : Statement
{
    /// <summary>Filters the rows of COPY FROM.</summary>
    public Expression? Where { get; init; }
}

public enum CopyDirection
{
    To,
    From,
}

/// <summary>Is a file, or the client (STDIN, STDOUT) when the path is absent; PROGRAM has its own flag.</summary>
public sealed record CopyEndpoint(string? Path, bool Program = false) : SyntaxNode;

public sealed record Prepare(Identifier Name, NodeList<TypeName> ParameterTypes, Statement Statement) : Statement;

public sealed record Execute(Identifier Name, NodeList<Expression> Arguments) : Statement;

/// <summary>Is DEALLOCATE; without a name it is DEALLOCATE ALL.</summary>
public sealed record Deallocate(Identifier? Name) : Statement;

/// <summary>Is <c>DECLARE name CURSOR FOR query</c>; NO SCROLL is Scroll = false.</summary>
public sealed record DeclareCursor(Identifier Name, Query Query) : Statement
{
    public bool Binary { get; init; }

    public bool? Insensitive { get; init; }

    public bool? Scroll { get; init; }

    public bool WithHold { get; init; }
}

/// <summary>Is FETCH, or MOVE when rows are not wanted.</summary>
public sealed record FetchCursor(Identifier Name, FetchDirection Direction, long? Count, bool Move) : Statement;

public enum FetchDirection
{
    Next,
    Prior,
    First,
    Last,

    /// <summary>Has a count, which may be negative.</summary>
    Absolute,

    /// <summary>Has a count, which may be negative.</summary>
    Relative,

    /// <summary>Has a count; without one it is FORWARD ALL.</summary>
    Forward,

    /// <summary>Has a count; without one it is BACKWARD ALL.</summary>
    Backward,
}

/// <summary>Is CLOSE; without a name it is CLOSE ALL.</summary>
public sealed record CloseCursor(Identifier? Name) : Statement;
