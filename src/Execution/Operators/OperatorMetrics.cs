using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Explain;
using SqlCluster.Catalyst.Physical;

namespace SqlCluster.Execution.Operators;

/// <summary>What one plan node did, over all of its tasks.</summary>
/// <param name="memory">Counts the node's memory; null: its own. The parts of a node share one.</param>
public sealed class OperatorMetrics(MemoryUse? memory = null)
{
    private ConcurrentDictionary<string, long>? _counters;
    private long _rows;
    private long _batches;
    private long _ticks;

    /// <summary>Rows put out.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Time inside the operator and its inputs, summed over tasks.</summary>
    public TimeSpan Time => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks));

    /// <summary>Buffers taken while the operator ran, those of its inputs apart.</summary>
    public MemoryUse Memory { get; } = memory ?? new MemoryUse();

    /// <summary>Further numbers by name, such as "row groups pruned" or "bytes read": shown by EXPLAIN ANALYZE in the order of their names.</summary>
    public IReadOnlyDictionary<string, long> Counters => (IReadOnlyDictionary<string, long>?)_counters ?? FrozenDictionary<string, long>.Empty;

    /// <summary>Adds to a named number: for rare events (a row group, a page, a spill), not for rows.</summary>
    public void Add(string counter, long amount) => Made().AddOrUpdate(counter, static (_, added) => added, static (_, old, added) => old + added, amount);

    /// <summary>Raises a named number to at least <paramref name="value"/>.</summary>
    public void Max(string counter, long value) => Made().AddOrUpdate(counter, static (_, candidate) => candidate, static (_, old, candidate) => Math.Max(old, candidate), value);

    /// <summary>The named numbers, made with the first of them: most operators have none.</summary>
    private ConcurrentDictionary<string, long> Made()
    {
        if (_counters == null)
        {
            Interlocked.CompareExchange(ref _counters, new ConcurrentDictionary<string, long>(StringComparer.Ordinal), null);
        }

        return _counters;
    }

    internal void Count(Batch? batch, long ticks)
    {
        Interlocked.Add(ref _ticks, ticks);
        if (batch != null)
        {
            Interlocked.Add(ref _rows, batch.RowCount);
            Interlocked.Increment(ref _batches);
        }
    }
}

/// <summary>The metrics of a query's plan nodes, found by node reference.</summary>
public sealed class QueryMetrics : IPlanMetrics
{
    private readonly ConcurrentDictionary<ExecPlan, OperatorMetrics> _nodes = new(ReferenceEqualityComparer.Instance);

    public OperatorMetrics For(ExecPlan node) => _nodes.GetOrAdd(node, static _ => new OperatorMetrics());

    /// <summary>The node's metrics, or null when it never ran.</summary>
    public OperatorMetrics? Find(ExecPlan node) => _nodes.GetValueOrDefault(node);

    /// <summary>A named number, summed over all nodes.</summary>
    public long Total(string counter)
    {
        long total = 0;
        foreach ((_, OperatorMetrics node) in _nodes)
        {
            total += node.Counters.TryGetValue(counter, out long value) ? value : 0;
        }

        return total;
    }

    NodeMetrics? IPlanMetrics.Of(ExecPlan node) => Find(node) is { } own ? new NodeMetrics(own.Rows, own.Batches, own.Time, Shown(own)) : null;

    private static IReadOnlyDictionary<string, long> Shown(OperatorMetrics node) => node.Memory.PeakBytes is var peak and > 0
        ? new Dictionary<string, long>(node.Counters) { ["peak memory bytes"] = peak }
        : node.Counters;
}
