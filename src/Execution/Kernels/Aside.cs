namespace SqlCluster.Execution.Kernels;

/// <summary>Runs work that takes no cancellation where a cancelled query need not wait for it: the framework's parsers, normal forms and regular expressions over large values.</summary>
/// <remarks>
/// The work gets managed values of its own and touches no buffer of the query, which may be gone before it ends. Left behind, it ends by itself: what is given here takes time linear in
/// its input, or has a limit of its own. At most so many threads at once as there are processors; who comes later waits, and hears a cancellation meanwhile.
/// </remarks>
internal static class Aside
{
    /// <summary>Bytes or characters up to which the framework's work is done before anybody could want it to end: a few milliseconds.</summary>
    public const int LargeValue = 1 << 20;

    private const int StackBytes = 16 << 20;
    private static readonly SemaphoreSlim Threads = new(Math.Max(2, Environment.ProcessorCount));

    /// <summary>Does the work here when its input is small, else on a thread of its own.</summary>
    /// <param name="size">Bytes or characters of the input.</param>
    /// <param name="work">Linear in its input.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public static T RunLarge<T>(long size, Func<T> work, CancellationToken cancellation)
    {
        if (size <= LargeValue)
        {
            return work();
        }

        return Run(work, cancellation);
    }

    /// <summary>Does the work on a thread of its own, which the query waits for or, cancelled, leaves behind. Errors of the work are the caller's.</summary>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellation)
    {
        Threads.Wait(cancellation);
        var outcome = new TaskCompletionSource<T>();
        var thread = new Thread(
            () =>
            {
                try
                {
                    outcome.SetResult(work());
                }
                catch (Exception error)
                {
                    outcome.SetException(error);
                }
                finally
                {
                    Threads.Release();
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "aside",
        };
        thread.Start();
        Task.WaitAny([outcome.Task], cancellation);
        return outcome.Task.GetAwaiter().GetResult();
    }
}
