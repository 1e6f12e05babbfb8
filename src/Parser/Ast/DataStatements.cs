namespace SqlCluster.Parser.Ast;

/// <summary>Is INSERT; without a source it inserts DEFAULT VALUES.</summary>
public sealed record Insert(NamedTable Table, NodeList<AssignmentTarget> Columns, Query? Source) : Statement
{
    public WithClause? With { get; init; }

    /// <summary>Tells whether OVERRIDING SYSTEM VALUE or USER VALUE was said.</summary>
    public InsertOverriding Overriding { get; init; }

    public OnConflict? OnConflict { get; init; }

    public NodeList<SelectItem> Returning { get; init; } = [];
}

public enum InsertOverriding
{
    None,
    SystemValue,
    UserValue,
}

/// <summary>Is ON CONFLICT; without assignments it is DO NOTHING.</summary>
public sealed record OnConflict(ConflictTarget? Target, NodeList<Assignment> Assignments, Expression? Where) : SyntaxNode;

/// <summary>Is <c>(a, lower(b)) WHERE …</c>, or <c>ON CONSTRAINT name</c> without keys.</summary>
public sealed record ConflictTarget(NodeList<IndexKey> Keys, Expression? Where, Identifier? Constraint) : SyntaxNode;

public sealed record Update(NamedTable Table, NodeList<Assignment> Assignments) : Statement
{
    public WithClause? With { get; init; }

    public NodeList<TableReference> From { get; init; } = [];

    public Expression? Where { get; init; }

    public NodeList<SelectItem> Returning { get; init; } = [];
}

/// <summary>Is <c>a = 1</c>, or <c>(a, b) = (1, 2)</c> with several targets and a row or subquery as value.</summary>
public sealed record Assignment(NodeList<AssignmentTarget> Targets, Expression Value, bool Multiple = false) : SyntaxNode;

/// <summary>Is a column, perhaps a part of it: <c>a.field</c>, <c>a[1]</c> (accessors are applied left to right).</summary>
public sealed record AssignmentTarget(Identifier Column, NodeList<Accessor> Accessors) : SyntaxNode;

/// <summary>Is <c>.field</c>, <c>[index]</c> or <c>[lower:upper]</c>.</summary>
public abstract record Accessor : SyntaxNode;

public sealed record FieldAccessor(Identifier Field) : Accessor;

public sealed record IndexAccessor(Expression Index) : Accessor;

public sealed record SliceAccessor(Expression? Lower, Expression? Upper) : Accessor;

public sealed record Delete(NamedTable Table) : Statement
{
    public WithClause? With { get; init; }

    public NodeList<TableReference> Using { get; init; } = [];

    public Expression? Where { get; init; }

    public NodeList<SelectItem> Returning { get; init; } = [];
}

public sealed record Merge(NamedTable Target, TableReference Source, Expression Condition, NodeList<MergeWhen> Branches) : Statement
{
    public WithClause? With { get; init; }

    public NodeList<SelectItem> Returning { get; init; } = [];
}

/// <summary>Is <c>WHEN [NOT] MATCHED [BY SOURCE | TARGET] [AND condition] THEN action</c>.</summary>
public sealed record MergeWhen(MergeMatch Match, Expression? Condition, MergeAction Action) : SyntaxNode;

public enum MergeMatch
{
    Matched,
    NotMatchedByTarget,
    NotMatchedBySource,
}

public abstract record MergeAction : SyntaxNode;

public sealed record MergeUpdate(NodeList<Assignment> Assignments) : MergeAction;

public sealed record MergeDelete : MergeAction;

public sealed record MergeDoNothing : MergeAction;

/// <summary>Is INSERT within MERGE; without values it inserts DEFAULT VALUES.</summary>
public sealed record MergeInsert(NodeList<AssignmentTarget> Columns, InsertOverriding Overriding, NodeList<Expression> Values) : MergeAction;

public sealed record Truncate(NodeList<NamedTable> Tables) : Statement
{
    public bool RestartIdentity { get; init; }

    public DropBehavior Behavior { get; init; }
}

/// <summary>Is <c>LOCK TABLE a, b IN mode MODE NOWAIT</c>; the mode is in lower case: "access share".</summary>
public sealed record LockTable(NodeList<NamedTable> Tables, string Mode, bool NoWait) : Statement;
