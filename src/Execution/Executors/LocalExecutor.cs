namespace SqlCluster.Execution.Executors;

/// <summary>Work that an executor's slot can do bit by bit.</summary>
public interface IRunnable
{
    /// <summary>Which query the work belongs to: slots are shared fairly among queries.</summary>
    object Query { get; }

    /// <summary>Whether the query has been cancelled: what is left of the work is to end.</summary>
    bool IsCancelled { get; }

    /// <summary>Gives back memory that can be filled again, while the work is parked and nobody runs it.</summary>
    void Rest()
    {
    }

    /// <summary>Works until it ends, has to wait for something else, or its time slice is over. Never throws.</summary>
    RunnableState Run();
}

/// <summary>What a slot does next with a piece of work.</summary>
public enum RunnableState
{
    /// <summary>Nothing more to do.</summary>
    Ended,
    /// <summary>The time slice is over: queue it again.</summary>
    Yielded,
    /// <summary>It waits for somebody who will submit it again.</summary>
    Parked,
}

/// <summary>The in-process executor: one thread a slot, shared by all queries of the process.</summary>
/// <remarks>
/// Slots go round the queries that have work, one task at a time; a task gives its slot back after <see cref="TimeSlice"/> or when its reader is slow, so neither a
/// long query nor a stalled client starves the others. Thread-safe.
/// </remarks>
public sealed class LocalExecutor : IDisposable
{
    /// <summary>How long a task runs before others get their turn.</summary>
    public static readonly TimeSpan TimeSlice = TimeSpan.FromMilliseconds(50);

    private const int StackBytes = 16 << 20;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly LinkedList<QueryQueue> _turns = new();
    private readonly Dictionary<object, QueryQueue> _queues = new(ReferenceEqualityComparer.Instance);
    private readonly Thread[] _slots;
    private volatile bool _stopped;
    private int _busySlots;

    /// <param name="slots">Tasks that run at once.</param>
    public LocalExecutor(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _slots = new Thread[slots];
        for (int i = 0; i < slots; i++)
        {
            _slots[i] = new Thread(RunSlot, StackBytes) { IsBackground = true, Name = $"slot {i}" };
            _slots[i].Start();
        }
    }

    public int Slots => _slots.Length;

    /// <summary>Slots that work at this moment.</summary>
    public int BusySlots => Volatile.Read(ref _busySlots);

    /// <summary>Queues work behind the other work of its query; that of a cancelled query goes on at once, as in <see cref="Flush"/>.</summary>
    /// <param name="work">Work.</param>
    /// <param name="isUnderWay">Whether it has run before: then it comes before the query's other work, so that no more of it is under way, and in memory, than there are slots.</param>
    public void Submit(IRunnable work, bool isUnderWay = false)
    {
        lock (_lock)
        {
            if (!_queues.TryGetValue(work.Query, out QueryQueue? queue))
            {
                queue = new QueryQueue(work.Query);
                _queues.Add(work.Query, queue);
                _turns.AddLast(queue);
            }

            if (isUnderWay)
            {
                queue.Work.AddFirst(work);
            }
            else
            {
                queue.Work.AddLast(work);
            }
        }

        _available.Release();
        if (work.IsCancelled)
        {
            // After it is queued: a cancellation comes either before this look, or its own Flush finds the work.
            Flush(work.Query);
        }
    }

    /// <summary>Runs work that mostly waits on a thread of its own, slice after slice; should it park, it goes on with the slots.</summary>
    public void RunApart(IRunnable work)
    {
        var thread = new Thread(static work =>
        {
            while (((IRunnable)work!).Run() == RunnableState.Yielded)
            {
                // Nobody waits for this thread.
            }
        })
        { IsBackground = true, Name = "waiting statement" };
        thread.Start(work);
    }

    /// <summary>Runs the queued work of a query that has been cancelled at once, on other threads: it ends without waiting for its turn behind other queries.</summary>
    public void Flush(object query)
    {
        IRunnable[] flushed;
        lock (_lock)
        {
            if (!_queues.Remove(query, out QueryQueue? queue))
            {
                return;
            }

            _turns.Remove(queue);
            flushed = [.. queue.Work];
        }

        foreach (IRunnable work in flushed)
        {
            ThreadPool.UnsafeQueueUserWorkItem(RunFlushed, (this, work), preferLocal: false);
        }
    }

    private static void RunFlushed((LocalExecutor Executor, IRunnable Work) flushed)
    {
        if (flushed.Work.Run() == RunnableState.Yielded)
        {
            flushed.Executor.Submit(flushed.Work, isUnderWay: true);
        }
    }

    /// <summary>Stops the slots after their current time slice.</summary>
    public void Dispose()
    {
        _stopped = true;
        _available.Release(_slots.Length);
        foreach (Thread slot in _slots)
        {
            slot.Join();
        }

        _available.Dispose();
    }

    private void RunSlot()
    {
        while (true)
        {
            _available.Wait();
            if (_stopped)
            {
                return;
            }

            if (Take() is not { } work)
            {
                continue;           // its query was cancelled and took it back
            }

            Interlocked.Increment(ref _busySlots);
            RunnableState state = work.Run();
            Interlocked.Decrement(ref _busySlots);
            if (state == RunnableState.Yielded)
            {
                Submit(work, isUnderWay: true);
            }
        }
    }

    /// <summary>Takes from the query whose turn it is, and moves that query to the end.</summary>
    private IRunnable? Take()
    {
        lock (_lock)
        {
            if (_turns.First is not { } turn)
            {
                return null;
            }

            QueryQueue queue = turn.Value;
            _turns.RemoveFirst();
            IRunnable work = queue.Work.First!.Value;
            queue.Work.RemoveFirst();
            if (queue.Work.Count == 0)
            {
                _queues.Remove(queue.Query);
            }
            else
            {
                _turns.AddLast(queue);
            }

            return work;
        }
    }

    private sealed class QueryQueue(object query)
    {
        public object Query { get; } = query;

        public LinkedList<IRunnable> Work { get; } = new();
    }
}
