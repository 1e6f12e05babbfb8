namespace SqlCluster.Parser.Ast;

public enum DropBehavior
{
    /// <summary>Was not said; means restrict.</summary>
    Default,
    Cascade,
    Restrict,
}

/// <summary>Is CREATE TABLE with a list of columns.</summary>
public sealed record CreateTable(QualifiedName Name, NodeList<TableElement> Elements) : Statement
{
    public bool OrReplace { get; init; }

    public TablePersistence Persistence { get; init; }

    public bool IfNotExists { get; init; }

    public NodeList<QualifiedName> Inherits { get; init; } = [];

    public OnCommit OnCommit { get; init; }

    /// <summary>Lists storage parameters: <c>WITH (fillfactor = 70)</c>.</summary>
    public NodeList<StatementOption> Options { get; init; } = [];
}

public enum TablePersistence
{
    Permanent,
    Temporary,
    Unlogged,
}

public enum OnCommit
{
    Default,
    PreserveRows,
    DeleteRows,
    Drop,
}

/// <summary>Is a column, a table constraint or LIKE within CREATE TABLE.</summary>
public abstract record TableElement : SyntaxNode;

public sealed record ColumnDefinition(Identifier Name, TypeName Type, NodeList<ColumnConstraint> Constraints) : TableElement
{
    public QualifiedName? Collation { get; init; }
}

/// <summary>Is LIKE t with options such as "including all".</summary>
public sealed record LikeTable(QualifiedName Table, NodeList<string> Options) : TableElement;

public sealed record TableConstraint(Identifier? Name, Constraint Constraint) : TableElement;

public sealed record ColumnConstraint(Identifier? Name, Constraint Constraint) : SyntaxNode;

/// <summary>Is a constraint; as a column's, lists of columns are empty.</summary>
public abstract record Constraint : SyntaxNode
{
    /// <summary>Lists what follows: "deferrable", "not deferrable", "initially deferred", "initially immediate", "not valid", "no inherit".</summary>
    public NodeList<string> Attributes { get; init; } = [];
}

public sealed record NotNullConstraint : Constraint;

public sealed record NullableConstraint : Constraint;

public sealed record DefaultConstraint(Expression Value) : Constraint;

public sealed record CheckConstraint(Expression Condition) : Constraint;

public sealed record UniqueConstraint(NodeList<Identifier> Columns) : Constraint;

public sealed record PrimaryKeyConstraint(NodeList<Identifier> Columns) : Constraint;

public sealed record ForeignKeyConstraint(
    NodeList<Identifier> Columns, QualifiedName ReferencedTable, NodeList<Identifier> ReferencedColumns) : Constraint
{
    public ReferentialAction OnDelete { get; init; }

    public ReferentialAction OnUpdate { get; init; }

    /// <summary>Is "full", "partial" or "simple", if said.</summary>
    public string? Match { get; init; }
}

public enum ReferentialAction
{
    Default,
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// <summary>Is <c>GENERATED ALWAYS AS (expression) STORED</c>.</summary>
public sealed record GeneratedConstraint(Expression Value) : Constraint;

/// <summary>Is <c>GENERATED ALWAYS | BY DEFAULT AS IDENTITY</c>.</summary>
public sealed record IdentityConstraint(bool Always) : Constraint
{
    /// <summary>Lists options of its sequence.</summary>
    public NodeList<SequenceOption> Options { get; init; } = [];
}

/// <summary>Is CREATE SEQUENCE.</summary>
public sealed record CreateSequence(QualifiedName Name, NodeList<SequenceOption> Options) : Statement
{
    public bool Temporary { get; init; }

    public bool IfNotExists { get; init; }
}

/// <summary>Is one option of a sequence: "as" (a type), "increment", "minvalue", "maxvalue", "start", "cache", "restart" (with or without a number), "cycle", "no cycle", "no minvalue", "no maxvalue", "owned by" (a column, or none).</summary>
public sealed record SequenceOption(string Name) : SyntaxNode
{
    public long? Number { get; init; }

    public TypeName? Type { get; init; }

    public QualifiedName? Owner { get; init; }
}

/// <summary>Is CREATE TABLE AS, CREATE MATERIALIZED VIEW, and SELECT INTO. The source is a query, or <see cref="Execute"/>.</summary>
public sealed record CreateTableAs(QualifiedName Name, NodeList<Identifier> Columns, Statement Source) : Statement
{
    public bool OrReplace { get; init; }

    public TablePersistence Persistence { get; init; }

    public bool IfNotExists { get; init; }

    public OnCommit OnCommit { get; init; }

    public NodeList<StatementOption> Options { get; init; } = [];

    public bool WithNoData { get; init; }
}

/// <summary>Is a table whose rows are files somewhere; without elements the columns come from the files.</summary>
public sealed record CreateExternalTable(QualifiedName Name, NodeList<TableElement> Elements, string Format, string Location) : Statement
{
    public bool OrReplace { get; init; }

    public bool IfNotExists { get; init; }

    public NodeList<StatementOption> Options { get; init; } = [];

    /// <summary>Lists the columns that come from folder names; types may be absent.</summary>
    public NodeList<PartitionColumn> PartitionedBy { get; init; } = [];
}

public sealed record PartitionColumn(Identifier Name, TypeName? Type) : SyntaxNode;

public sealed record CreateView(QualifiedName Name, NodeList<Identifier> Columns, Query Query) : Statement
{
    public bool OrReplace { get; init; }

    public bool Temporary { get; init; }

    public bool Recursive { get; init; }

    public bool IfNotExists { get; init; }

    public NodeList<StatementOption> Options { get; init; } = [];

    /// <summary>Is "cascaded" or "local" for WITH CHECK OPTION.</summary>
    public string? CheckOption { get; init; }
}

public sealed record CreateMaterializedView(QualifiedName Name, NodeList<Identifier> Columns, Query Query) : Statement
{
    public bool OrReplace { get; init; }

    public bool IfNotExists { get; init; }

    public NodeList<StatementOption> Options { get; init; } = [];

    public bool WithNoData { get; init; }
}

public sealed record RefreshMaterializedView(QualifiedName Name, bool Concurrently, bool WithNoData) : Statement;

/// <summary>Is CREATE SCHEMA; the name is absent if only AUTHORIZATION was said.</summary>
public sealed record CreateSchema(QualifiedName? Name, bool IfNotExists, Identifier? Authorization) : Statement;

public sealed record CreateIndex(Identifier? Name, NamedTable Table, NodeList<IndexKey> Keys) : Statement
{
    public bool Unique { get; init; }

    public bool Concurrently { get; init; }

    public bool IfNotExists { get; init; }

    /// <summary>Is the access method: btree, hash, …</summary>
    public Identifier? Method { get; init; }

    public NodeList<Identifier> Include { get; init; } = [];

    public bool NullsNotDistinct { get; init; }

    public NodeList<StatementOption> Options { get; init; } = [];

    public Expression? Where { get; init; }
}

public sealed record IndexKey(
    Expression Value, QualifiedName? Collation, QualifiedName? OperatorClass, SortDirection Direction, NullOrder NullOrder) : SyntaxNode;

/// <summary>Is DROP of one or several objects of one kind.</summary>
public sealed record Drop(ObjectKind Kind, NodeList<QualifiedName> Names) : Statement
{
    public bool IfExists { get; init; }

    public bool Concurrently { get; init; }

    public DropBehavior Behavior { get; init; }
}

/// <summary>Is what DROP, ALTER, COMMENT, GRANT and REVOKE can name.</summary>
public enum ObjectKind
{
    Table,
    View,
    MaterializedView,
    Index,
    Schema,
    Sequence,
    Type,
    Domain,
    Function,
    Database,
    Column,
    Role,
    Constraint,
    ForeignTable,
}

/// <summary>Is <c>ALTER TABLE | VIEW | INDEX | SCHEMA … name actions</c>.</summary>
public sealed record Alter(ObjectKind Kind, QualifiedName Name, NodeList<AlterAction> Actions) : Statement
{
    public bool IfExists { get; init; }

    public bool Only { get; init; }
}

public abstract record AlterAction : SyntaxNode;

public sealed record RenameTo(Identifier NewName) : AlterAction;

public sealed record RenameColumn(Identifier Column, Identifier NewName) : AlterAction;

public sealed record RenameConstraint(Identifier Constraint, Identifier NewName) : AlterAction;

public sealed record SetSchema(Identifier Schema) : AlterAction;

public sealed record OwnerTo(Identifier Owner) : AlterAction;

public sealed record AddColumn(ColumnDefinition Column, bool IfNotExists) : AlterAction;

public sealed record DropColumn(Identifier Column, bool IfExists, DropBehavior Behavior) : AlterAction;

public sealed record AddConstraint(TableConstraint Constraint) : AlterAction;

public sealed record DropConstraint(Identifier Constraint, bool IfExists, DropBehavior Behavior) : AlterAction;

public sealed record AlterColumnType(Identifier Column, TypeName Type, QualifiedName? Collation, Expression? Using) : AlterAction;

/// <summary>Sets a default, or drops it when the value is absent.</summary>
public sealed record AlterColumnDefault(Identifier Column, Expression? Value) : AlterAction;

/// <summary>Is SET NOT NULL (nullable = false) or DROP NOT NULL.</summary>
public sealed record AlterColumnNullability(Identifier Column, bool Nullable) : AlterAction;

/// <summary>Is <c>ADD GENERATED … AS IDENTITY</c>.</summary>
public sealed record AddIdentity(Identifier Column, IdentityConstraint Identity) : AlterAction;

/// <summary>Is <c>SET GENERATED …</c>, <c>SET option</c> and <c>RESTART</c> of an identity column.</summary>
public sealed record AlterIdentity(Identifier Column, bool? Always, NodeList<SequenceOption> Options) : AlterAction;

/// <summary>Is DROP IDENTITY, or DROP EXPRESSION.</summary>
public sealed record DropGenerated(Identifier Column, bool Identity, bool IfExists) : AlterAction;

public sealed record ValidateConstraint(Identifier Constraint) : AlterAction;

/// <summary>Is what ALTER SEQUENCE changes.</summary>
public sealed record AlterSequence(NodeList<SequenceOption> Options) : AlterAction;

public sealed record AlterColumnStatistics(Identifier Column, int Target) : AlterAction;

/// <summary>Is SET (options), or RESET (options) when reset.</summary>
public sealed record AlterOptions(NodeList<StatementOption> Options, bool Reset) : AlterAction;

/// <summary>Is <c>COMMENT ON kind name IS 'text'</c>; without a text the comment is removed. A column's name ends in the column.</summary>
public sealed record Comment(ObjectKind Kind, QualifiedName Name, string? Text) : Statement;

/// <summary>Is GRANT (or REVOKE) of privileges on objects.</summary>
public sealed record Grant(bool Revoke, NodeList<Privilege> Privileges, GrantTarget Target, NodeList<Identifier> Grantees) : Statement
{
    /// <summary>Is WITH GRANT OPTION, or REVOKE GRANT OPTION FOR.</summary>
    public bool GrantOption { get; init; }

    public DropBehavior Behavior { get; init; }
}

/// <summary>Is one privilege in lower case, "all" included, perhaps on some columns only.</summary>
public sealed record Privilege(string Name, NodeList<Identifier> Columns) : SyntaxNode;

/// <summary>Is what the privilege is on: names of a kind, or all objects of a kind in schemas.</summary>
public sealed record GrantTarget(ObjectKind Kind, NodeList<QualifiedName> Names, bool AllInSchema) : SyntaxNode;

/// <summary>Is GRANT (or REVOKE) of roles to roles.</summary>
public sealed record GrantRole(bool Revoke, NodeList<Identifier> Roles, NodeList<Identifier> Grantees) : Statement
{
    /// <summary>Is WITH ADMIN OPTION, or REVOKE ADMIN OPTION FOR.</summary>
    public bool AdminOption { get; init; }

    public DropBehavior Behavior { get; init; }
}
