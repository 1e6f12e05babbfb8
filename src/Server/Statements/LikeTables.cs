using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>LIKE in CREATE TABLE: columns of another relation, and with INCLUDING what was declared about them.</summary>
/// <remarks>
/// Names, types and NOT NULL always come; DEFAULTS, GENERATED, IDENTITY (with a sequence of its own), CONSTRAINTS (CHECK, under the same names), INDEXES (keys too, under names as
/// if they were made anew) and COMMENTS where they are included. STORAGE, COMPRESSION and STATISTICS say nothing here.
/// </remarks>
internal static class LikeTables
{
    /// <summary>The columns.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P01, 42809: no such relation, or a sequence.</exception>
    public static IReadOnlyList<TableColumn> ColumnsOf(LikeTable like, Session session) => session.Catalog.Find([.. like.Table.Parts.Select(static part => part.Value)]) switch
    {
        Relation.OfTable { Table: Sequence } => throw StatementErrors.InvalidLike(like.Table.Last.Value, session.Pipeline.Position(like.Table)),
        Relation.OfTable { Table: var table } => [.. table.Columns.Where(static column => !column.IsHidden)],
        Relation.OfView => [.. session.Pipeline.Check(new Query(new Select([new SelectItem(new Star())]) { From = [new NamedTable(like.Table)] })).Select(static column => new TableColumn(column.Name, column.Type))],
        _ => throw StatementErrors.NoRelation(like.Table.ToString(), session.Pipeline.Position(like.Table)),
    };

    /// <summary>Adds what is included and is no identity and no index.</summary>
    /// <param name="facts">What is declared so far.</param>
    /// <param name="like">The clause.</param>
    /// <param name="table">Name of the new table.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="session">Who makes it.</param>
    public static TableFacts WithFacts(TableFacts facts, LikeTable like, string table, IReadOnlyList<string> columns, Session session)
    {
        if (EntryOf(like, session) is not { Facts: var from })
        {
            return facts;
        }

        ObjectIds ids = session.Engine.Database.Ids;
        foreach (ColumnDefault value in from.Defaults.Where(value => value.Kind switch { ' ' => Includes(like, "defaults"), 's' => Includes(like, "generated"), _ => false }))
        {
            facts = TableDeclarations.WithDefault(facts, value with { Oid = ids.Next() });
        }

        foreach (DeclaredConstraint constraint in from.Constraints)
        {
            facts = constraint.Kind switch
            {
                'c' when Includes(like, "constraints") => facts with { Constraints = [.. facts.Constraints, constraint with { Oid = ids.Next() }] },
                'p' when Includes(like, "indexes") => TableDeclarations.WithConstraint(facts, table, columns, null, new PrimaryKeyConstraint(Identifiers(constraint.Columns)), null, session),
                'u' when Includes(like, "indexes") => TableDeclarations.WithConstraint(facts, table, columns, null, new UniqueConstraint(Identifiers(constraint.Columns)), null, session),
                _ => facts,
            };
        }

        return Includes(like, "comments") ? facts with { ColumnComments = [.. facts.ColumnComments, .. from.ColumnComments] } : facts;
    }

    /// <summary>Adds identities and indexes to the new table.</summary>
    /// <param name="like">The clause.</param>
    /// <param name="database">Where the table is.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="table">The table.</param>
    /// <param name="session">Who makes it.</param>
    public static void Complete(LikeTable like, SessionDatabase database, string schema, string table, Session session)
    {
        if (EntryOf(like, session) is not { } entry || session.Catalog.Locate(like.Table) is not var (source, sourceSchema, name))
        {
            return;
        }

        foreach (ColumnDefault identity in entry.Facts.Defaults.Where(value => value.Kind is 'a' or 'd' && Includes(like, "identity")))
        {
            if (SequenceStatements.OwnedBy(source, sourceSchema, entry.Oid, identity.Column) is [{ Relation: Relation.OfTable { Table: Sequence sequence } }, ..])
            {
                var declared = new IdentityConstraint(identity.Kind == 'a') { Options = OptionsOf(sequence.Definition) };
                SequenceStatements.Attach(database, schema, table, identity.Column, sequence.Definition.Type, declared, session);
            }
        }

        foreach (DeclaredIndex index in Includes(like, "indexes") ? source.State.IndexesOf(sourceSchema, name) : [])
        {
            string keys = string.Join('_', index.Definition.Keys.Select(static key => key.Value is ColumnReference column ? column.Name.Last.Value : "expr"));
            var target = new NamedTable(new QualifiedName([new Identifier(schema), new Identifier(table)]));
            string free = $"{table}_{keys}_idx";
            for (int i = 1; !database.TryAddIndex(schema, free, table, index.Definition with { Name = new Identifier(free), Table = target }); i++)
            {
                free = $"{table}_{keys}_idx{i}";
            }
        }
    }

    private static CatalogEntry? EntryOf(LikeTable like, Session session) => session.Catalog.Locate(like.Table) is var (database, schema, name) ? database.FindEntry(schema, name) : null;

    /// <summary>Whether the options include something; the last one counts.</summary>
    private static bool Includes(LikeTable like, string what)
    {
        bool includes = false;
        foreach (string option in like.Options)
        {
            string[] words = option.Split(' ');
            includes = words[^1] == what || words[^1] == "all" ? words[0] == "including" : includes;
        }

        return includes;
    }

    private static NodeList<Identifier> Identifiers(NodeList<string> columns) => columns.Map(static column => new Identifier(column));

    private static NodeList<SequenceOption> OptionsOf(SequenceDefinition definition) =>
    [
        new SequenceOption("increment") { Number = definition.Increment },
        new SequenceOption("minvalue") { Number = definition.Minimum },
        new SequenceOption("maxvalue") { Number = definition.Maximum },
        new SequenceOption("start") { Number = definition.Start },
        new SequenceOption("cache") { Number = definition.Cache },
        new SequenceOption(definition.Cycles ? "cycle" : "no cycle"),
    ];
}
