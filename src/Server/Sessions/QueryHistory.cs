namespace SqlCluster.Server.Sessions;

/// <summary>The statements that ended last, newest first. Thread-safe; memory is bounded by their count and by the length of their texts.</summary>
public sealed class QueryHistory(int capacity)
{
    private readonly Lock _lock = new();
    private readonly FinishedQuery?[] _ring = new FinishedQuery?[capacity];
    private int _next;

    /// <summary>How many are kept.</summary>
    public int Capacity => _ring.Length;

    public IReadOnlyList<FinishedQuery> Recent(int count = int.MaxValue)
    {
        lock (_lock)
        {
            var recent = new List<FinishedQuery>(Math.Min(count, _ring.Length));
            for (int back = 1; back <= _ring.Length && recent.Count < count && _ring[(_next - back + _ring.Length) % _ring.Length] is { } query; back++)
            {
                recent.Add(query);
            }

            return recent;
        }
    }

    public FinishedQuery? Find(QueryId id)
    {
        lock (_lock)
        {
            return Array.Find(_ring, query => query?.Id == id);
        }
    }

    internal void Add(FinishedQuery query)
    {
        if (_ring.Length == 0)
        {
            return;
        }

        lock (_lock)
        {
            _ring[_next] = query;
            _next = (_next + 1) % _ring.Length;
        }
    }
}
