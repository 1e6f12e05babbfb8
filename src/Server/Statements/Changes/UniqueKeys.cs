using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Transactions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>A key that no two rows of a table share: PRIMARY KEY, UNIQUE, or a unique index over columns.</summary>
/// <param name="Name">Of the constraint or index.</param>
/// <param name="Ordinals">Its columns.</param>
internal sealed record UniqueKey(string Name, int[] Ordinals);

/// <summary>Keeps keys unique.</summary>
/// <remarks>
/// A statement locks the keys it gives to rows, or all keys of the table where they are many, to the end of its transaction: another one that gives the same key waits,
/// and looks again. What counts is what is committed by then with the changes of the transaction, not its snapshot.
/// </remarks>
internal static class UniqueKeys
{
    /// <summary>More keys than this are locked as a whole.</summary>
    private const int MostLocks = 256;

    /// <summary>A table's keys.</summary>
    public static IReadOnlyList<UniqueKey> Of(WrittenTable target, Session session)
    {
        var keys = new List<UniqueKey>();
        foreach (DeclaredConstraint constraint in target.Entry.Facts.Constraints)
        {
            if (constraint.Kind is 'p' or 'u')
            {
                keys.Add(new UniqueKey(constraint.Name, Ordinals(target, constraint.Columns)));
            }
        }

        if (session.Catalog.Locate(target.Reference.Name) is var (database, schema, name))
        {
            foreach (DeclaredIndex index in database.State.IndexesOf(schema, name))
            {
                if (ColumnsOf(index.Definition) is { } columns)
                {
                    keys.Add(new UniqueKey(index.Name, Ordinals(target, columns)));
                }
            }
        }

        return keys;
    }

    /// <summary>Columns of a unique index that is one of columns, of all rows; else null.</summary>
    public static NodeList<string>? ColumnsOf(CreateIndex index) =>
        index is { Unique: true, Where: null } && index.Keys.All(static key => key.Value is ColumnReference { Name.IsSimple: true })
            ? index.Keys.Map(static key => ((ColumnReference)key.Value).Name.Last.Value) : null;

    /// <summary>Locks the keys of rows.</summary>
    /// <param name="target">The table.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="session">Whose transaction.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task LockAsync(WrittenTable target, IReadOnlyList<UniqueKey> keys, ChangedRows rows, Session session, CancellationToken cancellation)
    {
        if (rows.Count > MostLocks)
        {
            await session.Changes.LockAsync(new AllKeys(target.Table), LockMode.Exclusive, session.Settings.LockTimeout, cancellation).ConfigureAwait(false);
            return;
        }

        await session.Changes.LockAsync(new AllKeys(target.Table), LockMode.Add, session.Settings.LockTimeout, cancellation).ConfigureAwait(false);
        foreach (UniqueKey key in keys)
        {
            foreach (ulong hash in new KeyMatcher(key.Ordinals, rows.Batches).Hashes.Order())
            {
                await session.Changes.LockAsync(new OneKey(target.Table, key.Name, hash), LockMode.Exclusive, session.Settings.LockTimeout, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Checks that rows to be added have keys of their own.</summary>
    /// <param name="target">The table.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="rows">The rows, whose keys are locked.</param>
    /// <param name="changes">What the statement has changed in the table so far.</param>
    /// <param name="session">Whose transaction.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <exception cref="Parser.Errors.QueryException">23505.</exception>
    public static async Task CheckAsync(
        WrittenTable target, IReadOnlyList<UniqueKey> keys, ChangedRows rows, TableChanges changes, Session session, CancellationToken cancellation)
    {
        await CheckAddedAsync(target, keys, rows, changes, session, cancellation).ConfigureAwait(false);
        for (int attempt = 0; keys.Count > 0; attempt++)
        {
            bool isReplacing = changes.HasTaken;
            TableVersion others = isReplacing ? session.Changes.AddedSince(target.Table) : session.Changes.Current(target.Table);
            try
            {
                (UniqueKey Key, int Row)? broken = (isReplacing ? Find(keys, rows, changes.Taken, changes.Rows.Version, cancellation) : null) ?? Find(keys, rows, null, others, cancellation);
                if (broken == null)
                {
                    return;
                }

                if (attempt > 0)
                {
                    throw await DuplicateAsync(broken.Value, target, rows, session, cancellation).ConfigureAwait(false);
                }
            }
            finally
            {
                others.Release();
            }

            // Somebody may be about to take the row away.
            await session.Changes.LockAsync(target.Table, LockMode.Change, session.Settings.LockTimeout, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Checks rows against those that other parts of the statement have added.</summary>
    private static async Task CheckAddedAsync(WrittenTable target, IReadOnlyList<UniqueKey> keys, ChangedRows rows, TableChanges changes, Session session, CancellationToken cancellation)
    {
        if (!changes.HasAdded)
        {
            return;
        }

        TableVersion added = changes.Added();
        try
        {
            if (Find(keys, rows, null, added, cancellation) is { } broken)
            {
                throw await DuplicateAsync(broken, target, rows, session, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            added.Release();
        }
    }

    private static async Task<Parser.Errors.QueryException> DuplicateAsync((UniqueKey Key, int Row) broken, WrittenTable target, ChangedRows rows, Session session, CancellationToken cancellation)
    {
        using TableRows shown = rows.Show(true);
        return StatementErrors.DuplicateKey(broken.Key.Name, await RowDetail.KeyAsync(target, broken.Key, shown, broken.Row, session, cancellation).ConfigureAwait(false), target);
    }

    /// <summary>Checks that the rows of a table have keys of their own: before a key is declared.</summary>
    /// <exception cref="Parser.Errors.QueryException">23505.</exception>
    public static async Task RequireUniqueAsync(WrittenTable target, string name, NodeList<string> columns, Session session, CancellationToken cancellation)
    {
        using var rows = new TableRows(target.Table, session.Changes.Seen(target.Table), true);
        var key = new UniqueKey(name, Ordinals(target, columns));
        if (new KeyMatcher(key.Ordinals, rows.Version.StoredBatches).Repeated() is [(int row, _), ..])
        {
            string shown = await RowDetail.KeyAsync(target, key, rows, row, session, cancellation).ConfigureAwait(false);
            throw StatementErrors.NotUnique(name, shown, target.Schema, target.Table.Name);
        }
    }

    private static (UniqueKey Key, int Row)? Find(IReadOnlyList<UniqueKey> keys, ChangedRows rows, RowReplacement? taken, TableVersion stored, CancellationToken cancellation)
    {
        (UniqueKey Key, int Row)? first = null;
        foreach (UniqueKey key in keys)
        {
            var matcher = new KeyMatcher(key.Ordinals, rows.Batches);
            int row = Math.Min(
                matcher.In(stored, taken, cancellation).Select(static match => match.Row).DefaultIfEmpty(int.MaxValue).Min(),
                matcher.Repeated().Select(static match => match.Row).DefaultIfEmpty(int.MaxValue).Min());
            if (row < (first?.Row ?? int.MaxValue))
            {
                first = (key, row);
            }
        }

        return first;
    }

    private static int[] Ordinals(WrittenTable target, NodeList<string> columns) =>
        [.. columns.Select(name => target.Columns.Select(static (column, index) => (column.Name, index)).First(column => column.Name == name).index)];

    /// <summary>Lock of all keys of a table.</summary>
    private sealed record AllKeys(MemoryTable Table);

    /// <summary>Lock of a key, or of some that have its hash.</summary>
    private sealed record OneKey(MemoryTable Table, string Name, ulong Hash);
}
