using System.Runtime.InteropServices;

namespace SqlCluster.Server.Hosting;

/// <summary>Gives memory back to the operating system when the server has come to rest: garbage and free parts of the managed heap, and what the C library keeps of freed blocks.</summary>
/// <remarks>
/// The garbage collector begins when enough has been allocated, so what connections and statements have left behind would stay for as long as nothing happens. Column buffers go back
/// on their own (<see cref="Arrow.Memory.NativePool"/>). A collection stops the process for a moment, some 50 ms for 100 MB, so it comes once in a rest, and for small heaps only.
/// </remarks>
internal sealed partial class IdleMemory : IDisposable
{
    /// <summary>Bytes that are allocated in an interval at most while the server rests: health checks and a scrape of the metrics are no work.</summary>
    private const long RestBytes = 1 << 20;

    /// <summary>Bytes allocated since the last collection, or left by pools, that make another one worth its while.</summary>
    private const long WorthwhileBytes = 4 << 20;

    private const long LargestHeapBytes = 256 << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    private readonly Func<bool> _isBusy;
    private readonly Func<long> _releasePools;
    private readonly ITimer _timer;
    private long _lastLook;
    private long _lastCollection;

    /// <param name="isBusy">Whether tasks run, which may take long without allocating much.</param>
    /// <param name="releasePools">Leaves what pools keep to the collector, and says how many bytes that is.</param>
    /// <param name="time">Says when to look.</param>
    public IdleMemory(Func<bool> isBusy, Func<long> releasePools, TimeProvider time)
    {
        _isBusy = isBusy;
        _releasePools = releasePools;
        _timer = time.CreateTimer(static idle => ((IdleMemory)idle!).Look(), this, Interval, Interval);
    }

    /// <summary>Times that memory was given back.</summary>
    public int Collections { get; private set; }

    public void Dispose() => _timer.Dispose();

    /// <summary>Gives memory back if the server has rested since the last look, and there is some.</summary>
    internal void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool rests = allocated - _lastLook < RestBytes && !_isBusy();
        _lastLook = allocated;
        if (!rests || allocated - _lastCollection + _releasePools() < WorthwhileBytes || GC.GetTotalMemory(false) > LargestHeapBytes)
        {
            return;
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true);
        if (OperatingSystem.IsLinux())
        {
            TrimHeap();
        }

        Collections++;
        _lastCollection = _lastLook = GC.GetTotalAllocatedBytes();
    }

    private static void TrimHeap()
    {
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, which returns memory by itself.
        }
    }

    /// <summary>malloc_trim(3).</summary>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);
}
