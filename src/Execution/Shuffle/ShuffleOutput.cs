using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Shuffle;

/// <summary>What a stage has put out, by map task and partition, in the order in which each task made it: in memory first, on disk when the query is short of memory.</summary>
/// <remarks>
/// One data file a map task; the runs are its index. Map tasks write their own runs, readers come after the stage has ended; moving to disk may happen at any time, on any thread.
/// </remarks>
internal sealed class ShuffleOutput : IReclaimable, IDisposable
{
    private readonly SpillArea _area;
    private readonly OperatorMetrics _metrics;
    private readonly MapOutput[] _tasks;
    private HashSet<MapOutput>? _borrowed;

    /// <param name="mapTasks">Tasks that write.</param>
    /// <param name="partitions">Tasks that read.</param>
    /// <param name="account">Pays for what is in memory.</param>
    /// <param name="area">Where the rest goes.</param>
    /// <param name="metrics">Of the exchange: counts what goes to disk.</param>
    public ShuffleOutput(int mapTasks, int partitions, MemoryAccount account, SpillArea area, OperatorMetrics metrics)
    {
        _area = area;
        _metrics = metrics;
        Partitions = partitions;
        _tasks = new MapOutput[mapTasks];
        for (int task = 0; task < mapTasks; task++)
        {
            var runs = new BatchRun[partitions];
            for (int partition = 0; partition < partitions; partition++)
            {
                runs[partition] = new BatchRun(account);
            }

            _tasks[task] = new MapOutput(runs);
        }
    }

    public int Partitions { get; }

    public int MapTasks => _tasks.Length;

    /// <summary>Rows that were written.</summary>
    public long TotalRows => _tasks.Sum(static task => task.Runs.Sum(static run => run.RowCount));

    /// <summary>Bytes that all rows written have, or would have, in memory.</summary>
    public long TotalBytes => _tasks.Sum(static task => task.Runs.Sum(static run => run.TotalBytes));

    /// <summary>Rows and bytes by partition, for adaptive execution.</summary>
    public OutputSize Size() => new(TotalRows, [.. Enumerable.Range(0, Partitions).Select(partition => _tasks.Sum(task => task.Runs[partition].TotalBytes))]);

    /// <summary>Gives the rows up that nobody will read. The stage's tasks have ended.</summary>
    public void Abandon()
    {
        foreach (MapOutput task in _tasks)
        {
            Array.ForEach(task.Runs, static run => run.Clear());
        }
    }

    /// <summary>Keeps the rows for readers on any executor, who may come more than once. The stage's tasks have ended.</summary>
    public void Keep()
    {
        foreach (BatchRun run in _tasks.SelectMany(static task => task.Runs))
        {
            run.IsKept = true;
        }
    }

    /// <summary>Shows what a map task of another output wrote as that of the same task here: by reference, and still the other's.</summary>
    public void Borrow(ShuffleOutput owner, int mapTask)
    {
        _tasks[mapTask] = owner._tasks[mapTask];
        (_borrowed ??= []).Add(_tasks[mapTask]);
    }

    public long MemoryBytes => _tasks.Sum(static task => task.Runs.Sum(static run => run.MemoryBytes));

    /// <summary>Batches of one map task for one partition.</summary>
    public BatchRun Run(int mapTask, int partition) => _tasks[mapTask].Runs[partition];

    /// <summary>All batches, task by task; each is valid until the next is asked for.</summary>
    public IEnumerable<Batch> Batches()
    {
        foreach (BatchRun run in _tasks.SelectMany(static task => task.Runs))
        {
            for (int i = 0; i < run.Count; i++)
            {
                Batch batch = run.Read(i);
                try
                {
                    yield return batch;
                }
                finally
                {
                    batch.Release();
                }
            }
        }
    }

    /// <summary>Rows of a partition.</summary>
    public long RowCount(int partition) => _tasks.Sum(task => task.Runs[partition].RowCount);

    public void Reclaim()
    {
        foreach (MapOutput task in _tasks)
        {
            lock (task)
            {
                if (Array.TrueForAll(task.Runs, static run => run.MemoryBytes == 0))
                {
                    continue;
                }

                task.Writer ??= new BlockWriter(_area.Create(_metrics));
                Array.ForEach(task.Runs, run => run.Spill(task.Writer));
            }
        }
    }

    public void Dispose()
    {
        foreach (MapOutput task in _tasks)
        {
            if (_borrowed?.Contains(task) != true)
            {
                task.Writer?.Dispose();
                Array.ForEach(task.Runs, static run => run.Clear());
            }
        }
    }

    private sealed class MapOutput(BatchRun[] runs)
    {
        public BatchRun[] Runs => runs;

        public BlockWriter? Writer { get; set; }
    }
}
