namespace SqlCluster.Parser.Ast;

/// <summary>Is what yields rows: SELECT, VALUES, TABLE, a set operation, or a <see cref="Query"/> with clauses of its own.</summary>
public abstract record QueryExpression : SyntaxNode;

/// <summary>Is a query expression with WITH, ORDER BY, LIMIT and locking clauses around it.</summary>
/// <remarks>Parentheses that add nothing leave no trace; an operand of a set operation is a Query only if it has clauses of its own.</remarks>
public sealed record Query(QueryExpression Body) : QueryExpression
{
    public WithClause? With { get; init; }

    public NodeList<SortItem> OrderBy { get; init; } = [];

    public LimitClause? Limit { get; init; }

    public NodeList<LockingClause> Locking { get; init; } = [];
}

/// <summary>Is SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW … QUALIFY. DuckDB's <c>FROM t SELECT x</c> and <c>FROM t</c> are the same.</summary>
public sealed record Select(NodeList<SelectItem> Items) : QueryExpression
{
    /// <summary>Is there for SELECT DISTINCT.</summary>
    public DistinctClause? Distinct { get; init; }

    /// <summary>Lists the tables separated by commas; empty without FROM.</summary>
    public NodeList<TableReference> From { get; init; } = [];

    public Expression? Where { get; init; }

    public GroupByClause? GroupBy { get; init; }

    public Expression? Having { get; init; }

    public NodeList<WindowDefinition> Windows { get; init; } = [];

    public Expression? Qualify { get; init; }

    /// <summary>Tells what the items are where a statement is written as a query; no text says so.</summary>
    public SelectItemsPlace Place { get; init; }
}

/// <summary>Is what the items of a <see cref="Select"/> stand for.</summary>
public enum SelectItemsPlace
{
    /// <summary>Is a select list.</summary>
    Default,

    /// <summary>Is SET of UPDATE, ON CONFLICT and MERGE.</summary>
    Update,
    Returning,

    /// <summary>Is the conditions of WHEN in MERGE.</summary>
    MergeWhen,
}

/// <summary>Is one output column, or several if the expression is a <see cref="Star"/>.</summary>
public sealed record SelectItem(Expression Expression, Identifier? Alias = null) : SyntaxNode;

/// <summary>Is DISTINCT (no expressions) or DISTINCT ON (expressions).</summary>
public sealed record DistinctClause(NodeList<Expression> On) : SyntaxNode;

public sealed record WindowDefinition(Identifier Name, WindowSpecification Specification) : SyntaxNode;

/// <summary>Is <c>VALUES (…), (…)</c>.</summary>
public sealed record ValuesQuery(NodeList<NodeList<Expression>> Rows) : QueryExpression;

/// <summary>Is <c>TABLE t</c>.</summary>
public sealed record TableQuery(NamedTable Table) : QueryExpression;

/// <summary>Is a run of one set operator, to be folded from the left: <c>a EXCEPT b EXCEPT c</c> is (a EXCEPT b) EXCEPT c.</summary>
public sealed record SetOperation(SetOperator Operator, bool All, NodeList<QueryExpression> Operands) : QueryExpression
{
    /// <summary>Is DuckDB's <c>UNION BY NAME</c>.</summary>
    public bool ByName { get; init; }
}

public enum SetOperator
{
    Union,
    Intersect,
    Except,
}

public sealed record WithClause(bool Recursive, NodeList<CommonTableExpression> Tables) : SyntaxNode
{
    /// <summary>Is the WITH of the statement around, whose names are seen too; no text says so.</summary>
    public WithClause? Outer { get; init; }

    /// <summary>Tells whether some of the tables are statements that change rows.</summary>
    public bool ChangesRows
    {
        get
        {
            foreach (CommonTableExpression table in Tables)
            {
                if (table.Body is not QueryStatement && !table.IsDone)
                    return true;
            }
            return false;
        }
    }
}

/// <summary>Is <c>name (columns) AS [[NOT] MATERIALIZED] (body)</c>; the body is a <see cref="QueryStatement"/> or a statement that changes rows.</summary>
public sealed record CommonTableExpression(Identifier Name, NodeList<Identifier> Columns, Statement Body) : SyntaxNode
{
    /// <summary>Tells whether MATERIALIZED (true) or NOT MATERIALIZED (false) was asked for.</summary>
    public bool? Materialized { get; init; }

    /// <summary>Tells that its statement has run and returned nothing, so that nobody can read it; no text says so.</summary>
    public bool IsDone { get; init; }

    public SearchClause? Search { get; init; }

    public CycleClause? Cycle { get; init; }
}

/// <summary>Is <c>SEARCH BREADTH | DEPTH FIRST BY columns SET sequence</c>.</summary>
public sealed record SearchClause(bool BreadthFirst, NodeList<Identifier> By, Identifier Sequence) : SyntaxNode;

/// <summary>Is <c>CYCLE columns SET mark TO value DEFAULT value USING path</c>; absent values are true and false.</summary>
public sealed record CycleClause(
    NodeList<Identifier> Columns, Identifier Mark, Expression? MarkValue, Expression? MarkDefault, Identifier Path) : SyntaxNode;

/// <summary>Is GROUP BY [DISTINCT] elements, or DuckDB's GROUP BY ALL (no elements).</summary>
public sealed record GroupByClause(NodeList<GroupingElement> Elements, bool Distinct = false, bool All = false) : SyntaxNode;

public abstract record GroupingElement : SyntaxNode;

/// <summary>Groups by expressions: one for a plain element, several for <c>(a, b)</c> in grouping sets, none for <c>()</c>.</summary>
public sealed record GroupingSet(NodeList<Expression> Expressions) : GroupingElement;

/// <summary>Is <c>ROLLUP (a, (b, c))</c>.</summary>
public sealed record Rollup(NodeList<GroupingSet> Sets) : GroupingElement;

/// <summary>Is <c>CUBE (a, (b, c))</c>.</summary>
public sealed record Cube(NodeList<GroupingSet> Sets) : GroupingElement;

/// <summary>Is <c>GROUPING SETS (…)</c>, which may nest.</summary>
public sealed record GroupingSets(NodeList<GroupingElement> Elements) : GroupingElement;

/// <summary>Is one key of ORDER BY. DuckDB's <c>ORDER BY ALL</c> has a <see cref="Star"/> as its expression.</summary>
public sealed record SortItem(Expression Expression, SortDirection Direction = SortDirection.Default, NullOrder NullOrder = NullOrder.Default) : SyntaxNode
{
    /// <summary>Is the operator of <c>USING &lt;</c>.</summary>
    public OperatorName? Using { get; init; }
}

public enum SortDirection
{
    Default,
    Ascending,
    Descending,
}

public enum NullOrder
{
    /// <summary>Was not said: nulls come last ascending, first descending.</summary>
    Default,
    First,
    Last,
}

/// <summary>Is LIMIT, FETCH FIRST and OFFSET together; LIMIT ALL has no count.</summary>
public sealed record LimitClause(Expression? Count, Expression? Offset = null, bool WithTies = false) : SyntaxNode;

/// <summary>Is <c>FOR UPDATE OF t NOWAIT</c> and its like.</summary>
public sealed record LockingClause(LockStrength Strength, NodeList<QualifiedName> Of, LockWait Wait = LockWait.Block) : SyntaxNode;

public enum LockStrength
{
    Update,
    NoKeyUpdate,
    Share,
    KeyShare,
}

public enum LockWait
{
    Block,
    NoWait,
    SkipLocked,
}
