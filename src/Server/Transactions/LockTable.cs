namespace SqlCluster.Server.Transactions;

/// <summary>How much of a thing a transaction keeps for itself. Readers need no lock: they read versions.</summary>
internal enum LockMode
{
    /// <summary>Others may add, too, and one may change: INSERT, COPY; for a schema, making something in it.</summary>
    Add,
    /// <summary>Others may add: UPDATE, DELETE.</summary>
    Change,
    /// <summary>Others wait: DROP, ALTER, TRUNCATE; for a name, giving it a meaning.</summary>
    Exclusive,
}

/// <summary>Who may write what. Locks are held to the end of their transaction; who must wait does so until then. Thread-safe.</summary>
/// <remarks>
/// Requests for one thing are granted in the order they came, but for those of transactions that hold it already. A request that would close a circle of
/// waiting sessions fails at once (40P01). The circle is one of sessions, not of transactions: those of one session run their statements one after the other.
/// </remarks>
internal sealed class LockTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Entry> _entries = [];
    private readonly Dictionary<Transaction, List<object>> _held = [];

    /// <summary>Gets a lock, or a stronger one on what the transaction holds.</summary>
    /// <param name="owner">Who wants it, until <see cref="Release"/>.</param>
    /// <param name="key">What for: compared with Equals.</param>
    /// <param name="mode">How much of it.</param>
    /// <param name="patience">How long to wait; zero: for ever.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Parser.Errors.QueryException">40P01: a deadlock; 55P03: it took longer than <paramref name="patience"/>.</exception>
    public ValueTask AcquireAsync(Transaction owner, object key, LockMode mode, TimeSpan patience, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                _entries[key] = entry = new Entry();
            }

            if (entry.Holders.TryGetValue(owner, out LockMode held) && held >= mode)
            {
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(owner, key, entry, mode);
            if (!Blockers(waiter).Any())
            {
                Hold(waiter);
                return ValueTask.CompletedTask;
            }

            if (ClosesCircle(waiter))
            {
                throw TransactionErrors.Deadlock();
            }

            entry.Waiters.Add(waiter);
        }

        return new ValueTask(WaitAsync(waiter, patience, cancellation));
    }

    /// <summary>Gives all locks of a transaction back.</summary>
    public void Release(Transaction owner)
    {
        lock (_lock)
        {
            if (_held.Remove(owner, out List<object>? keys))
            {
                foreach (object key in keys)
                {
                    Entry entry = _entries[key];
                    entry.Holders.Remove(owner);
                    Grant(key, entry);
                }
            }
        }
    }

    /// <summary>Sessions that a session waits for; empty when it waits for none.</summary>
    public IReadOnlyList<int> BlockersOf(int session)
    {
        lock (_lock)
        {
            return [.. WaitersOf(session).SelectMany(Blockers).Select(static blocker => blocker.SessionId).Distinct()];
        }
    }

    private static bool Conflict(LockMode one, LockMode other) =>
        one == LockMode.Exclusive || other == LockMode.Exclusive || (one == LockMode.Change && other == LockMode.Change);

    /// <summary>Whom a request waits for: others that hold the thing, and those that asked before.</summary>
    private static IEnumerable<Transaction> Blockers(Waiter waiter)
    {
        IEnumerable<Transaction> holders = waiter.Entry.Holders.Where(holder => holder.Key != waiter.Owner && Conflict(holder.Value, waiter.Mode)).Select(static holder => holder.Key);
        return waiter.Entry.Holders.ContainsKey(waiter.Owner)
            ? holders
            : holders.Concat(waiter.Entry.Waiters.TakeWhile(other => other != waiter).Where(other => other.Owner != waiter.Owner && Conflict(other.Mode, waiter.Mode)).Select(static other => other.Owner));
    }

    private IEnumerable<Waiter> WaitersOf(int session) => _entries.Values.SelectMany(static entry => entry.Waiters).Where(waiter => waiter.Owner.SessionId == session);

    private bool ClosesCircle(Waiter waiter)
    {
        var seen = new HashSet<int>();
        var next = new Stack<int>(Blockers(waiter).Select(static blocker => blocker.SessionId));
        while (next.TryPop(out int session))
        {
            if (session == waiter.Owner.SessionId)
            {
                return true;
            }

            if (seen.Add(session))
            {
                foreach (Transaction blocker in WaitersOf(session).SelectMany(Blockers))
                {
                    next.Push(blocker.SessionId);
                }
            }
        }

        return false;
    }

    private async Task WaitAsync(Waiter waiter, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await waiter.Granted.Task.WaitAsync(patience > TimeSpan.Zero ? patience : Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                // Had it been granted at this moment, its transaction would give it back at its end.
                waiter.Entry.Waiters.Remove(waiter);
                Grant(waiter.Key, waiter.Entry);
            }

            throw error is TimeoutException ? TransactionErrors.LockTimeout() : error;
        }
    }

    /// <summary>Gives a waiter what it waits for.</summary>
    private void Hold(Waiter waiter)
    {
        if (!waiter.Entry.Holders.ContainsKey(waiter.Owner))
        {
            if (!_held.TryGetValue(waiter.Owner, out List<object>? keys))
            {
                _held[waiter.Owner] = keys = [];
            }

            keys.Add(waiter.Key);
        }

        waiter.Entry.Holders[waiter.Owner] = waiter.Mode;
    }

    /// <summary>Gives a thing to those of its waiters that nobody blocks any more.</summary>
    private void Grant(object key, Entry entry)
    {
        for (int i = 0; i < entry.Waiters.Count; i++)
        {
            Waiter waiter = entry.Waiters[i];
            if (!Blockers(waiter).Any())
            {
                entry.Waiters.RemoveAt(i--);
                Hold(waiter);
                waiter.Granted.TrySetResult();
            }
        }

        if (entry.Holders.Count == 0 && entry.Waiters.Count == 0)
        {
            _entries.Remove(key);
        }
    }

    private sealed class Entry
    {
        public Dictionary<Transaction, LockMode> Holders { get; } = [];

        public List<Waiter> Waiters { get; } = [];
    }

    private sealed class Waiter(Transaction owner, object key, Entry entry, LockMode mode)
    {
        public Transaction Owner => owner;

        public object Key => key;

        public Entry Entry => entry;

        public LockMode Mode => mode;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
