using SqlCluster.Catalyst.Catalog;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Catalogs;

/// <summary>Something that DROP takes away.</summary>
internal abstract record DroppedObject(SessionDatabase Database, string Schema)
{
    /// <summary>Takes it away; what is gone already stays so.</summary>
    public abstract void Remove();

    /// <summary>What it is, in words: "table t", "view s.v".</summary>
    public abstract string Describe(Session session);

    /// <summary>What a relation is: table, view or sequence.</summary>
    public static string KindOf(Relation? relation) => relation switch { Relation.OfView => "view", Relation.OfTable { Table: Sequence } => "sequence", _ => "table" };

    /// <summary>A name as errors write it: with its schema where the search path does not lead to it.</summary>
    protected string Named(string name, Session session) =>
        Schema == SessionCatalog.TemporarySchema || session.Settings.SearchPath.Contains(Schema) ? Identifiers.Quote(name) : Identifiers.Quote(Schema, name);

    public sealed record OfSchema(SessionDatabase Database, string Schema) : DroppedObject(Database, Schema)
    {
        public override void Remove() => Database.DropSchema(Schema);

        public override string Describe(Session session) => $"schema {Identifiers.Quote(Schema)}";
    }

    public sealed record OfRelation(SessionDatabase Database, string Schema, CatalogEntry Entry) : DroppedObject(Database, Schema)
    {
        /// <remarks>The sequences of its columns go with it.</remarks>
        public override void Remove()
        {
            foreach (CatalogEntry owned in Database.State.Contents().Where(found => found.Name == Schema).SelectMany(static found => found.Relations).Where(found => found.Facts.OwnedBy?.TableOid == Entry.Oid))
            {
                Database.Remove(Schema, owned.Name);
            }

            Database.Remove(Schema, Entry.Name);
        }

        public override string Describe(Session session) => $"{KindOf(Entry.Relation)} {Named(Entry.Name, session)}";
    }

    /// <summary>A foreign key of a table.</summary>
    public sealed record OfConstraint(SessionDatabase Database, string Schema, CatalogEntry Entry, DeclaredConstraint Constraint) : DroppedObject(Database, Schema)
    {
        public override void Remove() =>
            Database.Declare(Schema, Entry.Name, facts => facts with { Constraints = [.. facts.Constraints.Where(constraint => constraint.Oid != Constraint.Oid)] });

        public override string Describe(Session session) => $"constraint {Identifiers.Quote(Constraint.Name)} on table {Named(Entry.Name, session)}";
    }
}

/// <summary>Finds what depends on objects that are dropped: views on what they read, foreign keys on the tables they refer to, everything on its schema.</summary>
internal static class DependentObjects
{
    /// <summary>All that depends on the objects, directly or not, with what it needs; the youngest last, as PostgreSQL lists them. The objects themselves are not among them.</summary>
    public static IReadOnlyList<(DroppedObject Object, DroppedObject Needs)> Of(IReadOnlyList<DroppedObject> targets, Session session)
    {
        DroppedObject.OfRelation[] all = [.. Relations(session.Catalog.Shared), .. Relations(session.Catalog.Temporary)];
        var seen = new HashSet<long>(targets.OfType<DroppedObject.OfRelation>().Select(static target => target.Entry.Oid));
        var found = new List<(DroppedObject Object, DroppedObject Needs)>();
        foreach (DroppedObject target in targets.Reverse())
        {
            Visit(target);
        }

        found.Reverse();
        return found;

        void Visit(DroppedObject needed)
        {
            foreach ((long oid, DroppedObject dependent) in Direct(needed, all).OrderByDescending(static pair => pair.Oid))
            {
                if (seen.Add(oid))
                {
                    Visit(dependent);
                    found.Add((dependent, needed));
                }
            }
        }
    }

    private static IEnumerable<(long Oid, DroppedObject Dependent)> Direct(DroppedObject needed, DroppedObject.OfRelation[] all) => needed switch
    {
        DroppedObject.OfSchema schema => all.Where(relation => relation.Schema == schema.Schema && relation.Entry.Facts.OwnedBy == null).Select(static relation => (relation.Entry.Oid, (DroppedObject)relation)),
        DroppedObject.OfRelation { Entry.Oid: var oid } => all.Where(relation => relation.Entry.Facts.Reads.Contains(oid)).Select(static relation => (relation.Entry.Oid, (DroppedObject)relation))
            .Concat(all.Where(relation => relation.Entry.Oid != oid).SelectMany(relation => relation.Entry.Facts.Constraints.Where(constraint => constraint.Kind == 'f' && constraint.ReferencedOid == oid)
                .Select(constraint => (constraint.Oid, (DroppedObject)new DroppedObject.OfConstraint(relation.Database, relation.Schema, relation.Entry, constraint))))),
        _ => [],
    };

    private static IEnumerable<DroppedObject.OfRelation> Relations(SessionDatabase database) =>
        database.State.Contents().SelectMany(schema => schema.Relations.Select(entry => new DroppedObject.OfRelation(database, schema.Name, entry)));
}
