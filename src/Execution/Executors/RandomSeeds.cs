namespace SqlCluster.Execution.Executors;

/// <summary>Sources of random numbers that a statement after setseed() draws from: each asker gets one of its own, the n-th always the same.</summary>
/// <remarks>A statement that runs as one task asks in one order, so that it gives the same numbers again; one of several tasks gives other numbers in each.</remarks>
public sealed class RandomSeeds(int seed)
{
    private int _asked;

    public Random Next() => new(unchecked(seed + (Interlocked.Increment(ref _asked) * 7919)));
}
