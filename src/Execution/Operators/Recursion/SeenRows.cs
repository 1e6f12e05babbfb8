using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels.Grouping;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Recursion;

/// <summary>All rows that a recursion with UNION has put out, to tell which rows are new. In memory, or on disk, spread by their hash.</summary>
/// <remarks><code>
/// in memory   row ─▶ table ─▶ new or not, at once
/// on disk     rows of an iteration ─▶ partitions; at its end, partition by partition: table of the rows seen, then the iteration's
///             a partition whose rows do not fit is spread over sixteen by other bits of the hash, for good
/// </code>
/// Partitions without rows of the iteration are not read.
/// </remarks>
internal sealed class SeenRows : IDisposable
{
    private readonly KeyColumn[] _columns;
    private readonly TaskContext _context;
    private readonly OperatorMetrics _metrics;
    private GroupTable? _table;
    private NativeBuffer? _groups;
    private NativeBuffer? _selection;
    private BlockWriter? _writer;
    private Partition? _root;
    private SpillPartitions? _iteration;

    public SeenRows(KeyColumn[] columns, TaskContext context, OperatorMetrics metrics)
    {
        _columns = columns;
        _context = context;
        _metrics = metrics;
        _table = MakeTable();
    }

    /// <summary>Takes rows of the present iteration.</summary>
    /// <returns>Those that are new; null when there is none, or when only <see cref="EndIteration"/> will know.</returns>
    public Batch? Add(Batch batch)
    {
        if (_table == null)
        {
            _iteration ??= new SpillPartitions(_writer!, 0, _context.Account);
            _iteration.Add(batch.Columns, batch);
            return null;
        }

        Batch? added = New(_table, batch);
        if (!_context.Query.Memory.IsCalm && _context.Query.Memory.MustSpill(_table.ReservedBytes))
        {
            Spill(_table);
        }

        return added;
    }

    /// <summary>The iteration's new rows that <see cref="Add"/> did not give; each batch is valid until the next is asked for.</summary>
    public IEnumerable<Batch> EndIteration()
    {
        if (_iteration is not { } iteration)
        {
            yield break;
        }

        iteration.Dispose();
        _iteration = null;
        foreach (Batch batch in Compare(_root!, [.. Enumerable.Range(0, SpillPartitions.Fanout).Select(iteration.Blocks)]))
        {
            yield return batch;
        }
    }

    public void Dispose()
    {
        _table?.Dispose();
        _table = null;
        _iteration?.Dispose();
        _groups?.Release();
        _selection?.Release();
        _groups = _selection = null;
        _writer?.Dispose();
        _writer?.File.Dispose();
    }

    private GroupTable MakeTable()
    {
        GroupTable table = GroupTable.Create(_columns, _context.Account);
        table.Cancellation = _context.Cancellation;
        return table;
    }

    /// <summary>The rows of a batch that the table did not know, each once; null when there is none.</summary>
    private Batch? New(GroupTable table, Batch batch)
    {
        int count = batch.RowCount, known = table.Count;
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, _context.Account).Span<int>(0, count);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        table.FindOrAdd(batch.Columns, rows, count, groups);
        NativeBuffer buffer = NativeBuffer.Reuse(ref _selection, (count + 16) * 4L, _context.Account);
        Span<int> selected = buffer.Span<int>(0, count);
        int found = 0;
        if (table.Count == known)
        {
            return null;
        }

        // A table of several rounds may number new keys out of row order: remember which were passed on.
        var passed = new bool[table.Count - known];
        for (int i = 0; i < count; i++)
        {
            int number = groups[i] - known;
            if (number >= 0 && !passed[number])
            {
                passed[number] = true;
                selected[found++] = rows.IsEmpty ? i : rows[i];
            }
        }

        return found == count ? batch : new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, found));
    }

    /// <summary>Moves the rows seen so far to disk, for good.</summary>
    private void Spill(GroupTable table)
    {
        _writer = new BlockWriter(_context.Query.Spill.Create(_metrics));
        using var rows = new SpillPartitions(_writer, 0, _context.Account);
        for (int start = 0; start < table.Count; start += _context.BatchSize)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(_context.BatchSize, table.Count - start);
            Vector[] keys = table.Keys(start, count);
            rows.Add(keys, new Batch(keys, count));
        }

        _metrics.Add("spilled rows seen", table.Count);
        _root = new Partition(0, []) { Children = [.. Enumerable.Range(0, SpillPartitions.Fanout).Select(child => new Partition(0, rows.Blocks(child)))] };
        table.Dispose();
        _table = null;
    }

    /// <summary>Compares an iteration's rows, spread like the partition's children, with those seen.</summary>
    private IEnumerable<Batch> Compare(Partition parent, List<SpillBlock>[] rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Count > 0)
            {
                foreach (Batch batch in Compare(parent.Children![i], rows[i]))
                {
                    yield return batch;
                }
            }
        }
    }

    private IEnumerable<Batch> Compare(Partition partition, List<SpillBlock> rows)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        if (partition.Children == null && MustSpread(partition, rows))
        {
            int level = partition.Level + 1;
            partition.Children = [.. Spread(partition.Seen, level).Select(seen => new Partition(level, seen))];
            partition.Seen = [];
            _metrics.Add("spread again", 1);
        }

        if (partition.Children != null)
        {
            foreach (Batch batch in Compare(partition, Spread(rows, partition.Level + 1)))
            {
                yield return batch;
            }

            yield break;
        }

        using GroupTable table = MakeTable();
        foreach (Batch seen in BlockReader.ReadAll(partition.Seen, _context.Account))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            Span<int> groups = NativeBuffer.Reuse(ref _groups, (seen.Length + 16) * 4L, _context.Account).Span<int>(0, seen.Length);
            table.FindOrAdd(seen.Columns, default, seen.Length, groups);
        }

        foreach (Batch batch in BlockReader.ReadAll(rows, _context.Account))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            if (New(table, batch) is { } added)
            {
                _writer!.Write(added.Columns, added.Selection == null ? default : added.Selection.Rows, added.RowCount, partition.Seen);
                yield return added;
            }
        }
    }

    private bool MustSpread(Partition partition, List<SpillBlock> rows)
    {
        const int RowBytes = 32;
        MemoryArbiter memory = _context.Query.Memory;
        long bytes = 0, count = 0;
        foreach (SpillBlock block in partition.Seen.Concat(rows))
        {
            bytes += block.RawBytes;
            count += block.Rows;
        }

        return partition.Level + 1 < SpillPartitions.MostLevels && (memory.IsForced ? partition.Level == 0 && partition.Seen.Count > 1 : memory.IsShortOf((2 * bytes) + (count * RowBytes)));
    }

    private List<SpillBlock>[] Spread(List<SpillBlock> blocks, int level)
    {
        using var spread = new SpillPartitions(_writer!, level, _context.Account);
        foreach (Batch batch in BlockReader.ReadAll(blocks, _context.Account))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            spread.Add(batch.Columns, batch);
        }

        return [.. Enumerable.Range(0, SpillPartitions.Fanout).Select(spread.Blocks)];
    }

    /// <summary>Rows of some hashes: blocks of them, or partitions of their own.</summary>
    private sealed class Partition(int level, List<SpillBlock> seen)
    {
        /// <summary>How often the rows have been spread before they came here.</summary>
        public int Level => level;

        public List<SpillBlock> Seen { get; set; } = seen;

        public Partition[]? Children { get; set; }
    }
}
