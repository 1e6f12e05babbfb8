using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Goes through the batches of some partitions of a stage's output: partition by partition, map task by map task. Thread-safe, so that tasks can take turns.</summary>
internal sealed class BatchCursor
{
    private readonly Lock _lock = new();
    private readonly ShuffleOutput? _output;
    private readonly int _end;
    private int _partition;
    private int _mapTask;
    private int _index;

    /// <param name="output">What is read; null: nothing was kept.</param>
    /// <param name="range">Which partitions of it.</param>
    public BatchCursor(ShuffleOutput? output, PartitionRange range)
    {
        _output = output;
        _partition = range.Start;
        _end = output == null ? range.Start : range.End;
    }

    /// <summary>Where the next batch is, or null at the end.</summary>
    public (BatchRun Run, int Index)? Next()
    {
        lock (_lock)
        {
            for (; _partition < _end; _partition++, _mapTask = 0)
            {
                for (; _mapTask < _output!.MapTasks; _mapTask++, _index = 0)
                {
                    BatchRun run = _output.Run(_mapTask, _partition);
                    if (_index < run.Count)
                    {
                        return (run, _index++);
                    }
                }
            }

            return null;
        }
    }
}
