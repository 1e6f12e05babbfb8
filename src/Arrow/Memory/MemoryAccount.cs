namespace SqlCluster.Arrow.Memory;

/// <summary>Counts the bytes that one query (or one long-lived owner, such as a cache) holds, and frees what is left when it ends.</summary>
/// <remarks>Thread-safe. Buffers form a doubly linked list inside the account, so that <see cref="Dispose"/> returns whatever an aborted operator left behind.</remarks>
public sealed class MemoryAccount : IDisposable
{
    /// <summary>Buffers that take milliseconds to return.</summary>
    private const int ManyBuffers = 16 << 10;

    private readonly Lock _lock = new();
    private readonly string _name;
    private readonly MemoryBudget? _budget;
    private NativeBuffer? _first;
    private long _usedBytes;
    private long _peakBytes;
    private long _peakNumber;
    private int _count;
    private bool _closed;

    /// <param name="name">Shown in errors: which query, which cache.</param>
    /// <param name="limitBytes">More than this fails with <see cref="MemoryLimitException"/>.</param>
    /// <param name="budget">What this and other accounts may hold together; null: no more than each for itself.</param>
    public MemoryAccount(string name, long limitBytes = long.MaxValue, MemoryBudget? budget = null)
    {
        _name = name;
        _budget = budget;
        LimitBytes = limitBytes;
        Elsewhere = new MemoryUse(this);
    }

    /// <summary>Bytes the account may hold at once.</summary>
    public long LimitBytes { get; }

    /// <summary>Bytes held now, counted in whole pool blocks.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>The largest <see cref="UsedBytes"/> so far.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Counts the buffers that were taken while no part of the query was known to run.</summary>
    public MemoryUse Elsewhere { get; }

    /// <summary>Whether <paramref name="extraBytes"/> more would stay within <paramref name="fraction"/> of the limit, and of what all accounts may hold together: what spilling operators ask.</summary>
    public bool HasRoomFor(long extraBytes, double fraction = 1.0) => extraBytes <= RoomBytes(fraction);

    /// <summary>Bytes left below <paramref name="fraction"/> of the limit, and of what all accounts may hold together; negative beyond it.</summary>
    public long RoomBytes(double fraction = 1.0)
    {
        double own = (LimitBytes * fraction) - UsedBytes;
        return (long)(_budget == null ? own : Math.Min(own, (_budget.LimitBytes * fraction) - _budget.UsedBytes));
    }

    /// <summary>Returns every buffer still held to the pool, very many of them soon after. Nothing that points into them may be used afterwards.</summary>
    public void Dispose()
    {
        NativeBuffer? buffer;
        bool areMany;
        lock (_lock)
        {
            _closed = true;
            buffer = _first;
            areMany = _count > ManyBuffers;
            _first = null;
            _count = 0;
        }

        long held = Interlocked.Exchange(ref _usedBytes, 0);
        if (areMany)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static left => left.Account.Free(left.Buffer, left.Held), (Account: this, Buffer: buffer, Held: held), preferLocal: false);
        }
        else
        {
            Free(buffer, held);
        }
    }

    private void Free(NativeBuffer? buffer, long held)
    {
        while (buffer != null)
        {
            NativeBuffer? next = buffer.NextInAccount;
            buffer.FreeByAccount();
            buffer = next;
        }

        _budget?.Give(held);
    }

    internal void Add(NativeBuffer buffer)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new ObjectDisposedException(_name);
            }

            long used = _usedBytes + buffer.BlockBytes;
            if (used > LimitBytes)
            {
                throw new MemoryLimitException(_name, LimitBytes, _usedBytes, buffer.BlockBytes);
            }

            _budget?.Take(buffer.BlockBytes);
            _usedBytes = used;
            MemoryUse use = MemoryUse.Current is { } current && current.CountsFor(this) ? current : Elsewhere;
            use.Count(buffer.BlockBytes, _peakNumber);
            buffer.Use = use;
            if (used > _peakBytes)
            {
                _peakBytes = used;
                _peakNumber++;
            }

            _count++;
            buffer.NextInAccount = _first;
            if (_first != null)
            {
                _first.PreviousInAccount = buffer;
            }

            _first = buffer;
        }
    }

    internal long BytesAtPeak(MemoryUse use)
    {
        lock (_lock)
        {
            return use.AtPeak(_peakNumber);
        }
    }

    /// <summary>Takes a buffer off the books; false when <see cref="Dispose"/> was faster and frees it.</summary>
    internal bool Remove(NativeBuffer buffer)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _count--;
            if (buffer.PreviousInAccount != null)
            {
                buffer.PreviousInAccount.NextInAccount = buffer.NextInAccount;
            }
            else
            {
                _first = buffer.NextInAccount;
            }

            if (buffer.NextInAccount != null)
            {
                buffer.NextInAccount.PreviousInAccount = buffer.PreviousInAccount;
            }

            buffer.NextInAccount = buffer.PreviousInAccount = null;
            _usedBytes -= buffer.BlockBytes;
            _budget?.Give(buffer.BlockBytes);
            buffer.Use?.Count(-buffer.BlockBytes, _peakNumber);
            return true;
        }
    }
}

/// <summary>A query asked for more memory than its account allows.</summary>
public sealed class MemoryLimitException(string account, long limitBytes, long usedBytes, long requestedBytes)
    : Exception($"memory limit exceeded: {account} holds {usedBytes} of {limitBytes} bytes and asks for {requestedBytes} more")
{
    /// <summary>Bytes the account may hold.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes the refused request asked for.</summary>
    public long RequestedBytes { get; } = requestedBytes;
}
