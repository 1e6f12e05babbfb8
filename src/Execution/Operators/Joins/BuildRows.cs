using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Rows to make a join's table of.</summary>
internal interface IBuildRows
{
    long RowCount { get; }

    /// <summary>The rows from the first on; each batch is valid until the next is asked for.</summary>
    IEnumerable<Batch> Read();
}

/// <summary>Build rows in memory.</summary>
internal sealed class KeptBuildRows(List<Batch> batches) : IBuildRows
{
    public long RowCount { get; } = batches.Sum(static batch => (long)batch.RowCount);

    public IEnumerable<Batch> Read() => batches;
}

/// <summary>Build rows on disk.</summary>
internal sealed class SpilledBuildRows(IReadOnlyList<SpillBlock> blocks, MemoryAccount account) : IBuildRows
{
    public long RowCount { get; } = blocks.Sum(static block => (long)block.Rows);

    public IEnumerable<Batch> Read() => BlockReader.ReadAll(blocks, account);
}
