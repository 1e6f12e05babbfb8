using System.Collections.Concurrent;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Monitoring;

/// <summary>Counts the statements that have ended. Thread-safe.</summary>
public sealed class QueryCounters : IQueryListener
{
    /// <summary>Upper bounds of the duration's buckets, in seconds.</summary>
    public static readonly IReadOnlyList<double> Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    /// <summary>SQLSTATEs that are counted by name; further ones are counted together.</summary>
    private const int MostStates = 200;

    private readonly long[] _durations = new long[Buckets.Count + 1];
    private readonly ConcurrentDictionary<(Door Door, QueryOutcome Outcome), long> _ended = new();
    private readonly ConcurrentDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _adaptiveRules = new(StringComparer.Ordinal);
    private long _microseconds;
    private long _queuedMicroseconds;
    private long _rows;
    private long _bytesRead;
    private long _bytesSpilled;

    /// <summary>Statements by door and outcome, as of now: sorting a dictionary that others add to asks twice how many there are.</summary>
    public IReadOnlyList<KeyValuePair<(Door Door, QueryOutcome Outcome), long>> Ended => _ended.ToArray();

    /// <summary>Errors by SQLSTATE, as of now.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Errors => _errors.ToArray();

    /// <summary>Changes that adaptive execution made to plans, by rule.</summary>
    public IReadOnlyDictionary<string, long> AdaptiveRules => _adaptiveRules;

    public long Rows => Interlocked.Read(ref _rows);

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public long BytesSpilled => Interlocked.Read(ref _bytesSpilled);

    /// <summary>Sum of all durations.</summary>
    public double Seconds => Interlocked.Read(ref _microseconds) / 1e6;

    /// <summary>Sum of the times in the queue.</summary>
    public double QueuedSeconds => Interlocked.Read(ref _queuedMicroseconds) / 1e6;

    /// <summary>Statements that took at most as long as each bucket's bound; the last number is all of them.</summary>
    public IReadOnlyList<long> Durations()
    {
        var sums = new long[_durations.Length];
        long sum = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            sum += Interlocked.Read(ref _durations[i]);
            sums[i] = sum;
        }

        return sums;
    }

    public void OnFinished(FinishedQuery query)
    {
        _ended.AddOrUpdate((query.Client.Door, query.Outcome), 1, static (_, count) => count + 1);
        if (query.SqlState is { } state)
        {
            _errors.AddOrUpdate(_errors.Count < MostStates || _errors.ContainsKey(state) ? state : "other", 1, static (_, count) => count + 1);
        }

        int bucket = 0;
        while (bucket < Buckets.Count && query.Duration.TotalSeconds > Buckets[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _durations[bucket]);
        Interlocked.Add(ref _microseconds, (long)query.Duration.TotalMicroseconds);
        Interlocked.Add(ref _queuedMicroseconds, (long)query.Queued.TotalMicroseconds);
        Interlocked.Add(ref _rows, query.Rows);
        Interlocked.Add(ref _bytesRead, query.BytesRead);
        Interlocked.Add(ref _bytesSpilled, query.BytesSpilled);
        foreach (string rule in query.AdaptiveRules)
        {
            _adaptiveRules.AddOrUpdate(rule, 1, static (_, count) => count + 1);
        }
    }
}
