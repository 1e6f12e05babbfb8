using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Catalogs;

/// <summary>A database as the statements of a session see and change it: within a transaction with its changes, else as committed. Names are already folded.</summary>
/// <remarks>Changes need the transaction that every statement that writes runs in.</remarks>
public sealed class SessionDatabase
{
    private readonly Database _database;
    private readonly Session _session;

    internal SessionDatabase(Database database, Session session)
    {
        _database = database;
        _session = session;
    }

    public string Name => _database.Name;

    /// <summary>Where ids of objects come from.</summary>
    public ObjectIds Ids => _database.Ids;

    /// <summary>All that the session sees now.</summary>
    public CatalogState State => _session.Transaction.Current is { } transaction ? transaction.StateOf(_database) : _database.State;

    /// <summary>Schema names in order.</summary>
    public IEnumerable<string> Schemas => State.Schemas;

    internal Database Database => _database;

    /// <summary>A schema's relations in the order of their names; empty for an unknown schema.</summary>
    public IReadOnlyList<KeyValuePair<string, Relation>> Relations(string schema) => State.Relations(schema);

    public bool HasSchema(string schema) => State.HasSchema(schema);

    public Relation? Find(string schema, string name) => State.FindEntry(schema, name)?.Relation;

    /// <summary>A relation with what was declared about it, or null.</summary>
    public CatalogEntry? FindEntry(string schema, string name) => State.FindEntry(schema, name);

    /// <exception cref="QueryException">3F000: no such schema; 42P07: the name is taken and <paramref name="replace"/> is false.</exception>
    public void Put(string schema, string name, Relation relation, bool replace, TableFacts? facts = null)
    {
        CatalogState state = State;
        CatalogEntry? old = state.FindEntry(schema, name);
        if (old != null && !replace)
        {
            throw CatalogErrors.RelationExists(name);
        }

        Change(state.With(schema, new CatalogEntry(old?.Oid ?? Ids.Next(), name, relation, facts ?? TableFacts.None)), CatalogKey.OfRelation(schema, name));
    }

    /// <summary>Changes what is declared about a relation.</summary>
    /// <returns>False when there is no such relation.</returns>
    public bool Declare(string schema, string name, Func<TableFacts, TableFacts> change)
    {
        CatalogState state = State;
        if (state.FindEntry(schema, name) is not { } entry)
        {
            return false;
        }

        Change(state.With(schema, entry with { Facts = change(entry.Facts) }), CatalogKey.OfRelation(schema, name));
        return true;
    }

    /// <summary>Keeps what ANALYZE found in a table, unless the name stands for another one by now. Plans made before no longer hold.</summary>
    public void Analyze(string schema, string name, ITable table, AnalyzedStatistics statistics)
    {
        CatalogState state = State;
        if (state.FindEntry(schema, name) is { Relation: Relation.OfTable found } entry && ReferenceEquals(found.Table, table))
        {
            Change(state.With(schema, entry with { Relation = found with { Analyzed = statistics } }), CatalogKey.OfRelation(schema, name));
        }
    }

    /// <summary>Gives a relation another name or schema; its indexes go with it.</summary>
    /// <exception cref="QueryException">3F000: no such schema; 42P07: the name is taken.</exception>
    public void Rename(string schema, string name, string newSchema, string newName)
    {
        CatalogState state = State;
        if (state.FindEntry(newSchema, newName) != null)
        {
            throw CatalogErrors.RelationExists(newName);
        }

        var keys = new List<CatalogKey> { CatalogKey.OfRelation(schema, name), CatalogKey.OfRelation(newSchema, newName) };
        CatalogState changed = state.With(newSchema, state.FindEntry(schema, name)! with { Name = newName }).Without(schema, name);
        foreach (DeclaredIndex index in state.IndexesOf(schema, name))
        {
            keys.Add(CatalogKey.OfIndex(schema, index.Name));
            keys.Add(CatalogKey.OfIndex(newSchema, index.Name));
            changed = changed.WithoutIndex(schema, index.Name).With(newSchema, index with { Table = newName });
        }

        Change(changed, [.. keys]);
    }

    /// <summary>Takes a relation away, with its indexes; null when there is none.</summary>
    public Relation? Remove(string schema, string name)
    {
        CatalogState state = State;
        if (state.FindEntry(schema, name) is not { } entry)
        {
            return null;
        }

        var keys = new List<CatalogKey> { CatalogKey.OfRelation(schema, name) };
        CatalogState changed = state.Without(schema, name);
        foreach (DeclaredIndex index in state.IndexesOf(schema, name))
        {
            keys.Add(CatalogKey.OfIndex(schema, index.Name));
            changed = changed.WithoutIndex(schema, index.Name);
        }

        Change(changed, [.. keys]);
        return entry.Relation;
    }

    /// <summary>Notes an index of a table.</summary>
    /// <returns>False when the name is taken by an index or a relation.</returns>
    public bool TryAddIndex(string schema, string name, string table, Parser.Ast.CreateIndex definition)
    {
        CatalogState state = State;
        if (!state.HasSchema(schema) || state.FindEntry(schema, name) != null || state.FindIndex(schema, name) != null)
        {
            return false;
        }

        Change(state.With(schema, new DeclaredIndex(Ids.Next(), name, table, definition)), CatalogKey.OfIndex(schema, name));
        return true;
    }

    /// <returns>False when there is no such index.</returns>
    public bool RemoveIndex(string schema, string name)
    {
        CatalogState state = State;
        if (state.FindIndex(schema, name) == null)
        {
            return false;
        }

        Change(state.WithoutIndex(schema, name), CatalogKey.OfIndex(schema, name));
        return true;
    }

    /// <exception cref="QueryException">42P06: the schema exists.</exception>
    public void CreateSchema(string schema, string owner = TableFacts.DefaultOwner)
    {
        CatalogState state = State;
        if (state.HasSchema(schema))
        {
            throw CatalogErrors.SchemaExists(schema);
        }

        Change(state.WithSchema(schema, Ids.Next(), owner, null), CatalogKey.OfSchema(schema));
    }

    /// <exception cref="QueryException">3F000: no such schema.</exception>
    public void CommentOnSchema(string schema, string? comment)
    {
        CatalogState state = State;
        (long oid, string owner, _) = state.FindSchema(schema) ?? throw CatalogErrors.NoSchema(schema);
        Change(state.WithSchema(schema, oid, owner, comment), CatalogKey.OfSchema(schema));
    }

    /// <summary>Takes a schema away with all that is in it.</summary>
    /// <exception cref="QueryException">3F000: no such schema.</exception>
    public void DropSchema(string schema)
    {
        CatalogState state = State;
        IReadOnlyList<KeyValuePair<string, Relation>> relations = state.HasSchema(schema) ? state.Relations(schema) : throw CatalogErrors.NoSchema(schema);
        Change(state.WithoutSchema(schema), [CatalogKey.OfSchema(schema), .. relations.Select(relation => CatalogKey.OfRelation(schema, relation.Key))]);
    }

    private void Change(CatalogState state, params CatalogKey[] keys) =>
        (_session.Transaction.Current ?? throw Execution.ExecutionErrors.Internal("the catalog is changed outside of a transaction")).Change(_database, state, keys);
}
