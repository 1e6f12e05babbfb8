using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Transactions;

namespace SqlCluster.Server.Catalogs;

/// <summary>A database as it was last committed; sessions read and change it through <see cref="SessionDatabase"/>. Thread-safe.</summary>
public sealed class Database
{
    /// <summary>Where unqualified names go.</summary>
    public const string DefaultSchema = "public";

    /// <summary>PostgreSQL's id of the schema public.</summary>
    private const long DefaultSchemaOid = 2200;

    private volatile CatalogState _state = CatalogState.Empty.WithSchema(DefaultSchema, DefaultSchemaOid, TableFacts.DefaultOwner, "standard public schema");

    /// <param name="name">Name of the database.</param>
    public Database(string name)
        : this(name, new ObjectIds(), new CommitLog())
    {
    }

    /// <param name="name">Name of the database.</param>
    /// <param name="ids">Ids of its objects.</param>
    /// <param name="commits">Where changes of it are committed, along with those of other databases.</param>
    internal Database(string name, ObjectIds ids, CommitLog commits)
    {
        Name = name;
        Ids = ids;
        Commits = commits;
        Oid = Ids.Next();
    }

    public string Name { get; }

    /// <summary>Id of the database.</summary>
    public long Oid { get; }

    /// <summary>Where ids of objects come from.</summary>
    public ObjectIds Ids { get; }

    /// <summary>What is committed.</summary>
    public CatalogState State => _state;

    internal CommitLog Commits { get; }

    /// <summary>Adds a relation at once, outside of transactions: what the server is started with.</summary>
    /// <exception cref="QueryException">3F000: no such schema; 42P07: the name is taken.</exception>
    public void Add(string schema, string name, Relation relation) => Commits.Run(() =>
        Replace(_state.FindEntry(schema, name) == null ? _state.With(schema, new CatalogEntry(Ids.Next(), name, relation, TableFacts.None)) : throw CatalogErrors.RelationExists(name)));

    /// <summary>Makes a state the committed one. Called by the commit log alone.</summary>
    internal void Replace(CatalogState state) => _state = state;
}
