namespace SqlCluster.Catalyst.Trees;

/// <summary>What a plan node computed about itself: every rule asks every node for its output, and in a chain of n joins that is n lists of up to n columns.</summary>
/// <remarks>
/// A copy made by <c>with</c> takes this field along though it is another node, so what is remembered says whose it is. It is no part of a node's value: any two are
/// equal. Threads that share a plan may both compute; either result will do.
/// </remarks>
internal struct Remembered<T> : IEquatable<Remembered<T>>
    where T : class
{
    private Entry? _entry;

    /// <summary>What a node remembers; null: nothing.</summary>
    public readonly T? Of(object owner) => _entry is { } entry && ReferenceEquals(entry.Owner, owner) ? entry.Value : null;

    /// <summary>Has a node remember a value, which is returned.</summary>
    public T Set(object owner, T value)
    {
        _entry = new Entry(owner, value);
        return value;
    }

    public readonly bool Equals(Remembered<T> other) => true;

    public override readonly bool Equals(object? obj) => obj is Remembered<T>;

    public override readonly int GetHashCode() => 0;

    private sealed class Entry(object owner, T value)
    {
        public readonly object Owner = owner;

        public readonly T Value = value;
    }
}
