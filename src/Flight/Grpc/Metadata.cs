using System.Collections;

namespace SqlCluster.Flight.Grpc;

/// <summary>Headers or trailers of a call in the order they came: lower-case names, ASCII values; names ending in -bin hold bytes in base64.</summary>
public sealed class Metadata : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _entries = [];

    public int Count => _entries.Count;

    /// <summary>The first value of a name, null without one.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string key, string value) in _entries)
            {
                if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }

            return null;
        }
    }

    public void Add(string name, string value) => _entries.Add(new(name.ToLowerInvariant(), value));

    /// <param name="name">Ends in -bin.</param>
    public void Add(string name, ReadOnlySpan<byte> value) => Add(name, BinaryHeader.Encode(value));

    public void AddRange(Metadata other) => _entries.AddRange(other._entries);

    /// <summary>All values of a name.</summary>
    public IEnumerable<string> All(string name) =>
        _entries.Where(entry => string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase)).Select(static entry => entry.Value);

    /// <summary>The bytes of a name that ends in -bin; null without it.</summary>
    /// <exception cref="GrpcStatusException">The value is no base64.</exception>
    public byte[]? Binary(string name) => this[name] is { } value ? BinaryHeader.Decode(name, value) : null;

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
