using System.Collections.Immutable;
using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Server.Catalogs;

/// <summary>Everything that has a name in a database at one moment. Never changes: what changes it makes another one, which shares what is the same.</summary>
public sealed class CatalogState
{
    private static readonly ImmutableSortedDictionary<string, CatalogEntry> NoRelations = ImmutableSortedDictionary.Create<string, CatalogEntry>(StringComparer.Ordinal);
    private static readonly ImmutableSortedDictionary<string, DeclaredIndex> NoIndexes = ImmutableSortedDictionary.Create<string, DeclaredIndex>(StringComparer.Ordinal);

    internal static readonly CatalogState Empty = new(ImmutableSortedDictionary.Create<string, SchemaState>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, SchemaState> _schemas;

    private CatalogState(ImmutableSortedDictionary<string, SchemaState> schemas) => _schemas = schemas;

    /// <summary>Schema names in order.</summary>
    public IEnumerable<string> Schemas => _schemas.Keys;

    public bool HasSchema(string schema) => _schemas.ContainsKey(schema);

    /// <summary>A relation with what was declared about it, or null.</summary>
    public CatalogEntry? FindEntry(string schema, string name) =>
        _schemas.TryGetValue(schema, out SchemaState? found) && found.Relations.TryGetValue(name, out CatalogEntry? entry) ? entry : null;

    /// <summary>A schema's relations in the order of their names; empty for an unknown schema.</summary>
    public IReadOnlyList<KeyValuePair<string, Relation>> Relations(string schema) =>
        _schemas.TryGetValue(schema, out SchemaState? found) ? [.. found.Relations.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Relation))] : [];

    /// <summary>Everything there is.</summary>
    public IReadOnlyList<SchemaContents> Contents() => [.. _schemas.Select(static pair => new SchemaContents(
        pair.Value.Oid, pair.Key, pair.Value.Owner, pair.Value.Comment, [.. pair.Value.Relations.Values], [.. pair.Value.Indexes.Values]))];

    internal DeclaredIndex? FindIndex(string schema, string name) => _schemas.TryGetValue(schema, out SchemaState? found) ? found.Indexes.GetValueOrDefault(name) : null;

    /// <summary>Indexes of a table.</summary>
    internal IReadOnlyList<DeclaredIndex> IndexesOf(string schema, string table) =>
        _schemas.TryGetValue(schema, out SchemaState? found) ? [.. found.Indexes.Values.Where(index => index.Table == table)] : [];

    internal CatalogState WithSchema(string schema, long oid, string owner, string? comment) => new(_schemas.SetItem(
        schema,
        _schemas.TryGetValue(schema, out SchemaState? found) && found.Oid == oid
            ? found with { Owner = owner, Comment = comment }
            : new SchemaState(oid, owner, comment, NoRelations, NoIndexes)));

    internal CatalogState WithoutSchema(string schema) => new(_schemas.Remove(schema));

    /// <exception cref="Parser.Errors.QueryException">3F000: no such schema.</exception>
    internal CatalogState With(string schema, CatalogEntry entry) => With(schema, found => found with { Relations = found.Relations.SetItem(entry.Name, entry) });

    /// <exception cref="Parser.Errors.QueryException">3F000: no such schema.</exception>
    internal CatalogState With(string schema, DeclaredIndex index) => With(schema, found => found with { Indexes = found.Indexes.SetItem(index.Name, index) });

    internal CatalogState Without(string schema, string relation) => HasSchema(schema) ? With(schema, found => found with { Relations = found.Relations.Remove(relation) }) : this;

    internal CatalogState WithoutIndex(string schema, string index) => HasSchema(schema) ? With(schema, found => found with { Indexes = found.Indexes.Remove(index) }) : this;

    /// <summary>Whether a name stands for the same thing in both states; of a schema its own facts count, not what is in it.</summary>
    internal bool Agrees(CatalogKey key, CatalogState other)
    {
        switch (key.Kind)
        {
            case CatalogKind.Relation: return ReferenceEquals(FindEntry(key.Schema, key.Name), other.FindEntry(key.Schema, key.Name));
            case CatalogKind.Index: return ReferenceEquals(FindIndex(key.Schema, key.Name), other.FindIndex(key.Schema, key.Name));
            case CatalogKind.Schema:
                SchemaState? mine = _schemas.GetValueOrDefault(key.Schema), its = other._schemas.GetValueOrDefault(key.Schema);
                return mine == null || its == null ? mine == its : (mine.Oid, mine.Owner, mine.Comment) == (its.Oid, its.Owner, its.Comment);
        }

        throw new InvalidOperationException($"{key.Kind}");
    }

    /// <summary>This state, with a name standing for what it stands for in another one.</summary>
    /// <exception cref="Parser.Errors.QueryException">3F000: it stands for something in a schema that this state does not have.</exception>
    internal CatalogState Adopt(CatalogKey key, CatalogState other)
    {
        switch (key.Kind)
        {
            case CatalogKind.Relation: return other.FindEntry(key.Schema, key.Name) is { } entry ? With(key.Schema, entry) : Without(key.Schema, key.Name);
            case CatalogKind.Index: return other.FindIndex(key.Schema, key.Name) is { } index ? With(key.Schema, index) : WithoutIndex(key.Schema, key.Name);
            case CatalogKind.Schema:
                return other._schemas.TryGetValue(key.Schema, out SchemaState? schema) ? WithSchema(key.Schema, schema.Oid, schema.Owner, schema.Comment) : WithoutSchema(key.Schema);
        }

        throw new InvalidOperationException($"{key.Kind}");
    }

    /// <summary>Id, owner and comment of a schema; null when there is none.</summary>
    internal (long Oid, string Owner, string? Comment)? FindSchema(string schema) => _schemas.TryGetValue(schema, out SchemaState? found) ? (found.Oid, found.Owner, found.Comment) : null;

    private CatalogState With(string schema, Func<SchemaState, SchemaState> change) =>
        new(_schemas.SetItem(schema, change(_schemas.TryGetValue(schema, out SchemaState? found) ? found : throw CatalogErrors.NoSchema(schema))));

    private sealed record SchemaState(
        long Oid, string Owner, string? Comment, ImmutableSortedDictionary<string, CatalogEntry> Relations, ImmutableSortedDictionary<string, DeclaredIndex> Indexes);
}
