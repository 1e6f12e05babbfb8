using System.Collections.Concurrent;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Users and their ids. A user is known from the first time that anything names it; ids last as long as the process. Thread-safe.</summary>
public sealed class Roles(ObjectIds ids)
{
    /// <summary>PostgreSQL's id of the user that owns the system.</summary>
    public const long SuperuserOid = 10;

    private readonly ConcurrentDictionary<string, long> _oids = new(StringComparer.Ordinal) { [TableFacts.DefaultOwner] = SuperuserOid };

    /// <summary>The id of a user, given now if there is none yet.</summary>
    public long OidOf(string name) => _oids.GetOrAdd(name, static (_, source) => source.Next(), ids);

    /// <summary>The id of a user that is known, else null.</summary>
    public long? Find(string name) => _oids.TryGetValue(name, out long oid) ? oid : null;

    /// <summary>The name of an id, or null.</summary>
    public string? NameOf(long oid) => _oids.FirstOrDefault(pair => pair.Value == oid).Key;

    /// <summary>Everybody's name and id, in the order of ids.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> All => [.. _oids.ToArray().OrderBy(static pair => pair.Value)];
}
