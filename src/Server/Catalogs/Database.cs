using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Catalogs;

/// <summary>The schemas of a database and the tables, views and indexes in them. Thread-safe; names are already folded.</summary>
public sealed class Database
{
    /// <summary>Where unqualified names go.</summary>
    public const string DefaultSchema = "public";

    /// <summary>PostgreSQL's id of the schema public.</summary>
    private const long DefaultSchemaOid = 2200;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Schema> _schemas = new(StringComparer.Ordinal);

    /// <param name="name">Name of the database.</param>
    /// <param name="ids">Ids of its objects; null: a counter of its own.</param>
    public Database(string name, ObjectIds? ids = null)
    {
        Name = name;
        Ids = ids ?? new ObjectIds();
        Oid = Ids.Next();
        _schemas[DefaultSchema] = new Schema(DefaultSchemaOid, TableFacts.DefaultOwner) { Comment = "standard public schema" };
    }

    public string Name { get; }

    /// <summary>Id of the database.</summary>
    public long Oid { get; }

    /// <summary>Where ids of objects come from.</summary>
    public ObjectIds Ids { get; }

    /// <summary>Grows with every change.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }

        private set;
    }

    /// <summary>Schema names in order.</summary>
    public IReadOnlyList<string> Schemas
    {
        get
        {
            lock (_lock)
            {
                return [.. _schemas.Keys];
            }
        }
    }

    /// <summary>Everything there is, at one moment.</summary>
    public IReadOnlyList<SchemaContents> Contents(out long version)
    {
        lock (_lock)
        {
            version = Version;
            return [.. _schemas.Select(static pair => new SchemaContents(
                pair.Value.Oid, pair.Key, pair.Value.Owner, pair.Value.Comment, [.. pair.Value.Relations.Values], [.. pair.Value.Indexes.Values]))];
        }
    }

    /// <summary>A schema's relations in the order of their names; empty for an unknown schema.</summary>
    public IReadOnlyList<KeyValuePair<string, Relation>> Relations(string schema)
    {
        lock (_lock)
        {
            return _schemas.TryGetValue(schema, out Schema? found) ? [.. found.Relations.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Relation))] : [];
        }
    }

    public bool HasSchema(string schema)
    {
        lock (_lock)
        {
            return _schemas.ContainsKey(schema);
        }
    }

    public Relation? Find(string schema, string name) => FindEntry(schema, name)?.Relation;

    /// <summary>A relation with what was declared about it, or null.</summary>
    public CatalogEntry? FindEntry(string schema, string name)
    {
        lock (_lock)
        {
            return _schemas.TryGetValue(schema, out Schema? found) ? found.Relations.GetValueOrDefault(name) : null;
        }
    }

    /// <exception cref="QueryException">3F000: no such schema; 42P07: the name is taken and <paramref name="replace"/> is false.</exception>
    /// <returns>What the name stood for before, or null.</returns>
    public Relation? Put(string schema, string name, Relation relation, bool replace, TableFacts? facts = null)
    {
        lock (_lock)
        {
            Schema owner = Existing(schema);
            CatalogEntry? old = owner.Relations.GetValueOrDefault(name);
            if (old != null && !replace)
            {
                throw CatalogErrors.RelationExists(name);
            }

            owner.Relations[name] = new CatalogEntry(old?.Oid ?? Ids.Next(), name, relation, facts ?? TableFacts.None);
            Version++;
            return old?.Relation;
        }
    }

    /// <summary>Changes what is declared about a relation.</summary>
    /// <returns>False when there is no such relation.</returns>
    public bool Declare(string schema, string name, Func<TableFacts, TableFacts> change)
    {
        lock (_lock)
        {
            if (!_schemas.TryGetValue(schema, out Schema? owner) || !owner.Relations.TryGetValue(name, out CatalogEntry? entry))
            {
                return false;
            }

            owner.Relations[name] = entry with { Facts = change(entry.Facts) };
            Version++;
            return true;
        }
    }

    /// <summary>Keeps what ANALYZE found in a table, unless the name stands for another one by now. Plans made before no longer hold.</summary>
    public void Analyze(string schema, string name, ITable table, AnalyzedStatistics statistics)
    {
        lock (_lock)
        {
            if (_schemas.TryGetValue(schema, out Schema? owner) && owner.Relations.TryGetValue(name, out CatalogEntry? entry)
                && entry.Relation is Relation.OfTable found && ReferenceEquals(found.Table, table))
            {
                owner.Relations[name] = entry with { Relation = found with { Analyzed = statistics } };
                Version++;
            }
        }
    }

    /// <summary>Gives a relation another name or schema; its indexes go with it.</summary>
    /// <exception cref="QueryException">3F000: no such schema; 42P07: the name is taken.</exception>
    public void Rename(string schema, string name, string newSchema, string newName)
    {
        lock (_lock)
        {
            Schema from = Existing(schema), to = Existing(newSchema);
            CatalogEntry entry = from.Relations[name];
            if (!to.Relations.TryAdd(newName, entry with { Name = newName }))
            {
                throw CatalogErrors.RelationExists(newName);
            }

            from.Relations.Remove(name);
            foreach (DeclaredIndex index in from.Indexes.Values.Where(index => index.Table == name).ToArray())
            {
                from.Indexes.Remove(index.Name);
                to.Indexes[index.Name] = index with { Table = newName };
            }

            Version++;
        }
    }

    /// <summary>Takes a relation away; null when there is none.</summary>
    public Relation? Remove(string schema, string name)
    {
        lock (_lock)
        {
            if (!_schemas.TryGetValue(schema, out Schema? owner) || !owner.Relations.Remove(name, out CatalogEntry? old))
            {
                return null;
            }

            foreach (DeclaredIndex index in owner.Indexes.Values.Where(index => index.Table == name).ToArray())
            {
                owner.Indexes.Remove(index.Name);
            }

            Version++;
            return old.Relation;
        }
    }

    /// <summary>Notes an index of a table.</summary>
    /// <returns>False when the name is taken by an index or a relation.</returns>
    public bool TryAddIndex(string schema, string name, string table, Parser.Ast.CreateIndex definition)
    {
        lock (_lock)
        {
            if (!_schemas.TryGetValue(schema, out Schema? owner) || owner.Relations.ContainsKey(name) || !owner.Indexes.TryAdd(name, new DeclaredIndex(Ids.Next(), name, table, definition)))
            {
                return false;
            }

            Version++;
            return true;
        }
    }

    /// <returns>False when there is no such index.</returns>
    public bool RemoveIndex(string schema, string name)
    {
        lock (_lock)
        {
            bool isRemoved = _schemas.TryGetValue(schema, out Schema? owner) && owner.Indexes.Remove(name);
            Version += isRemoved ? 1 : 0;
            return isRemoved;
        }
    }

    /// <exception cref="QueryException">42P06: the schema exists.</exception>
    public void CreateSchema(string schema, string owner = TableFacts.DefaultOwner)
    {
        lock (_lock)
        {
            if (!_schemas.TryAdd(schema, new Schema(Ids.Next(), owner)))
            {
                throw CatalogErrors.SchemaExists(schema);
            }

            Version++;
        }
    }

    /// <exception cref="QueryException">3F000: no such schema.</exception>
    public void CommentOnSchema(string schema, string? comment)
    {
        lock (_lock)
        {
            Existing(schema).Comment = comment;
            Version++;
        }
    }

    /// <exception cref="QueryException">3F000: no such schema; 2BP01: it is not empty and <paramref name="cascade"/> is false.</exception>
    /// <returns>The relations that went with it.</returns>
    public IReadOnlyList<Relation> DropSchema(string schema, bool cascade)
    {
        lock (_lock)
        {
            Schema found = Existing(schema);
            if (found.Relations.Count > 0 && !cascade)
            {
                throw CatalogErrors.SchemaNotEmpty(schema);
            }

            _schemas.Remove(schema);
            Version++;
            return [.. found.Relations.Values.Select(static entry => entry.Relation)];
        }
    }

    private Schema Existing(string schema) => _schemas.TryGetValue(schema, out Schema? found) ? found : throw CatalogErrors.NoSchema(schema);

    /// <summary>What a schema holds; guarded by the database's lock.</summary>
    private sealed class Schema(long oid, string owner)
    {
        public long Oid => oid;

        public string Owner => owner;

        public string? Comment { get; set; }

        public SortedDictionary<string, CatalogEntry> Relations { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, DeclaredIndex> Indexes { get; } = new(StringComparer.Ordinal);
    }
}
