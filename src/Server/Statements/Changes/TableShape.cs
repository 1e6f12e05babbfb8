using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>A table that ALTER TABLE is giving other columns: another table in memory takes its name and id, with its rows in the new shape.</summary>
/// <param name="database">Where it is.</param>
/// <param name="schema">Its schema.</param>
/// <param name="name">Its name.</param>
/// <param name="session">Whose statement.</param>
internal sealed class TableShape(SessionDatabase database, string schema, string name, Session session)
{
    public SessionDatabase Database => database;

    public string Schema => schema;

    public string Name => name;

    public Session Session => session;

    public CatalogEntry Entry => database.FindEntry(schema, name)!;

    /// <summary>The table as it is now.</summary>
    /// <exception cref="Parser.Errors.QueryException">42809: no table whose rows can be changed.</exception>
    public WrittenTable Table => WrittenTable.Of(new NamedTable(new QualifiedName([new Identifier(schema, true), new Identifier(name, true)])), session);

    /// <summary>Changes what is declared.</summary>
    public void Declare(Func<TableFacts, TableFacts> change) => database.Declare(schema, name, change);

    /// <summary>Gives the table other columns whose values are those of the old ones, batch by batch as they lie.</summary>
    /// <param name="columns">The new columns.</param>
    /// <param name="sources">The old column of each.</param>
    public void Relabel(NodeList<TableColumn> columns, int[] sources)
    {
        WrittenTable old = Table;
        MemoryTable table = old.Table.Beside(columns);
        TableVersion rows = session.Changes.Seen(old.Table);
        try
        {
            database.Put(schema, name, new Relation.OfTable(table), true, old.Entry.Facts);
            session.Changes.Add(table, [.. rows.StoredBatches.Select(batch => batch.WithColumns(Array.ConvertAll(sources, source => batch.Columns[source])).Retain())]);
        }
        finally
        {
            rows.Release();
        }
    }

    /// <summary>Gives the table other columns whose values are computed.</summary>
    /// <param name="columns">The new columns.</param>
    /// <param name="values">The value of each over the old ones; they are converted to their columns' types.</param>
    /// <param name="declare">Changes what is declared, once the new table is there.</param>
    /// <param name="cancellation">Ends the statement.</param>
    public async Task RewriteAsync(NodeList<TableColumn> columns, Func<WrittenTable, int, Expression> values, Action? declare, CancellationToken cancellation)
    {
        WrittenTable old = Table;
        using var rows = new TableRows(old.Table, session.Changes.Seen(old.Table));
        database.Put(schema, name, new Relation.OfTable(old.Table.Beside(columns)), true, old.Entry.Facts);
        declare?.Invoke();
        WrittenTable table = Table;
        using StandIns.StandIn standIn = session.Catalog.StandIns.Add(rows);
        var reference = new NamedTable(new QualifiedName([new Identifier(name, true)]));
        Select given = new([.. Enumerable.Range(0, columns.Count).Select(ordinal => new SelectItem(values(table, ordinal)))]) { From = [standIn.As(reference)] };
        using var changes = new StatementChanges(session);
        using var changed = new ChangedRows(table, [], changes);
        string[] checks = [.. ChangeQuery.Checks(table).Select(static check => check.Name)];
        try
        {
            StatementResult.Rows found = session.Pipeline.Run(ChangeQuery.Stored(table, given, false, 0, (ordinal, value) => table.Store(value, ordinal)), "ALTER", cancellation);
            await changed.FillAsync(found, null, checks, cancellation).ConfigureAwait(false);
        }
        catch (Parser.Errors.QueryException error) when (error.SqlState == "23502" && columns.FirstOrDefault(column => error.Message.Contains($"\"{column.Name}\"", StringComparison.Ordinal)) is { } empty)
        {
            throw StatementErrors.ColumnHasNulls(empty.Name, name, schema);
        }
        catch (Parser.Errors.QueryException error) when (error.SqlState == "23514")
        {
            throw StatementErrors.CheckBroken(error.ConstraintName!, name, schema);
        }

        changes.Of(table).Add(changed);
        changes.Apply();
    }

    /// <summary>Checks that a condition is not false for any row.</summary>
    /// <exception cref="Parser.Errors.QueryException">23514.</exception>
    public async Task RequireAsync(Expression condition, string constraint, CancellationToken cancellation)
    {
        Select broken = new([new SelectItem(new NumberLiteral("1", NumberKind.Integer))])
        {
            From = [Table.Reference], Where = new IsTruthExpression(condition, TruthValue.False, false),
        };
        if (await AnyAsync(broken, cancellation).ConfigureAwait(false))
        {
            throw StatementErrors.CheckBroken(constraint, name, schema);
        }
    }

    /// <summary>Checks that a column has no nulls.</summary>
    /// <exception cref="Parser.Errors.QueryException">23502.</exception>
    public async Task RequireValuesAsync(string column, CancellationToken cancellation)
    {
        Select nulls = new([new SelectItem(new NumberLiteral("1", NumberKind.Integer))])
        {
            From = [Table.Reference], Where = new IsNullExpression(new ColumnReference(new QualifiedName([new Identifier(column, true)])), false),
        };
        if (await AnyAsync(nulls, cancellation).ConfigureAwait(false))
        {
            throw StatementErrors.ColumnHasNulls(column, name, schema);
        }
    }

    private async Task<bool> AnyAsync(Select select, CancellationToken cancellation)
    {
        var query = new Query(select) { Limit = new LimitClause(new NumberLiteral("1", NumberKind.Integer)) };
        await using StatementResult.Rows rows = session.Pipeline.Run(query, "SELECT", cancellation);
        bool any = false;
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            any |= batch.RowCount > 0;
            batch.Release();
        }

        return any;
    }
}
