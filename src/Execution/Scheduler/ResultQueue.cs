using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Batches on their way from the last stage's tasks to the client: bounded, so that a slow client parks the tasks instead of filling memory.</summary>
/// <remarks>
/// Bounded in batches and in bytes: wide rows would make some batches a lot. Tasks that are held (<see cref="Hold"/>) do not begin before the reader has
/// shown that it takes rows faster than the first task makes them. While a reader takes nothing for a while, the rows are kept without the pages
/// in which they lie and the tasks rest (<see cref="IRunnable.Rest"/>): a stalled client holds little more than what it has not read.
/// </remarks>
/// <param name="executor">Runs the tasks.</param>
/// <param name="capacity">Batches at which writers wait.</param>
/// <param name="account">The query's: charged for rows that are copied.</param>
/// <param name="time">Tells how long the reader takes.</param>
internal sealed class ResultQueue(LocalExecutor executor, int capacity, MemoryAccount account, TimeProvider time)
{
    /// <summary>Bytes of rows at which writers wait, about: strings are estimated.</summary>
    private const long CapacityBytes = 1 << 20;

    /// <summary>Bytes of rows that a reader takes before it counts as fast: with less it may only have filled its connection's buffers.</summary>
    private const long BytesBeforeHeld = 8 << 20;

    /// <summary>How long a reader may take nothing before the writers rest, at first; twice as long with every rest.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _batches = new();
    private readonly List<IRunnable> _parked = [];
    private List<IRunnable>? _held;
    private long _rowBytes;
    private long _takenBytes;
    private TaskCompletionSource? _reader;
    private bool _completed;
    private bool _isReleased;
    private long _waitingBytes;
    private long _peakWaitingBytes;
    private Exception? _error;
    private ITimer? _timer;
    private bool _isWatching;
    private TimeSpan _patience = FirstPatience;
    private long _lastMove;

    /// <summary>The most bytes that waited for the reader at once.</summary>
    public long PeakWaitingBytes => Interlocked.Read(ref _peakWaitingBytes);

    /// <summary>Batches that wait for the reader.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _batches.Count;
            }
        }
    }

    /// <summary>Keeps tasks back until the reader waits for rows, or <see cref="ReleaseHeld"/>.</summary>
    public void Hold(IEnumerable<IRunnable> tasks)
    {
        lock (_lock)
        {
            _held = [.. tasks];
            if (!_isReleased)
            {
                return;
            }
        }

        ReleaseHeld();
    }

    /// <summary>Lets tasks that were held begin.</summary>
    public void ReleaseHeld() => Submit(_held);

    /// <summary>Puts a batch in, whose reference passes to the reader.</summary>
    /// <param name="batch">A retained batch.</param>
    /// <param name="writer">Submitted again when there is room, if this call says there is none left.</param>
    /// <returns>Whether the writer may go on; the batch is in either way.</returns>
    public bool Write(Batch batch, IRunnable writer)
    {
        TaskCompletionSource? reader;
        bool hasRoom;
        var entry = new Entry(batch, BatchRun.BytesOf(batch), RowSize.Of(batch));
        lock (_lock)
        {
            _batches.Enqueue(entry);
            _waitingBytes += entry.Bytes;
            _peakWaitingBytes = Math.Max(_peakWaitingBytes, _waitingBytes);
            _rowBytes += entry.RowBytes;
            hasRoom = (_batches.Count < capacity && _rowBytes < CapacityBytes) || _completed || _isReleased;
            if (!hasRoom)
            {
                _parked.Add(writer);
                _lastMove = time.GetTimestamp();
                Watch(_patience);
            }

            reader = _reader;
            _reader = null;
        }

        reader?.TrySetResult();
        return hasRoom;
    }

    /// <summary>Ends the stream; readers get what is queued first, then the error if there is one.</summary>
    public void Complete(Exception? error)
    {
        TaskCompletionSource? reader;
        lock (_lock)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            _error = error;
            _timer?.Dispose();
            reader = _reader;
            _reader = null;
        }

        reader?.TrySetResult();
    }

    /// <summary>Lets parked writers go on, so that they see a cancellation; nobody is parked from now on.</summary>
    public void ReleaseWriters()
    {
        lock (_lock)
        {
            _isReleased = true;
        }

        Submit(_parked);
        ReleaseHeld();
    }

    /// <summary>As <see cref="ReadAsync"/>, when what comes next is there already and nobody waits for room; false: ask there.</summary>
    public bool TryRead(out Batch? batch)
    {
        lock (_lock)
        {
            if (_parked.Count == 0 && _batches.TryDequeue(out Entry first))
            {
                batch = Take(in first);
                return true;
            }

            batch = null;
            return _batches.Count == 0 && _completed && _error == null;
        }
    }

    /// <summary>The next batch, which the caller releases, or null at the end. One reader at a time.</summary>
    public async ValueTask<Batch?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            Batch? batch = null;
            bool wakeWriters = false, wakeHeld = false;
            lock (_lock)
            {
                if (_batches.TryDequeue(out Entry first))
                {
                    batch = Take(in first);
                    wakeWriters = _parked.Count > 0 && HasRoomAgain;
                    wait = Task.CompletedTask;
                }
                else if (_completed)
                {
                    return _error == null ? null : throw _error;
                }
                else
                {
                    wakeHeld = _held is { Count: > 0 } && _takenBytes >= BytesBeforeHeld;
                    _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = _reader.Task;
                }
            }

            if (wakeWriters)
            {
                Submit(_parked);
            }

            if (wakeHeld)
            {
                ReleaseHeld();
            }

            if (batch != null)
            {
                return batch;
            }

            await wait.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether so much has been taken that waiting writers go on.</summary>
    private bool HasRoomAgain => _batches.Count <= capacity / 2 && _rowBytes <= CapacityBytes / 2;

    private Batch Take(in Entry entry)
    {
        if (_parked.Count > 0)
        {
            _lastMove = time.GetTimestamp();
        }

        _waitingBytes -= entry.Bytes;
        _rowBytes -= entry.RowBytes;
        _takenBytes += entry.RowBytes;
        return entry.Batch;
    }

    /// <summary>Looks whether the reader lets rows wait for so long that what they hold is worth giving back.</summary>
    private void OnTimer()
    {
        IRunnable[] tasks;
        lock (_lock)
        {
            _isWatching = false;
            if (_completed || _isReleased || _parked.Count == 0)
            {
                return;
            }

            TimeSpan waited = time.GetElapsedTime(_lastMove);
            if (waited < _patience)
            {
                Watch(_patience - waited);
                return;
            }

            // What is read again for a reader that comes back soon must stay little beside the time that it lets pass.
            _patience = _patience + _patience < LongestPatience ? _patience + _patience : LongestPatience;
            for (int i = _batches.Count; i > 0; i--)
            {
                Entry entry = _batches.Dequeue();
                (_waitingBytes, _rowBytes) = (_waitingBytes - entry.Bytes, _rowBytes - entry.RowBytes);
                foreach (Batch part in CompactRows.InParts(entry.Batch, account))
                {
                    var compact = new Entry(part, BatchRun.BytesOf(part), RowSize.Of(part));
                    (_waitingBytes, _rowBytes) = (_waitingBytes + compact.Bytes, _rowBytes + compact.RowBytes);
                    _batches.Enqueue(compact);
                }
            }

            tasks = [.. _parked];
            _parked.Clear();
        }

        foreach (IRunnable task in tasks)
        {
            // Nobody else has them now, and giving back costs nothing worth a slot.
            task.Rest();
            Park(task);
        }

        NativePool.TrimSoon();
    }

    /// <summary>Has the timer look after a while; the lock is held.</summary>
    private void Watch(TimeSpan wait)
    {
        if (!_isWatching)
        {
            _isWatching = true;
            _timer ??= time.CreateTimer(static queue => ((ResultQueue)queue!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Parks a task that has rested, or lets it go on if there is room by now.</summary>
    private void Park(IRunnable task)
    {
        lock (_lock)
        {
            if (!HasRoomAgain && !_completed && !_isReleased)
            {
                _parked.Add(task);
                return;
            }
        }

        executor.Submit(task);
    }

    private void Submit(List<IRunnable>? waiting)
    {
        if (waiting == null)
        {
            return;
        }

        IRunnable[] tasks;
        lock (_lock)
        {
            tasks = [.. waiting];
            waiting.Clear();
        }

        foreach (IRunnable task in tasks)
        {
            executor.Submit(task);
        }
    }

    /// <param name="Batch">Rows.</param>
    /// <param name="Bytes">What they hold in memory, whole pages included.</param>
    /// <param name="RowBytes">What the rows themselves take, about.</param>
    private readonly record struct Entry(Batch Batch, long Bytes, long RowBytes);
}
