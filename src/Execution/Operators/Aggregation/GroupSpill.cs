using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>Groups on disk, spread by their keys: what an aggregation puts away when memory is short, and takes back partition by partition.</summary>
/// <remarks><code>
/// groups ─▶ stream 0      keys, state columns                         a row a group; merged when read
///        └▶ stream 1...   keys, arguments of a call that keeps rows   fed again when read (DISTINCT, ORDER BY, array_agg, ...)
/// </code></remarks>
internal sealed class GroupSpill : IDisposable
{
    private readonly TaskContext _context;
    private readonly BlockWriter _writer;
    private readonly Stack<SpilledGroups> _partitions = new();

    public GroupSpill(TaskContext context, OperatorMetrics metrics)
    {
        _context = context;
        _writer = new BlockWriter(context.Query.Spill.Create(metrics));
    }

    /// <summary>An empty level of partitions, to be filled by <see cref="Write"/> and closed by <see cref="Close"/>.</summary>
    public SpillPartitions[] Open(int level, AccumulatorSet accumulators)
    {
        var streams = new SpillPartitions[1 + accumulators.RowKeepers.Count()];
        for (int i = 0; i < streams.Length; i++)
        {
            streams[i] = new SpillPartitions(_writer, level, _context.Account);
        }

        return streams;
    }

    /// <summary>Writes all groups of a table.</summary>
    public void Write(SpillPartitions[] streams, GroupTable table, int keyCount, AccumulatorSet accumulators)
    {
        int groups = table.Count;
        for (int start = 0; start < groups; start += _context.BatchSize)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(_context.BatchSize, groups - start);
            var columns = new Vector[keyCount + accumulators.StateCount];
            table.Keys(start, count).CopyTo(columns, 0);
            accumulators.States(start, count, columns.AsSpan(keyCount));
            streams[0].Add(columns.AsSpan(0, keyCount), new Batch(columns, count));
        }

        if (streams.Length > 1 && groups > 0)
        {
            WriteRows(streams, table.Keys(0, groups), accumulators);
        }
    }

    /// <summary>Makes the partitions of a level the next to be read.</summary>
    public void Close(SpillPartitions[] streams, int level)
    {
        for (int p = SpillPartitions.Fanout - 1; p >= 0; p--)
        {
            if (streams[0].Blocks(p).Count > 0)
            {
                _partitions.Push(new SpilledGroups([.. streams.Select(stream => stream.Blocks(p))], level));
            }
        }

        Array.ForEach(streams, static stream => stream.Dispose());
    }

    /// <summary>The next partition to read, or null when all have been read.</summary>
    public SpilledGroups? Next() => _partitions.TryPop(out SpilledGroups? next) ? next : null;

    public void Dispose()
    {
        _writer.Dispose();
        _writer.File.Dispose();
    }

    private void WriteRows(SpillPartitions[] streams, Vector[] keys, AccumulatorSet accumulators)
    {
        var gatherers = new List<VectorGatherer>();
        int stream = 0;
        foreach (Accumulator keeper in accumulators.RowKeepers)
        {
            stream++;
            ReadOnlySpan<int> groups = keeper.KeptGroups();
            if (groups.IsEmpty)
            {
                continue;
            }

            Vector[] kept = keeper.KeptColumns();
            while (gatherers.Count < keys.Length + kept.Length)
            {
                gatherers.Add(new VectorGatherer(_context.Account));
            }

            var rows = new int[_context.BatchSize];
            for (int start = 0; start < groups.Length; start += rows.Length)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                int count = Math.Min(rows.Length, groups.Length - start);
                var columns = new Vector[keys.Length + kept.Length];
                for (int c = 0; c < keys.Length; c++)
                {
                    columns[c] = gatherers[c].Take(keys[c], groups.Slice(start, count));
                }

                for (int i = 0; i < count; i++)
                {
                    rows[i] = start + i;
                }

                for (int c = 0; c < kept.Length; c++)
                {
                    columns[keys.Length + c] = gatherers[keys.Length + c].Take(kept[c], rows.AsSpan(0, count));
                }

                streams[stream].Add(columns.AsSpan(0, keys.Length), new Batch(columns, count));
            }
        }

        gatherers.ForEach(static gatherer => gatherer.Dispose());
    }
}

/// <summary>One partition of spilled groups.</summary>
/// <param name="Streams">States, then the rows of each call that keeps rows.</param>
/// <param name="Level">How often its rows have been spread.</param>
internal sealed record SpilledGroups(List<SpillBlock>[] Streams, int Level);
