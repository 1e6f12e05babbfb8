using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>UPDATE: a query for the numbers of the rows that are hit and for what they become, which takes their place. Of several rows of FROM that hit a row one counts.</summary>
internal static class UpdateStatement
{
    public static async Task<StatementResult> RunAsync(Update update, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        var target = WrittenTable.Of(update.Table, session);
        var assignments = Assignments.Of(update.Assignments, target, session);
        OtherTables others = update.Returning.IsEmpty ? OtherTables.None : OtherTables.Of([update.Table, .. update.From], update.From, update.With, session);
        TableChanges own = changes.Of(target);
        Query query = RowsOf(update, target, assignments, own.StandIn.As(update.Table), others, session);
        using var changed = new ChangedRows(target, others.Types, changes);
        string[] checks = [.. ChangeQuery.Checks(target).Select(static check => check.Name)];
        await changed.FillAsync(session.Pipeline.Run(query, "UPDATE", cancellation), own.Taken, checks, cancellation).ConfigureAwait(false);
        UniqueKey[] keys = [.. UniqueKeys.Of(target, session).Where(key => key.Ordinals.Any(ordinal => assignments.Includes(ordinal) || target.IsGenerated(ordinal)))];
        if (keys.Length > 0 && changed.Count > 0)
        {
            await UniqueKeys.LockAsync(target, keys, changed, session, cancellation).ConfigureAwait(false);
            await UniqueKeys.CheckAsync(target, keys, changed, own, session, cancellation).ConfigureAwait(false);
        }

        string tag = $"UPDATE {changed.Count}";
        StatementResult result = update.Returning.IsEmpty
            ? new StatementResult.Command(tag)
            : await Returning.RunAsync(update.Returning, target, changed, others, update.With, tag, session, cancellation).ConfigureAwait(false);
        own.Add(changed);
        return result;
    }

    /// <summary>The query that the rows come from.</summary>
    public static Query QueryOf(Update update, StatementChanges changes, Session session)
    {
        var target = WrittenTable.Of(update.Table, session);
        return RowsOf(update, target, Assignments.Of(update.Assignments, target, session), changes.Of(target).StandIn.As(update.Table), OtherTables.None, session);
    }

    private static Query RowsOf(Update update, WrittenTable target, Assignments assignments, NamedTable rows, OtherTables others, Session session)
    {
        SelectItem[] items = [.. assignments.Items(ordinal => new ColumnReference(new QualifiedName([target.Name, new Identifier(target.Columns[ordinal].Name, true)])))];
        Select given = new([ChangeQuery.RowOf(target), .. items, .. others.Items]) { From = [rows, .. update.From], Where = update.Where, Place = SelectItemsPlace.Update };
        assignments.RequirePartsAssignable(given.From, update.With, session);
        IReadOnlyList<ResultColumn> types = session.Pipeline.Check(new Query(given) { With = update.With });
        assignments.RequireAssignable([.. types.Skip(1).Take(items.Length)], session);
        return ChangeQuery.Stored(target, given, true, others.Types.Count, assignments.Stored) with { With = update.With };
    }
}
