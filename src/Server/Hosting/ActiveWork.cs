namespace SqlCluster.Server.Hosting;

/// <summary>Counts what is under way, so that a shutdown can wait for its end. Thread-safe.</summary>
internal sealed class ActiveWork
{
    private readonly Lock _lock = new();
    private int _count;
    private TaskCompletionSource? _none;

    public int Count => Volatile.Read(ref _count);

    public void Enter()
    {
        lock (_lock)
        {
            _count++;
        }
    }

    public void Leave()
    {
        TaskCompletionSource? none = null;
        lock (_lock)
        {
            if (--_count == 0)
            {
                none = _none;
                _none = null;
            }
        }

        none?.TrySetResult();
    }

    /// <summary>Waits until nothing is under way, or until the time is over.</summary>
    /// <returns>Whether nothing is.</returns>
    public async Task<bool> WaitForNoneAsync(TimeSpan patience)
    {
        Task none;
        lock (_lock)
        {
            if (_count == 0)
            {
                return true;
            }

            _none ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            none = _none.Task;
        }

        using var over = new CancellationTokenSource();
        bool isOver = await Task.WhenAny(none, Task.Delay(patience, over.Token)).ConfigureAwait(false) != none;
        await over.CancelAsync().ConfigureAwait(false);
        return !isOver;
    }
}
