namespace SqlCluster.Server.Sessions;

/// <summary>A session's open cursors, by name.</summary>
internal sealed class CursorSet
{
    private readonly Dictionary<string, Entry> _cursors = new(StringComparer.Ordinal);

    public IEnumerable<Cursor> All => _cursors.Values.Select(static entry => entry.Cursor);

    public Cursor? Find(string name) => _cursors.GetValueOrDefault(name)?.Cursor;

    public void Add(Cursor cursor) => _cursors.Add(cursor.Name, new Entry(cursor));

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

    private async ValueTask CloseAsync(Func<Entry, bool> which)
    {
        foreach (Entry entry in _cursors.Values.Where(which).ToArray())
        {
            await CloseAsync(entry.Cursor.Name).ConfigureAwait(false);
        }
    }

    private sealed class Entry(Cursor cursor)
    {
        public Cursor Cursor => cursor;

        /// <summary>Whether the open transaction declared it.</summary>
        public bool IsNew { get; set; } = true;
    }
}
