using System.Globalization;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>CREATE INDEX and DROP INDEX: indexes have names, and unique ones keep keys unique, but scans prune by statistics instead of using them.</summary>
internal static class IndexStatements
{
    private const string Notice = "scans do not use indexes but prune by statistics; the index is listed in the catalog";

    /// <exception cref="Parser.Errors.QueryException">42P01, 42809, 42703: no such table or column; 42P07: the name is taken.</exception>
    public static async Task<StatementResult> CreateAsync(CreateIndex create, Session session, CancellationToken cancellation)
    {
        if (session.Catalog.Locate(create.Table.Name) is not var (database, schema, table))
        {
            throw CatalogErrors.NoRelation("relation", create.Table.Name.ToString());
        }

        if (database.Find(schema, table) is Catalyst.Catalog.Relation.OfView)
        {
            throw CatalogErrors.WrongKind(table, "table");
        }

        NodeList<SelectItem> keys = create.Keys.Map(static key => new SelectItem(key.Value));
        session.Pipeline.Check(new Query(new Select(keys) { From = [create.Table] }));
        if (UniqueKeys.ColumnsOf(create) is { } unique && database.Find(schema, table) is Catalyst.Catalog.Relation.OfTable { Table: Execution.Storage.MemoryTable })
        {
            string index = create.Name?.Value ?? FreeName(create, database, schema, table);
            await UniqueKeys.RequireUniqueAsync(WrittenTable.Of(create.Table, session), index, unique, session, cancellation).ConfigureAwait(false);
            return database.TryAddIndex(schema, index, table, create) ? new StatementResult.Command("CREATE INDEX")
                : create.IfNotExists ? new StatementResult.Command("CREATE INDEX", $"relation \"{index}\" already exists, skipping")
                : throw CatalogErrors.RelationExists(index);
        }

        string name = create.Name?.Value ?? FreeName(create, database, schema, table);
        if (!database.TryAddIndex(schema, name, table, create))
        {
            return create.IfNotExists ? new StatementResult.Command("CREATE INDEX", StatementNotice.RelationExists(name)) : throw CatalogErrors.RelationExists(name);
        }

        return new StatementResult.Command("CREATE INDEX", Notice);
    }

    /// <summary>The name of an index that has none, as PostgreSQL makes it: table_column_column_idx, with a number where that is taken.</summary>
    private static string FreeName(CreateIndex create, SessionDatabase database, string schema, string table)
    {
        string name = string.Join('_', [table, .. create.Keys.Select(static key => key.Value switch { ColumnReference column => column.Name.Last.Value, FunctionCall call => call.Name.Last.Value, _ => "expr" }), "idx"]);
        int number = 0;
        while (IsTaken(number == 0 ? name : name + number.ToString(CultureInfo.InvariantCulture)))
        {
            number++;
        }

        return number == 0 ? name : name + number.ToString(CultureInfo.InvariantCulture);

        bool IsTaken(string tried) => database.State.FindEntry(schema, tried) != null || database.State.FindIndex(schema, tried) != null;
    }

    /// <summary>An index by its name, or null.</summary>
    public static DeclaredIndex? Find(QualifiedName name, Session session)
    {
        if (!name.IsSimple)
        {
            (SessionDatabase database, string schema, string index) = session.Catalog.Target(name, false);
            return database.State.FindIndex(schema, index);
        }

        return session.Catalog.Temporary.State.FindIndex(SessionCatalog.TemporarySchema, name.Last.Value)
            ?? session.Settings.SearchPath.Select(schema => session.Catalog.Shared.State.FindIndex(schema, name.Last.Value)).FirstOrDefault(static found => found != null);
    }

    /// <summary>Drops an index by its name.</summary>
    /// <returns>False when there is none.</returns>
    public static bool TryDrop(QualifiedName name, Session session)
    {
        if (!name.IsSimple)
        {
            (SessionDatabase database, string schema, string index) = session.Catalog.Target(name, false);
            return database.RemoveIndex(schema, index);
        }

        return session.Catalog.Temporary.RemoveIndex(SessionCatalog.TemporarySchema, name.Last.Value)
            || session.Settings.SearchPath.Any(schema => session.Catalog.Shared.RemoveIndex(schema, name.Last.Value));
    }
}
