namespace SqlCluster.Arrow.Memory;

/// <summary>What several accounts may hold together: all queries of a server. Thread-safe.</summary>
/// <param name="name">Shown in errors.</param>
/// <param name="limitBytes">More than this fails with <see cref="MemoryLimitException"/>.</param>
public sealed class MemoryBudget(string name, long limitBytes)
{
    private long _usedBytes;

    public string Name { get; } = name;

    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes held now by all accounts.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <exception cref="MemoryLimitException">There is not so much left.</exception>
    internal void Take(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (used > LimitBytes)
        {
            Interlocked.Add(ref _usedBytes, -bytes);
            throw new MemoryLimitException(Name, LimitBytes, used - bytes, bytes);
        }
    }

    internal void Give(long bytes) => Interlocked.Add(ref _usedBytes, -bytes);
}
