using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Catalogs;

/// <summary>A relation of a schema and what was said about it.</summary>
/// <param name="Oid">Its id, kept as long as it lives, also when it is renamed or replaced.</param>
/// <param name="Name">Its name.</param>
/// <param name="Relation">What the name stands for.</param>
/// <param name="Facts">What was declared.</param>
public sealed record CatalogEntry(long Oid, string Name, Relation Relation, TableFacts Facts);

/// <summary>What was declared about a relation beyond its columns. Foreign keys are there to be shown, the rest is enforced.</summary>
public sealed record TableFacts
{
    public static readonly TableFacts None = new();

    /// <summary>User who made it.</summary>
    public string Owner { get; init; } = DefaultOwner;

    public string? Comment { get; init; }

    /// <summary>Comments of columns, by name.</summary>
    public NodeList<KeyValuePair<string, string>> ColumnComments { get; init; } = [];

    /// <summary>DEFAULT, GENERATED and IDENTITY of columns.</summary>
    public NodeList<ColumnDefault> Defaults { get; init; } = [];

    /// <summary>PRIMARY KEY, UNIQUE, FOREIGN KEY and CHECK.</summary>
    public NodeList<DeclaredConstraint> Constraints { get; init; } = [];

    /// <summary>The column that a sequence belongs to, with which it goes; null: none.</summary>
    public SequenceOwner? OwnedBy { get; init; }

    /// <summary>Of a view: ids of the relations that its query names.</summary>
    public NodeList<long> Reads { get; init; } = [];

    /// <summary>What becomes of a temporary table at the end of a transaction.</summary>
    public OnCommit OnCommit { get; init; }

    /// <summary>Who owns what nobody made in a session: the files a server was started with.</summary>
    public const string DefaultOwner = "sqlcluster";
}

/// <summary>The column that a sequence belongs to.</summary>
public sealed record SequenceOwner(long TableOid, string Column, bool IsIdentity);

/// <summary>What a column gets when no value is given.</summary>
/// <param name="Oid">Id of the pg_attrdef row.</param>
/// <param name="Column">Column.</param>
/// <param name="Expression">SQL text; null for identity columns.</param>
/// <param name="Kind">' ' default, 's' generated, 'a' identity always, 'd' identity by default.</param>
public sealed record ColumnDefault(long Oid, string Column, string? Expression, char Kind)
{
    /// <summary>What is computed: the expression, or the identity's next value.</summary>
    public Expression? Value { get; init; }
}

/// <summary>A constraint as declared.</summary>
/// <param name="Oid">Id of the constraint.</param>
/// <param name="IndexOid">Id of the index that stands for a key; 0 for others.</param>
/// <param name="Name">Given, or made as PostgreSQL makes it: t_pkey, t_a_key, t_a_fkey, t_a_check.</param>
/// <param name="Kind">'p', 'u', 'f', 'c'.</param>
/// <param name="Columns">Columns of the table.</param>
public sealed record DeclaredConstraint(long Oid, long IndexOid, string Name, char Kind, NodeList<string> Columns)
{
    /// <summary>Id of the table a foreign key refers to; 0: its own.</summary>
    public long ReferencedOid { get; init; }

    public NodeList<string> ReferencedColumns { get; init; } = [];

    /// <summary>Actions of a foreign key.</summary>
    public ForeignKeyConstraint? ForeignKey { get; init; }

    /// <summary>Condition of a check, as SQL.</summary>
    public string? Condition { get; init; }
}

/// <summary>An index as declared; scans prune by statistics instead of using it.</summary>
/// <param name="Oid">Its id.</param>
/// <param name="Name">Its name, unique among the schema's relations and indexes.</param>
/// <param name="Table">Name of its table.</param>
/// <param name="Definition">The statement.</param>
public sealed record DeclaredIndex(long Oid, string Name, string Table, CreateIndex Definition);

/// <summary>All of a schema, in the order of names.</summary>
public sealed record SchemaContents(long Oid, string Name, string Owner, string? Comment, IReadOnlyList<CatalogEntry> Relations, IReadOnlyList<DeclaredIndex> Indexes);
