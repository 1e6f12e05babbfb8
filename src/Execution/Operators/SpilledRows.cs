using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators;

/// <summary>Rows on their way to disk, spread by their keys; sparse batches are put together first, so that blocks hold what a batch may.</summary>
internal sealed class SpilledRows : IDisposable
{
    private readonly TaskContext _context;
    private readonly SpillPartitions _partitions;
    private readonly Func<Batch, Vector[]> _keysOf;
    private PartitionBuffer? _sparse;

    /// <param name="writer">Where the rows go; stays the caller's.</param>
    /// <param name="level">How often the rows have been spread before.</param>
    /// <param name="keysOf">Gives what is hashed; no vectors: all rows go to the first partition.</param>
    /// <param name="context">The task.</param>
    public SpilledRows(BlockWriter writer, int level, Func<Batch, Vector[]> keysOf, TaskContext context)
    {
        _context = context;
        _keysOf = keysOf;
        _partitions = new SpillPartitions(writer, level, context.Account);
    }

    /// <summary>Rows of a partition; after <see cref="Complete"/>.</summary>
    public List<SpillBlock> Blocks(int partition) => _partitions.Blocks(partition);

    public void Append(Batch batch)
    {
        if (batch.RowCount * 2 >= _context.BatchSize)
        {
            _sparse?.Finish();          // rows keep their order
            _sparse = null;
            Write(batch);
            return;
        }

        (_sparse ??= new PartitionBuffer(_context.Account, _context.BatchSize, Full)).Append(batch);
    }

    /// <summary>Writes what is left.</summary>
    public void Complete()
    {
        _sparse?.Finish();
        _sparse = null;
        _partitions.Dispose();
    }

    public void Dispose()
    {
        _sparse?.Dispose();
        _partitions.Dispose();
    }

    private void Full(Batch batch)
    {
        Write(batch);
        batch.Release();
    }

    private void Write(Batch batch) => _partitions.Add(_keysOf(batch), batch);
}
