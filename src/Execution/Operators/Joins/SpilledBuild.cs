using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>A build side on disk, spread by its keys, with what must be known of it as a whole.</summary>
internal sealed class SpilledBuild : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashJoinExec _plan;
    private readonly ExpressionList _keys;
    private readonly BlockWriter _writer;
    private readonly SpilledRows _rows;
    private readonly List<BlockWriter> _probeWriters = [];
    private readonly List<SpillBlock>[] _probes = new List<SpillBlock>[SpillPartitions.Fanout];

    public SpilledBuild(HashJoinExec plan, TaskContext context, OperatorMetrics metrics)
    {
        _plan = plan;
        _keys = new ExpressionList(plan.RightKeys, context.Evaluation);
        _writer = new BlockWriter(context.Query.Spill.Create(metrics));
        _rows = new SpilledRows(_writer, 0, HashedKeys, context);
        for (int i = 0; i < _probes.Length; i++)
        {
            _probes[i] = [];
        }

        metrics.Add("spilled build sides", 1);
    }

    public long RowCount { get; private set; }

    /// <summary>Whether some row has a null in a key where null equals nothing.</summary>
    public bool HasNullKey { get; private set; }

    /// <summary>Whether rows may be spread by their keys. Not when a probe row has to meet build rows of other keys, to find that its mark is null.</summary>
    public bool IsSpread => !MarkNulls.NeedsKeys(_plan);

    /// <summary>Build rows of a partition.</summary>
    public List<SpillBlock> Blocks(int partition) => _rows.Blocks(partition);

    public void Append(Batch batch)
    {
        RowCount += batch.RowCount;
        _rows.Append(batch);
    }

    public void Complete()
    {
        _rows.Complete();
        _keys.Dispose();
    }

    /// <summary>Leaves a task's probe rows, and the file that they are in, to the task that ends last.</summary>
    public void AddProbe(SpilledRows rows, BlockWriter writer)
    {
        lock (_lock)
        {
            _probeWriters.Add(writer);
            for (int i = 0; i < _probes.Length; i++)
            {
                _probes[i].AddRange(rows.Blocks(i));
            }
        }
    }

    /// <summary>Probe rows of all tasks, after the last one has added its own.</summary>
    public List<SpillBlock> Probe(int partition) => _probes[partition];

    public void Dispose()
    {
        _rows.Dispose();
        _keys.Dispose();
        _writer.Dispose();
        _writer.File.Dispose();
        foreach (BlockWriter writer in _probeWriters)
        {
            writer.Dispose();
            writer.File.Dispose();
        }
    }

    private Vector[] HashedKeys(Batch batch)
    {
        Vector[] keys = _keys.Evaluate(batch);
        for (int i = 0; i < keys.Length && !HasNullKey; i++)
        {
            HasNullKey = keys[i].HasNulls && !_plan.NullsEqual[i] && HasNull(keys[i], batch.Selection);
        }

        return IsSpread ? keys : [];
    }

    private static bool HasNull(Vector key, SelectionVector? selection)
    {
        for (int i = 0; i < (selection?.Count ?? key.Length); i++)
        {
            if (key.IsNull(selection == null ? i : selection.Rows[i]))
            {
                return true;
            }
        }

        return false;
    }
}
