namespace SqlCluster.Arrow.Memory;

/// <summary>Counts the bytes of buffers that were taken while one part of a query (an operator of its plan) ran, whatever account they are charged to. Thread-safe.</summary>
/// <remarks>A buffer counts for the part that took it until it is released, also when another part holds it by then.</remarks>
public sealed class MemoryUse
{
    [ThreadStatic]
    private static MemoryUse? _current;

    private long _usedBytes;
    private long _peakBytes;

    /// <summary>Whose work the calling thread does; null: nobody's.</summary>
    public static MemoryUse? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>The most bytes held at once, counted in whole pool blocks.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    internal void Take(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        long peak = Interlocked.Read(ref _peakBytes);
        while (used > peak && Interlocked.CompareExchange(ref _peakBytes, used, peak) is var seen && seen != peak)
        {
            peak = seen;
        }
    }

    internal void Give(long bytes) => Interlocked.Add(ref _usedBytes, -bytes);
}
