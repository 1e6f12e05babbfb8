using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Explain;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Transactions;

/// <summary>What statements lock: the rows of a table (its <see cref="MemoryTable"/>), and names (a database and a <see cref="CatalogKey"/>). Queries lock nothing.</summary>
internal static class StatementLocks
{
    /// <summary>Gets the locks of a statement. What its names stand for is looked up again after a wait.</summary>
    /// <inheritdoc cref="LockTable.AcquireAsync"/>
    public static async ValueTask AcquireAsync(Statement statement, Session session, Transaction transaction, CancellationToken cancellation)
    {
        var held = new HashSet<(object, LockMode)>();
        while (true)
        {
            transaction.BeginStatement();
            (object Key, LockMode Mode)[] wanted = [.. Of(statement, session).Where(held.Add)];
            if (wanted.Length == 0)
            {
                return;
            }

            foreach ((object key, LockMode mode) in wanted)
            {
                await transaction.LockAsync(key, mode, session.Settings.LockTimeout, cancellation).ConfigureAwait(false);
                if (key is MemoryTable table && mode != LockMode.Add)
                {
                    transaction.CheckUnchanged(table);
                }
            }
        }
    }

    private static IEnumerable<(object Key, LockMode Mode)> Of(Statement statement, Session session)
    {
        switch (statement)
        {
            case not null when ChangeStatements.WithOf(statement) is { ChangesRows: true } with:
                return with.Tables.SelectMany(table => Of(table.Body, session)).Concat(Of(ChangeStatements.With(statement, null), session));
            case Explain explain: return ExplainOptions.Of(explain).Analyze ? Of(explain.Statement, session) : [];
            case Insert insert: return Rows(insert.Table.Name, insert.OnConflict is { Assignments.IsEmpty: false } ? LockMode.Change : LockMode.Add, session);
            case Copy { Direction: CopyDirection.From, Table: { } table }: return Rows(table, LockMode.Add, session);
            case Update update: return Rows(update.Table.Name, LockMode.Change, session);
            case Delete delete: return Rows(delete.Table.Name, LockMode.Change, session);
            case Merge merge: return Rows(merge.Target.Name, LockMode.Change, session);
            case Truncate truncate: return truncate.Tables.SelectMany(table => Rows(table.Name, LockMode.Exclusive, session));
            case CreateTable create: return NewName(create.Name, create.Persistence == TablePersistence.Temporary, session);
            case CreateTableAs create: return NewName(create.Name, create.Persistence == TablePersistence.Temporary, session).Concat(Of(create.Source, session));
            case CreateExternalTable create: return NewName(create.Name, false, session);
            case CreateView create: return NewName(create.Name, create.Temporary, session);
            case CreateSchema create: return [Schema(create.Name?.Last.Value ?? create.Authorization!.Value, LockMode.Exclusive, session)];
            case CreateSequence create: return NewName(create.Name, create.Temporary, session);
            case CreateIndex create: return Meaning(create.Table.Name, session).Concat(create.Unique ? Rows(create.Table.Name, LockMode.Exclusive, session) : []);
            case Comment { Kind: ObjectKind.Schema } comment: return [Schema(comment.Name.Last.Value, LockMode.Exclusive, session)];
            case Comment { Kind: ObjectKind.Column } comment: return Meaning(new QualifiedName([.. comment.Name.Parts.Take(comment.Name.Parts.Count - 1)]), session);
            case Comment { Kind: ObjectKind.Table or ObjectKind.Sequence or ObjectKind.View or ObjectKind.MaterializedView or ObjectKind.ForeignTable } comment: return Meaning(comment.Name, session);
            case Drop { Kind: ObjectKind.Schema } drop: return drop.Names.SelectMany(name => WholeSchema(name.Last.Value, session));
            case Drop { Kind: ObjectKind.Table or ObjectKind.Sequence or ObjectKind.View or ObjectKind.MaterializedView or ObjectKind.ForeignTable } drop:
                return drop.Names.SelectMany(name => Meaning(name, session).Concat(Rows(name, LockMode.Exclusive, session)));
            case Alter alter: return Meaning(alter.Name, session).Concat(Rows(alter.Name, LockMode.Exclusive, session)).Concat(alter.Actions.SelectMany(action => NewName(alter.Name, action, session)));
            case Analyze analyze: return Analyzed(analyze.Tables, session);
            case Vacuum vacuum: return Analyzed(vacuum.Tables, session);
            case Execute execute when session.Prepared.GetValueOrDefault(execute.Name.Value) is { Statement: not Execute } prepared: return Of(prepared.Statement, session);
            default: return [];
        }
    }

    /// <summary>The tables that are named, or all.</summary>
    private static IEnumerable<(object, LockMode)> Analyzed(NodeList<MaintainedTable> tables, Session session) => !tables.IsEmpty
        ? tables.SelectMany(table => Meaning(table.Name, session))
        : from database in (SessionDatabase[])[session.Catalog.Temporary, session.Catalog.Shared]
          from schema in database.Schemas
          from pair in database.Relations(schema)
          where pair.Value is Relation.OfTable
          select Key(database, CatalogKey.OfRelation(schema, pair.Key), LockMode.Exclusive);

    /// <summary>The rows of a table; nothing where there is none, which the statement itself will say.</summary>
    private static IEnumerable<(object, LockMode)> Rows(QualifiedName name, LockMode mode, Session session) =>
        session.Catalog.Locate(name) is var (database, schema, relation) && database.Find(schema, relation) is Relation.OfTable { Table: MemoryTable table } ? [(table, mode)] : [];

    /// <summary>What a name stands for.</summary>
    private static IEnumerable<(object, LockMode)> Meaning(QualifiedName name, Session session) =>
        session.Catalog.Locate(name) is var (database, schema, relation) ? [Key(database, CatalogKey.OfRelation(schema, relation), LockMode.Exclusive)] : [];

    /// <summary>A name that is to stand for something new, and what it stands for now.</summary>
    private static IEnumerable<(object, LockMode)> NewName(QualifiedName name, bool isTemporary, Session session)
    {
        (SessionDatabase database, string schema, string relation) = session.Catalog.Target(name, isTemporary);
        return NewName(database, schema, relation);
    }

    private static IEnumerable<(object, LockMode)> NewName(QualifiedName name, AlterAction action, Session session) =>
        session.Catalog.Locate(name) is not var (database, schema, relation) ? []
        : action switch
        {
            RenameTo rename => NewName(database, schema, rename.NewName.Value),
            SetSchema set => NewName(database, set.Schema.Value, relation),
            _ => [],
        };

    private static IEnumerable<(object, LockMode)> NewName(SessionDatabase database, string schema, string name)
    {
        yield return Key(database, CatalogKey.OfSchema(schema), LockMode.Add);
        yield return Key(database, CatalogKey.OfRelation(schema, name), LockMode.Exclusive);
        if (database.Find(schema, name) is Relation.OfTable { Table: MemoryTable table })
        {
            yield return (table, LockMode.Exclusive);
        }
    }

    private static IEnumerable<(object, LockMode)> WholeSchema(string schema, Session session)
    {
        SessionDatabase database = session.Catalog.Shared;
        yield return Schema(schema, LockMode.Exclusive, session);
        foreach ((string name, Relation relation) in database.Relations(schema))
        {
            yield return Key(database, CatalogKey.OfRelation(schema, name), LockMode.Exclusive);
            if (relation is Relation.OfTable { Table: MemoryTable table })
            {
                yield return (table, LockMode.Exclusive);
            }
        }
    }

    private static (object, LockMode) Schema(string name, LockMode mode, Session session) => Key(session.Catalog.Shared, CatalogKey.OfSchema(name), mode);

    private static (object, LockMode) Key(SessionDatabase database, CatalogKey key, LockMode mode) => ((database.Database, key), mode);
}
