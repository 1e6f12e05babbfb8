using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Catalogs;

/// <summary>The catalog as one session sees it: its temporary tables, then the schemas of its search path, then files.</summary>
public sealed class SessionCatalog(Engine engine, Session session) : ICatalog
{
    /// <summary>Name under which temporary tables can be qualified.</summary>
    public const string TemporarySchema = "pg_temp";

    /// <summary>The session's own tables, in the one schema that there is for them.</summary>
    internal SessionDatabase Temporary { get; } = new(CreateTemporary(engine), session);

    /// <summary>The database of all sessions.</summary>
    internal SessionDatabase Shared { get; } = new(engine.Database, session);

    /// <summary>What the statement at hand has put up for its own queries.</summary>
    internal StandIns StandIns { get; } = new();

    public Relation? Find(IReadOnlyList<string> nameParts)
    {
        if (StandIns.Includes(nameParts))
        {
            return StandIns.Find(nameParts);
        }

        switch (nameParts.Count)
        {
            case 1:
                return Temporary.Find(TemporarySchema, nameParts[0])
                    ?? (session.Settings.SearchPath.Contains(SystemShape.PgCatalog) ? null : System(SystemShape.PgCatalog, nameParts[0]))
                    ?? session.Settings.SearchPath.Select(schema => Shared.Find(schema, nameParts[0]) ?? System(schema, nameParts[0])).FirstOrDefault(static relation => relation != null);
            case 2:
                return nameParts[0] == TemporarySchema ? Temporary.Find(TemporarySchema, nameParts[1]) : Shared.Find(nameParts[0], nameParts[1]) ?? System(nameParts[0], nameParts[1]);
            case 3 when nameParts[0] == engine.Database.Name:
                return Find([nameParts[1], nameParts[2]]);
            case 3:
                throw CatalogErrors.CrossDatabase(string.Join('.', nameParts));
            default:
                throw CatalogErrors.TooManyNameParts(string.Join('.', nameParts));
        }
    }

    public ITable OpenFile(string path) => engine.Files.Open(path, session.Pipeline.Cancellation);

    public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments) =>
        engine.Files.CallTableFunction(name, arguments, namedArguments, session.Pipeline.Cancellation);

    public IReadOnlyList<string> SimilarNames(IReadOnlyList<string> nameParts)
    {
        IEnumerable<string> names = session.Settings.SearchPath.SelectMany(schema => Shared.Relations(schema))
            .Concat(Temporary.Relations(TemporarySchema)).Select(static relation => relation.Key);
        return NameDistance.Nearest(nameParts[^1], names);
    }

    /// <summary>Where a new relation goes: the schema that was named, or the first one of the search path that exists.</summary>
    internal (SessionDatabase Database, string Schema, string Name) Target(QualifiedName name, bool isTemporary)
    {
        string[] parts = [.. name.Parts.Select(static part => part.Value)];
        if (parts.Length == 3)
        {
            parts = parts[0] == engine.Database.Name ? parts[1..] : throw CatalogErrors.CrossDatabase(name.ToString(), session.Pipeline.Position(name));
        }

        if (parts.Length == 2 && isTemporary && parts[0] != TemporarySchema)
        {
            throw CatalogErrors.NotTemporary(session.Pipeline.Position(name));
        }

        if (isTemporary || (parts.Length == 2 && parts[0] == TemporarySchema))
        {
            return (Temporary, TemporarySchema, parts[^1]);
        }

        return parts.Length switch
        {
            1 => (Shared, session.Settings.SearchPath.FirstOrDefault(Shared.HasSchema) ?? throw CatalogErrors.NoSchema("public"), parts[0]),
            2 => (Shared, parts[0], parts[1]),
            _ => throw CatalogErrors.TooManyNameParts(name.ToString(), session.Pipeline.Position(name)),
        };
    }

    /// <summary>As <see cref="Target"/>, where the schema must be there and a user's.</summary>
    /// <exception cref="Parser.Errors.QueryException">3F000: no such schema; 42501: it is the system's; 42P16: a temporary relation in a schema of others.</exception>
    internal (SessionDatabase Database, string Schema, string Name) NewTarget(QualifiedName name, bool isTemporary)
    {
        (SessionDatabase Database, string Schema, string Name) target = Target(name, isTemporary);
        return target.Database.HasSchema(target.Schema) ? target
            : throw (IsSystemSchema(target.Schema) ? CatalogErrors.NoPermission("schema", target.Schema, session.Pipeline.Position(name)) : CatalogErrors.NoSchema(target.Schema, session.Pipeline.Position(name)));
    }

    /// <summary>Whether a schema is the system's.</summary>
    internal static bool IsSystemSchema(string name) => name is SystemShape.PgCatalog or SystemShape.InformationSchema;

    /// <summary>Where an existing relation is, or null when there is none.</summary>
    internal (SessionDatabase Database, string Schema, string Name)? Locate(QualifiedName name)
    {
        if (name.IsSimple)
        {
            string simple = name.Last.Value;
            if (Temporary.Find(TemporarySchema, simple) != null)
            {
                return (Temporary, TemporarySchema, simple);
            }

            string? schema = session.Settings.SearchPath.FirstOrDefault(candidate => Shared.Find(candidate, simple) != null);
            return schema == null ? null : (Shared, schema, simple);
        }

        (SessionDatabase database, string target, string relation) = Target(name, false);
        return database.Find(target, relation) == null ? null : (database, target, relation);
    }

    private Relation.OfTable? System(string schema, string name) => session.Objects.FindTable(schema, name);

    private static Database CreateTemporary(Engine engine)
    {
        var database = new Database(TemporarySchema, engine.Database.Ids, engine.Database.Commits);
        database.Replace(database.State.WithSchema(TemporarySchema, engine.Database.Ids.Next(), TableFacts.DefaultOwner, null));
        return database;
    }
}
