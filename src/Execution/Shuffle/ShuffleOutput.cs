using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Shuffle;

/// <summary>What a stage has put out, by map task and partition: retained batches in the order in which each task made them.</summary>
/// <remarks>Map tasks write their own lists; readers come after the stage has ended, so nothing is locked.</remarks>
internal sealed class ShuffleOutput
{
    private readonly List<Batch>[][] _runs;

    public ShuffleOutput(int mapTasks, int partitions)
    {
        Partitions = partitions;
        _runs = new List<Batch>[mapTasks][];
        for (int task = 0; task < mapTasks; task++)
        {
            _runs[task] = new List<Batch>[partitions];
            for (int partition = 0; partition < partitions; partition++)
            {
                _runs[task][partition] = [];
            }
        }
    }

    public int Partitions { get; }

    public int MapTasks => _runs.Length;

    /// <summary>Batches of one map task for one partition.</summary>
    public List<Batch> Run(int mapTask, int partition) => _runs[mapTask][partition];

    /// <summary>All batches of a partition, task by task.</summary>
    public IEnumerable<Batch> Batches(int partition) => _runs.SelectMany(run => run[partition]);

    /// <summary>Rows of a partition.</summary>
    public long RowCount(int partition) => Batches(partition).Sum(static batch => (long)batch.RowCount);
}
