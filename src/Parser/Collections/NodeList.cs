using System.Collections;
using System.Runtime.CompilerServices;

namespace SqlCluster.Parser.Collections;

/// <summary>Holds an immutable list that compares by its elements; write one as a collection expression: <c>[a, b]</c>.</summary>
[CollectionBuilder(typeof(NodeList), nameof(NodeList.Create))]
public sealed class NodeList<T> : IReadOnlyList<T>, IEquatable<NodeList<T>>
{
    private readonly T[] _items;

    internal NodeList(T[] items) => _items = items;

    public static NodeList<T> Empty { get; } = new([]);

    public int Count => _items.Length;

    public bool IsEmpty => _items.Length == 0;

    public T this[int index] => _items[index];

    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>Maps each element; returns a list of the same length.</summary>
    public NodeList<TResult> Map<TResult>(Func<T, TResult> map)
    {
        if (_items.Length == 0)
            return NodeList<TResult>.Empty;
        var results = new TResult[_items.Length];
        for (int i = 0; i < results.Length; i++)
            results[i] = map(_items[i]);
        return new(results);
    }

    public bool Equals(NodeList<T>? other) =>
        ReferenceEquals(this, other) || (other is not null && _items.AsSpan().SequenceEqual(other._items, EqualityComparer<T>.Default));

    public override bool Equals(object? obj) => Equals(obj as NodeList<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (T item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", _items)}]";

    public Enumerator GetEnumerator() => new(_items);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <summary>Walks the list without allocating.</summary>
    public struct Enumerator(T[] items)
    {
        private int _index = -1;

        public readonly T Current => items[_index];

        public bool MoveNext() => ++_index < items.Length;
    }
}

/// <summary>Makes node lists.</summary>
public static class NodeList
{
    public static NodeList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? NodeList<T>.Empty : new(items.ToArray());

    public static NodeList<T> From<T>(IEnumerable<T> items)
    {
        T[] array = items.ToArray();
        return array.Length == 0 ? NodeList<T>.Empty : new(array);
    }
}
