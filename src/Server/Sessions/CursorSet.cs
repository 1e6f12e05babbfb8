namespace SqlCluster.Server.Sessions;

/// <summary>A session's open cursors, by name.</summary>
internal sealed class CursorSet
{
    private readonly Dictionary<string, Entry> _cursors = new(StringComparer.Ordinal);

    public IEnumerable<Cursor> All => _cursors.Values.Select(static entry => entry.Cursor);

    public Cursor? Find(string name) => _cursors.GetValueOrDefault(name)?.Cursor;

    /// <summary>Grows with every cursor and portal of the session: what a savepoint compares to know which of them came after it.</summary>
    public long Mark { get; private set; }

    /// <param name="cursor">The cursor.</param>
    /// <param name="isNew">Whether an open transaction declared it, whose rollback takes it back.</param>
    public void Add(Cursor cursor, bool isNew) => _cursors.Add(cursor.Name, new Entry(cursor, Next(), isNew));

    /// <summary>A number larger than all before.</summary>
    public long Next() => ++Mark;

    /// <returns>Whether there was one.</returns>
    public async ValueTask<bool> CloseAsync(string name)
    {
        if (!_cursors.Remove(name, out Entry? entry))
        {
            return false;
        }

        await entry.Cursor.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    public ValueTask CloseAllAsync() => CloseAsync(static _ => true);

    /// <summary>Ends a transaction: cursors without HOLD close; after a rollback all that it declared.</summary>
    public async ValueTask EndTransactionAsync(bool isCommit)
    {
        await CloseAsync(entry => !entry.Cursor.IsHoldable || (entry.IsNew && !isCommit)).ConfigureAwait(false);
        foreach (Entry entry in _cursors.Values)
        {
            entry.IsNew = false;
        }
    }

    /// <summary>Goes back to a savepoint: what was declared behind it closes.</summary>
    public ValueTask RollBackToAsync(long mark) => CloseAsync(entry => entry.Number > mark);

    private async ValueTask CloseAsync(Func<Entry, bool> which)
    {
        foreach (Entry entry in _cursors.Values.Where(which).ToArray())
        {
            await CloseAsync(entry.Cursor.Name).ConfigureAwait(false);
        }
    }

    private sealed class Entry(Cursor cursor, long number, bool isNew)
    {
        public Cursor Cursor => cursor;

        public long Number => number;

        /// <summary>Whether the open transaction declared it.</summary>
        public bool IsNew { get; set; } = isNew;
    }
}
