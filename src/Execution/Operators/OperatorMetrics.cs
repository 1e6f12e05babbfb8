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

    /// <summary>A named number; 0: nobody has counted it.</summary>
    internal long Counted(string counter) => _counters != null && _counters.TryGetValue(counter, out long value) ? value : 0;

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

    /// <summary>Adds what the same node did elsewhere.</summary>
    internal void Add(long rows, long batches, long ticks, IEnumerable<KeyValuePair<string, long>> counters)
    {
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _batches, batches);
        Interlocked.Add(ref _ticks, ticks);
        foreach ((string counter, long amount) in counters)
        {
            Add(counter, amount);
        }
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

/// <summary>The metrics of a query's plan nodes, found by node reference, and of what its stages keep for others.</summary>
public sealed class QueryMetrics : IPlanMetrics
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ExecPlan, OperatorMetrics> _nodes = new(ReferenceEqualityComparer.Instance);
    private Dictionary<StageId, OperatorMetrics>? _outputs;

    /// <summary>Counters of what a stage keeps: rows, and their bytes in memory, also where some are on disk.</summary>
    internal const string RowsWritten = "rows written", BytesWritten = "bytes written";

    /// <summary>Counter of what a part held when the query as a whole held most: these add up to the query's peak.</summary>
    public const string MemoryAtPeak = "memory bytes at query peak";

    private const string PeakMemory = "peak memory bytes";

    /// <summary>Who reads an exchange and the exchange itself count their memory together.</summary>
    public OperatorMetrics For(ExecPlan node)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(node, out OperatorMetrics? metrics))
            {
                metrics = new OperatorMetrics(node is ShuffleReadExec read ? ForOutput(read.Stage).Memory : null);
                _nodes.Add(node, metrics);
            }

            return metrics;
        }
    }

    /// <summary>Of the rows that a stage keeps for an exchange or a common table expression.</summary>
    public OperatorMetrics ForOutput(StageId stage)
    {
        lock (_lock)
        {
            _outputs ??= [];
            if (!_outputs.TryGetValue(stage, out OperatorMetrics? metrics))
            {
                metrics = new OperatorMetrics();
                _outputs.Add(stage, metrics);
            }

            return metrics;
        }
    }

    /// <summary>The node's metrics, or null when it never ran.</summary>
    public OperatorMetrics? Find(ExecPlan node)
    {
        lock (_lock)
        {
            return _nodes.GetValueOrDefault(node);
        }
    }

    /// <summary>What all nodes and outputs held when the query as a whole held most, those of stages that were left out included.</summary>
    public long MemoryBytesAtPeak()
    {
        lock (_lock)
        {
            return _nodes.Values.Concat(_outputs?.Values ?? Enumerable.Empty<OperatorMetrics>()).Select(static part => part.Memory).Distinct().Sum(static memory => memory.BytesAtPeak);
        }
    }

    /// <summary>A named number, summed over all nodes.</summary>
    public long Total(string counter)
    {
        long total = 0;
        lock (_lock)
        {
            foreach (OperatorMetrics node in _nodes.Values)
            {
                total += node.Counted(counter);
            }

            if (_outputs != null)
            {
                foreach (OperatorMetrics output in _outputs.Values)
                {
                    total += output.Counted(counter);
                }
            }
        }

        return total;
    }

    NodeMetrics? IPlanMetrics.Of(ExecPlan node) => Find(node) is { } own ? new NodeMetrics(own.Rows, own.Batches, own.Time, Shown(own)) : null;

    NodeMetrics? IPlanMetrics.OfOutput(StageId stage) => FindOutput(stage) is { } own
        ? new NodeMetrics(own.Counters.GetValueOrDefault(RowsWritten), 0, own.Time, Shown(own))
        : null;

    private OperatorMetrics? FindOutput(StageId stage)
    {
        lock (_lock)
        {
            return _outputs?.GetValueOrDefault(stage);
        }
    }

    private static IReadOnlyDictionary<string, long> Shown(OperatorMetrics part) => part.Memory.PeakBytes is var peak and > 0
        ? new Dictionary<string, long>(part.Counters) { [PeakMemory] = peak, [MemoryAtPeak] = part.Memory.BytesAtPeak }
        : part.Counters;
}
