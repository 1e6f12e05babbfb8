using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Batches on their way from the last stage's tasks to the client: bounded, so that a slow client parks the tasks instead of filling memory.</summary>
internal sealed class ResultQueue(LocalExecutor executor, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<(Batch Batch, long Bytes)> _batches = new();
    private readonly List<IRunnable> _parked = [];
    private TaskCompletionSource? _reader;
    private bool _completed;
    private bool _isReleased;
    private long _waitingBytes;
    private long _peakWaitingBytes;
    private Exception? _error;

    /// <summary>The most bytes that waited for the reader at once.</summary>
    public long PeakWaitingBytes => Interlocked.Read(ref _peakWaitingBytes);

    /// <summary>Puts a batch in, whose reference passes to the reader.</summary>
    /// <param name="batch">A retained batch.</param>
    /// <param name="writer">Submitted again when there is room, if this call says there is none left.</param>
    /// <returns>Whether the writer may go on; the batch is in either way.</returns>
    public bool Write(Batch batch, IRunnable writer)
    {
        TaskCompletionSource? reader;
        bool hasRoom;
        long bytes = BatchRun.BytesOf(batch);
        lock (_lock)
        {
            _batches.Enqueue((batch, bytes));
            _waitingBytes += bytes;
            _peakWaitingBytes = Math.Max(_peakWaitingBytes, _waitingBytes);
            hasRoom = _batches.Count < capacity || _completed || _isReleased;
            if (!hasRoom)
            {
                _parked.Add(writer);
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

        WakeWriters();
    }

    /// <summary>As <see cref="ReadAsync"/>, when what comes next is there already and nobody waits for room; false: ask there.</summary>
    public bool TryRead(out Batch? batch)
    {
        lock (_lock)
        {
            if (_parked.Count == 0 && _batches.TryDequeue(out (Batch Batch, long Bytes) first))
            {
                batch = first.Batch;
                _waitingBytes -= first.Bytes;
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
            bool wakeWriters = false;
            lock (_lock)
            {
                if (_batches.TryDequeue(out (Batch Batch, long Bytes) first))
                {
                    batch = first.Batch;
                    _waitingBytes -= first.Bytes;
                    wakeWriters = _parked.Count > 0 && _batches.Count <= capacity / 2;
                    wait = Task.CompletedTask;
                }
                else if (_completed)
                {
                    return _error == null ? null : throw _error;
                }
                else
                {
                    _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = _reader.Task;
                }
            }

            if (wakeWriters)
            {
                WakeWriters();
            }

            if (batch != null)
            {
                return batch;
            }

            await wait.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void WakeWriters()
    {
        IRunnable[] parked;
        lock (_lock)
        {
            parked = [.. _parked];
            _parked.Clear();
        }

        foreach (IRunnable writer in parked)
        {
            executor.Submit(writer);
        }
    }
}
