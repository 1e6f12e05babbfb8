using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Catalogs;

/// <summary>The schemas of a database and the tables and views in them. Thread-safe; names are already folded.</summary>
public sealed class Database
{
    /// <summary>Where unqualified names go.</summary>
    public const string DefaultSchema = "public";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SortedDictionary<string, Relation>> _schemas = new(StringComparer.Ordinal)
    {
        [DefaultSchema] = new(StringComparer.Ordinal),
    };

    /// <summary>Names of indexes with the schema and table they belong to. Indexes do nothing but have names.</summary>
    private readonly Dictionary<(string Schema, string Name), string> _indexes = [];

    public Database(string name) => Name = name;

    public string Name { get; }

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

    /// <summary>A schema's relations in the order of their names; empty for an unknown schema.</summary>
    public IReadOnlyList<KeyValuePair<string, Relation>> Relations(string schema)
    {
        lock (_lock)
        {
            return _schemas.TryGetValue(schema, out var relations) ? [.. relations] : [];
        }
    }

    public bool HasSchema(string schema)
    {
        lock (_lock)
        {
            return _schemas.ContainsKey(schema);
        }
    }

    public Relation? Find(string schema, string name)
    {
        lock (_lock)
        {
            return _schemas.TryGetValue(schema, out var relations) ? relations.GetValueOrDefault(name) : null;
        }
    }

    /// <exception cref="QueryException">3F000: no such schema; 42P07: the name is taken and <paramref name="replace"/> is false.</exception>
    /// <returns>What the name stood for before, or null.</returns>
    public Relation? Put(string schema, string name, Relation relation, bool replace)
    {
        lock (_lock)
        {
            if (!_schemas.TryGetValue(schema, out var relations))
            {
                throw CatalogErrors.NoSchema(schema);
            }

            Relation? old = relations.GetValueOrDefault(name);
            if (old != null && !replace)
            {
                throw CatalogErrors.RelationExists(name);
            }

            relations[name] = relation;
            return old;
        }
    }

    /// <summary>Takes a relation away; null when there is none.</summary>
    public Relation? Remove(string schema, string name)
    {
        lock (_lock)
        {
            if (!_schemas.TryGetValue(schema, out var relations) || !relations.Remove(name, out Relation? old))
            {
                return null;
            }

            foreach ((string Schema, string Name) index in _indexes.Where(entry => entry.Key.Schema == schema && entry.Value == name).Select(static entry => entry.Key).ToArray())
            {
                _indexes.Remove(index);
            }

            return old;
        }
    }

    /// <summary>Notes an index of a table.</summary>
    /// <returns>False when the name is taken by an index or a relation.</returns>
    public bool TryAddIndex(string schema, string name, string table)
    {
        lock (_lock)
        {
            return !(_schemas.TryGetValue(schema, out var relations) && relations.ContainsKey(name)) && _indexes.TryAdd((schema, name), table);
        }
    }

    /// <returns>False when there is no such index.</returns>
    public bool RemoveIndex(string schema, string name)
    {
        lock (_lock)
        {
            return _indexes.Remove((schema, name));
        }
    }

    /// <exception cref="QueryException">42P06: the schema exists.</exception>
    public void CreateSchema(string schema)
    {
        lock (_lock)
        {
            if (!_schemas.TryAdd(schema, new SortedDictionary<string, Relation>(StringComparer.Ordinal)))
            {
                throw CatalogErrors.SchemaExists(schema);
            }
        }
    }

    /// <exception cref="QueryException">3F000: no such schema; 2BP01: it is not empty and <paramref name="cascade"/> is false.</exception>
    /// <returns>The relations that went with it.</returns>
    public IReadOnlyList<Relation> DropSchema(string schema, bool cascade)
    {
        lock (_lock)
        {
            if (!_schemas.TryGetValue(schema, out var relations))
            {
                throw CatalogErrors.NoSchema(schema);
            }

            if (relations.Count > 0 && !cascade)
            {
                throw CatalogErrors.SchemaNotEmpty(schema);
            }

            _schemas.Remove(schema);
            foreach ((string Schema, string Name) index in _indexes.Keys.Where(key => key.Schema == schema).ToArray())
            {
                _indexes.Remove(index);
            }

            return [.. relations.Values];
        }
    }
}
