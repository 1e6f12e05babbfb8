using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>The queries that an executor works for. Thread-safe.</summary>
internal sealed class ExecutorQueries
{
    /// <summary>Ended queries that are remembered, so that a call that comes late does not begin them again.</summary>
    private const int MostRemembered = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ExecutorQuery> _queries = new(StringComparer.Ordinal);
    private readonly Queue<string> _endedOrder = new();
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);

    /// <summary>Ids of the queries that are here.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _queries.Keys];
            }
        }
    }

    /// <summary>The query, entered, made if this is its first share here; null: it has ended.</summary>
    public ExecutorQuery? Enter(string name, Func<QueryContext> make)
    {
        lock (_lock)
        {
            if (_ended.Contains(name))
            {
                return null;
            }

            if (!_queries.TryGetValue(name, out ExecutorQuery? query))
            {
                query = new ExecutorQuery(make());
                _queries.Add(name, query);
            }

            return query.TryEnter() ? query : null;
        }
    }

    /// <summary>The query, entered; null: it is not here.</summary>
    public ExecutorQuery? Enter(string name)
    {
        lock (_lock)
        {
            return _queries.TryGetValue(name, out ExecutorQuery? query) && query.TryEnter() ? query : null;
        }
    }

    /// <summary>Ends a query.</summary>
    /// <returns>Completes when nothing of it is left.</returns>
    public Task EndAsync(string name)
    {
        ExecutorQuery? query;
        lock (_lock)
        {
            if (_ended.Add(name))
            {
                _endedOrder.Enqueue(name);
                if (_endedOrder.Count > MostRemembered)
                {
                    _ended.Remove(_endedOrder.Dequeue());
                }
            }

            _queries.Remove(name, out query);
        }

        query?.End();
        return query?.Gone ?? Task.CompletedTask;
    }

    public Task EndAllAsync() => Task.WhenAll(Names.Select(EndAsync));
}
