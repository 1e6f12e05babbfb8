using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>DROP of schemas, tables, views and indexes: all that are named or none, and with CASCADE what depends on them.</summary>
internal static class DropStatements
{
    /// <exception cref="Parser.Errors.QueryException">42P01, 42704, 3F000: it is not there; 42809: it is of another kind; 2BP01: others depend on it; 42501: it is the system's.</exception>
    public static StatementResult Drop(Drop drop, Session session)
    {
        var notices = new List<StatementNotice>();
        var targets = new List<DroppedObject>();
        foreach (QualifiedName name in drop.Names)
        {
            string kind = KindName(drop.Kind).ToLowerInvariant();
            if (Missing(name, drop.Kind, session) is { } missing)
            {
                notices.Add(drop.IfExists ? StatementNotice.Missing(missing.Kind, missing.Name) : throw NotThere(missing.Kind, missing.Name));
                continue;
            }

            switch (drop.Kind)
            {
                case ObjectKind.Schema:
                    targets.Add(new DroppedObject.OfSchema(session.Catalog.Shared, name.Last.Value));
                    break;
                case ObjectKind.Index:
                    IndexStatements.TryDrop(name, session);
                    break;
                default:
                    targets.Add(Located(name, drop, kind, session));
                    break;
            }
        }

        if (DependentObjects.Of(targets, session) is { Count: > 0 } dependents)
        {
            if (drop.Behavior != DropBehavior.Cascade)
            {
                throw CatalogErrors.StillNeeded(targets.Count == 1 ? targets[0].Describe(session) : null, dependents.Select(dependent => $"{dependent.Object.Describe(session)} depends on {dependent.Needs.Describe(session)}"));
            }

            notices.Add(Cascades([.. dependents.Select(dependent => $"drop cascades to {dependent.Object.Describe(session)}")]));
            foreach ((DroppedObject dependent, _) in dependents.Reverse())
            {
                dependent.Remove();
            }
        }

        targets.ForEach(static target => target.Remove());
        return new StatementResult.Command($"DROP {KindName(drop.Kind)}", [.. notices]);
    }

    /// <summary>Drops the session's temporary tables.</summary>
    public static void DropTemporary(Session session)
    {
        SessionDatabase temporary = session.Catalog.Temporary;
        foreach ((string name, _) in temporary.Relations(SessionCatalog.TemporarySchema))
        {
            temporary.Remove(SessionCatalog.TemporarySchema, name);
        }
    }

    /// <summary>A kind in words: TABLE, MATERIALIZED VIEW.</summary>
    public static string KindName(ObjectKind kind) => kind switch
    {
        ObjectKind.MaterializedView => "MATERIALIZED VIEW",
        ObjectKind.ForeignTable => "FOREIGN TABLE",
        _ => kind.ToString().ToUpperInvariant(),
    };

    /// <summary>Refuses to change a relation of pg_catalog or information_schema.</summary>
    /// <exception cref="Parser.Errors.QueryException">42501.</exception>
    public static void RefuseSystemRelation(QualifiedName name, Session session)
    {
        if (session.Catalog.Locate(name) == null && session.Catalog.Find([.. name.Parts.Select(static part => part.Value)]) is Relation.OfTable { Table: SystemTable system })
        {
            throw CatalogErrors.NotOwner(system.Shape.Kind == 'v' ? "view" : "table", system.Shape.Name);
        }
    }

    /// <summary>What is not there: the object, or the schema it is looked for in; null when it is.</summary>
    private static (string Kind, string Name)? Missing(QualifiedName name, ObjectKind kind, Session session)
    {
        string[] parts = [.. name.Parts.Select(static part => part.Value)];
        string words = KindName(kind).ToLowerInvariant();
        switch (kind)
        {
            case ObjectKind.Schema:
                return SessionCatalog.IsSystemSchema(parts[^1]) ? throw CatalogErrors.SystemSchema(parts[^1]) : session.Catalog.Shared.HasSchema(parts[^1]) ? null : (words, parts[^1]);
            case ObjectKind.Table or ObjectKind.ForeignTable or ObjectKind.View or ObjectKind.MaterializedView or ObjectKind.Sequence or ObjectKind.Index:
                RefuseSystemRelation(name, session);
                bool isIndex = kind == ObjectKind.Index, isThere = session.Catalog.Locate(name) != null;
                if (isIndex ? isThere : !isThere && IndexStatements.Find(name, session) != null)
                {
                    throw CatalogErrors.WrongKind(parts[^1], words, isIndex ? DroppedObject.KindOf(session.Catalog.Find(parts)) : "index");
                }

                return (isIndex ? IndexStatements.Find(name, session) != null : isThere) ? null
                    : parts.Length > 1 && parts[^2] != SessionCatalog.TemporarySchema && !session.Catalog.Shared.HasSchema(parts[^2]) ? ("schema", parts[^2])
                    : (words, name.ToString());
            case ObjectKind.Type or ObjectKind.Domain:
                return (words, name.ToString());
            default:
                throw ExecutionErrors.Unsupported($"DROP {kind}");
        }
    }

    private static Parser.Errors.QueryException NotThere(string kind, string name) => kind switch
    {
        "schema" => CatalogErrors.NoSchema(name),
        "index" or "type" or "domain" => CatalogErrors.NoObject(kind, name),
        _ => CatalogErrors.NoRelation(kind, name),
    };

    private static DroppedObject.OfRelation Located(QualifiedName name, Drop drop, string words, Session session)
    {
        (SessionDatabase database, string schema, string relation) = session.Catalog.Locate(name)!.Value;
        CatalogEntry entry = database.FindEntry(schema, relation)!;
        string found = DroppedObject.KindOf(entry.Relation), wanted = drop.Kind switch { ObjectKind.View or ObjectKind.MaterializedView => "view", ObjectKind.Sequence => "sequence", _ => "table" };
        if (found != wanted)
        {
            throw CatalogErrors.WrongKind(relation, words, found);
        }

        if (entry.Facts.OwnedBy is { } owner && database.State.Contents().SelectMany(static of => of.Relations).FirstOrDefault(of => of.Oid == owner.TableOid) is { } table)
        {
            if (drop.Behavior != DropBehavior.Cascade)
            {
                throw CatalogErrors.OwnedSequence(relation, table.Name, owner.Column);
            }

            database.Declare(schema, table.Name, facts => facts with { Defaults = [.. facts.Defaults.Where(value => value.Column != owner.Column)] });
        }

        return new DroppedObject.OfRelation(database, schema, entry);
    }

    private static StatementNotice Cascades(string[] lines) => lines.Length == 1
        ? new StatementNotice(lines[0])
        : new StatementNotice(FormattableString.Invariant($"drop cascades to {lines.Length} other objects"), Detail: CatalogErrors.Listed(lines));
}
