using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Spill;

/// <summary>Rows at rest that any thread may move to disk.</summary>
internal interface IReclaimable
{
    /// <summary>Bytes in memory now.</summary>
    long MemoryBytes { get; }

    /// <summary>Moves them to disk. Readers go on from there; batches that somebody holds stay as they are.</summary>
    void Reclaim();
}

/// <summary>Says who spills when a query comes near its memory limit.</summary>
/// <remarks>
/// <code>
/// used &gt; spill_threshold * memory_limit (or all queries together over that share of what they may hold), or an operator's next doubling would not fit
///     1. rows at rest (exchanges, common table expressions, right sides of nested loops), largest first, by whoever notices
///     2. the operator that notices itself, at its next batch, if what it holds is worth a file
/// </code>
/// Nobody waits for anybody: each thread moves what is its own or at rest, so there is nothing to lock against. Operators ask once a batch. A threshold of 0 spills
/// always, which is how the tests reach every path.
/// </remarks>
internal sealed class MemoryArbiter(MemoryAccount account, double threshold)
{
    /// <summary>Rows at rest below this stay: a file of them frees too little.</summary>
    private const long LeastReclaimed = 64 << 10;

    /// <summary>Share of the limit that planned growth may take; the rest is for what nobody announces.</summary>
    private const double MostUsed = 15 / 16.0;

    private readonly double _mark = Math.Clamp(threshold, 0.01, 1);
    private readonly Lock _lock = new();
    private readonly List<IReclaimable> _atRest = [];

    /// <summary>Whether everything that can spill does.</summary>
    public bool IsForced { get; } = threshold <= 0;

    /// <summary>Whether the query is so far from its limit that nobody need count what they hold.</summary>
    public bool IsCalm => !IsForced && account.RoomBytes(_mark / 4) >= 0;

    /// <summary>What an operator may take for one table or buffer: half of what is left below the mark.</summary>
    public long Allowance => Math.Max(0, account.RoomBytes(_mark)) / 2;

    /// <summary>Announces rows at rest.</summary>
    public void Add(IReclaimable rows)
    {
        lock (_lock)
        {
            _atRest.Add(rows);
        }
    }

    public void Remove(IReclaimable rows)
    {
        lock (_lock)
        {
            _atRest.Remove(rows);
        }
    }

    /// <summary>Whether an operator that grows by doubling is to spill now.</summary>
    /// <param name="ownBytes">What it holds and would give back.</param>
    /// <param name="extraBytes">What it will need besides to put that in order.</param>
    public bool MustSpill(long ownBytes, long extraBytes = 0)
    {
        if (IsForced)
        {
            return true;
        }

        long growth = (2 * ownBytes) + extraBytes;      // the old half lives until the new whole is filled
        if (!IsOver(growth))
        {
            return false;
        }

        Reclaim(growth);
        return IsOver(growth) && ownBytes >= Math.Min(LeastReclaimed * 4, account.LimitBytes / 32);
    }

    /// <summary>Whether so many bytes more, to be kept for long, would take the query over its mark; rows at rest are moved out first.</summary>
    public bool IsShortOf(long bytes)
    {
        if (account.RoomBytes(_mark) < bytes)
        {
            Reclaim(bytes + (long)(account.LimitBytes * (MostUsed - _mark)));
        }

        return account.RoomBytes(_mark) < bytes;
    }

    /// <summary>Moves rows at rest out while the query is over its mark.</summary>
    /// <returns>Whether it still is.</returns>
    public bool Relieve()
    {
        if (!IsForced && !IsOver(0))
        {
            return false;
        }

        Reclaim(0);
        return IsOver(0);
    }

    private bool IsOver(long growth) => account.RoomBytes(_mark) < 0 || account.RoomBytes(MostUsed) < growth;

    private void Reclaim(long growth)
    {
        while (IsForced || IsOver(growth))
        {
            IReclaimable? largest = null;
            long most = IsForced ? 0 : LeastReclaimed;
            lock (_lock)
            {
                foreach (IReclaimable rows in _atRest)
                {
                    long bytes = rows.MemoryBytes;
                    if (bytes > most)
                    {
                        (largest, most) = (rows, bytes);
                    }
                }
            }

            if (largest == null)
            {
                return;
            }

            largest.Reclaim();
        }
    }
}
