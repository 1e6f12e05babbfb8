using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>The right side of an ASOF join that is too large for memory: its rows on disk, by key and order value ascending; rows that tie as they came.</summary>
/// <remarks>Sorted once; any number of tasks then read it, each with a cursor of its own (<see cref="AsOfMerge"/>).</remarks>
internal sealed class AsOfRun : IDisposable
{
    private readonly ExternalSort _sort;
    private readonly BlockWriter _writer;
    private readonly List<SpillBlock> _blocks = [];
    private readonly TaskContext _context;

    public AsOfRun(AsOfJoinExec plan, TaskContext context, OperatorMetrics metrics)
    {
        _context = context;
        _sort = new ExternalSort(SortKeys(plan.RightKeys, plan.RightOrder), context, metrics);
        _writer = new BlockWriter(context.Query.Spill.Create(metrics));
        metrics.Add("spilled build sides", 1);
    }

    /// <summary>Blocks of rows in order.</summary>
    public IReadOnlyList<SpillBlock> Blocks => _blocks;

    /// <summary>By keys, then by the order value; rows with a null, which have no partner, anywhere.</summary>
    public static NodeList<SortKey> SortKeys(NodeList<Expression> keys, Expression order) => [.. keys.Append(order).Select(static key => new SortKey(key, false, false))];

    /// <summary>Copies the rows of a batch that count.</summary>
    public void Append(Batch batch) => _sort.Append(batch);

    /// <summary>All rows are there.</summary>
    public void Complete()
    {
        _sort.Complete();
        while (_sort.Next() is { } batch)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            _writer.Write(batch, _blocks);
        }

        _sort.Dispose();
    }

    public void Dispose()
    {
        _sort.Dispose();
        _writer.Dispose();
        _writer.File.Dispose();
    }
}
