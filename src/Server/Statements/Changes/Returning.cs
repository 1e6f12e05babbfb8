using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>RETURNING: a query over the rows that a statement has changed, and over the rows of other tables that they were joined with.</summary>
/// <remarks>
/// It sees the database as it was before the statement. What might fail is computed to its end before the statement counts as done; columns alone are read when the
/// client asks for them.
/// </remarks>
internal static class Returning
{
    /// <summary>The query that has RETURNING's columns: over the table as it is, for descriptions of statements that have not run.</summary>
    public static Query Described(NamedTable table, NodeList<TableReference> others, NodeList<SelectItem> items, WithClause? with) =>
        new(new Select(items) { From = [table, .. others], Place = SelectItemsPlace.Returning }) { With = with };

    /// <summary>As above, of a statement; null where it has no RETURNING.</summary>
    public static Query? Described(Statement statement) => statement switch
    {
        Insert { Returning.IsEmpty: false } insert => Described(insert.Table, [], insert.Returning, insert.With),
        Update { Returning.IsEmpty: false } update => Described(update.Table, update.From, update.Returning, update.With),
        Delete { Returning.IsEmpty: false } delete => Described(delete.Table, delete.Using, delete.Returning, delete.With),
        _ => null,
    };

    /// <summary>Runs RETURNING.</summary>
    /// <param name="items">What it says.</param>
    /// <param name="target">The table that was changed.</param>
    /// <param name="changed">Its changed rows.</param>
    /// <param name="others">Tables joined with it.</param>
    /// <param name="with">WITH of the statement.</param>
    /// <param name="tag">The statement's command tag.</param>
    /// <param name="session">Whose statement.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<StatementResult.Rows> RunAsync(
        NodeList<SelectItem> items, WrittenTable target, ChangedRows changed, OtherTables others, WithClause? with, string tag, Session session, CancellationToken cancellation)
    {
        using TableRows rows = changed.Show();
        using StandIns.StandIn standIn = session.Catalog.StandIns.Add(rows);
        StatementResult.Rows returned = session.Pipeline.Run(Query(items, target, standIn, others, with), tag, cancellation);
        returned = returned with { Columns = returned.Columns.Map(column => column with { Origin = OriginOf(column.Origin, rows, target) }) };
        return items.All(static item => IsPlain(item.Expression)) ? returned : await KeepAsync(returned, null, session, cancellation).ConfigureAwait(false);
    }

    private static Query Query(NodeList<SelectItem> items, WrittenTable target, StandIns.StandIn standIn, OtherTables others, WithClause? with)
    {
        if (others.Relations.Count == 0)
        {
            return new Query(new Select(items) { From = [standIn.As(target.Reference)], Place = SelectItemsPlace.Returning }) { With = with };
        }

        // Each relation of the statement is a row of some of the columns that were kept.
        var all = new Identifier("\u0001all", true);
        Identifier[] kept = [.. target.Columns.Select(static (_, index) => new Identifier($"\u0001own{index}", true)), .. others.Types.Select(static (_, index) => ChangeQuery.BesideName(index))];
        var from = new List<TableReference> { standIn.As(new TableAlias(all, [.. kept])), Part(target.Name, target.Columns.Select((column, index) => (kept[index].Value, column.Name))) };
        int next = 0;
        foreach (OtherTables.Named relation in others.Relations)
        {
            int first = next;
            from.Add(Part(relation.Name, relation.Columns.Select((column, index) => (ChangeQuery.BesideName(first + index).Value, column))));
            next += relation.Columns.Count;
        }

        NodeList<SelectItem> named = [.. items.SelectMany(item => item.Expression is Star { Qualifier: null } star
            ? (IEnumerable<SelectItem>)[.. new[] { target.Name }.Concat(others.Relations.Select(static relation => relation.Name)).Select(name => new SelectItem(star with { Qualifier = new QualifiedName([name]) }))]
            : [item])];
        return new Query(new Select(named) { From = [.. from], Place = SelectItemsPlace.Returning }) { With = with };

        SubqueryTable Part(Identifier name, IEnumerable<(string Kept, string Name)> columns)
        {
            (string Kept, string Name)[] listed = [.. columns];
            NodeList<SelectItem> values = [.. listed.Select(column => new SelectItem(new ColumnReference(new QualifiedName([all, new Identifier(column.Kept, true)])), new Identifier(column.Name, true)))];
            return new SubqueryTable(new Query(new Select(values))) { Lateral = true, Alias = new TableAlias(name) };
        }
    }

    /// <summary>Whether an item cannot fail and asks for nothing but the changed row.</summary>
    private static bool IsPlain(Expression expression) => expression is ColumnReference or Star { Replace.IsEmpty: true };

    private static ColumnOrigin? OriginOf(ColumnOrigin? origin, ITable rows, WrittenTable target) =>
        origin == null || !ReferenceEquals(origin.Table, rows) ? origin : origin.TableOrdinal < target.Columns.Count ? new ColumnOrigin(target.Table, origin.TableOrdinal) : null;

    /// <summary>Computes all rows now, and gives them again.</summary>
    internal static async Task<StatementResult.Rows> KeepAsync(StatementResult.Rows rows, StatementChanges? changes, Session session, CancellationToken cancellation)
    {
        using TableRows kept = await KeepRowsAsync(rows, changes, cancellation).ConfigureAwait(false);
        using StandIns.StandIn standIn = session.Catalog.StandIns.Add(kept);
        var all = new Query(new Select([new SelectItem(new Star())]) { From = [standIn.As(new TableAlias(new Identifier("returned")))] });
        return session.Pipeline.Run(all, rows.Tag, cancellation) with { Columns = rows.Columns };
    }

    /// <summary>Computes all rows now; the caller disposes them.</summary>
    /// <param name="rows">The query.</param>
    /// <param name="changes">Told when the rows have been read; null: nobody asks.</param>
    /// <param name="cancellation">Ends the query.</param>
    internal static async Task<TableRows> KeepRowsAsync(StatementResult.Rows rows, StatementChanges? changes, CancellationToken cancellation)
    {
        var table = new MemoryTable("returned", rows.Columns.Map(static column => new TableColumn(column.Name, column.Type, column.IsNullable)));
        using MemoryTable.Writer writer = table.OpenWriter();
        await DataStatements.FillAsync(writer, rows, cancellation, changes == null ? null : changes.Ended).ConfigureAwait(false);
        return new TableRows(table, TableVersion.Of(writer.Take()));
    }
}
