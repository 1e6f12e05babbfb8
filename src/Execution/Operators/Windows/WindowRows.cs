using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Rows of whole window partitions in window order, partition after partition, and the columns their calls need.</summary>
/// <remarks><code>
/// row         0  1  2  3  4  5  6
/// partition   a  a  a  a  b  b  b        PartitionStarts 0 4 7
/// order key   1  1  2  3  1  2  2        PeerStarts      0 2 3 4 5 7
/// </code></remarks>
internal abstract class WindowRows : IDisposable
{
    private readonly ExpressionPlaces _kept = new();

    protected WindowRows(WindowExec plan)
    {
        Window = plan.Calls[0];
        HasOrder = !Window.OrderBy.IsEmpty;
    }

    public bool HasOrder { get; }

    public abstract int Count { get; }

    /// <summary>First row of each partition, then the number of rows.</summary>
    public abstract RowNumbers PartitionStarts { get; }

    /// <summary>First row of each group of peers (rows of one partition that tie in the window's order), then the number of rows.</summary>
    public abstract RowNumbers PeerStarts { get; }

    /// <summary>Any of the calls: partitions and order are the same for all.</summary>
    protected WindowCall Window { get; }

    /// <summary>What was asked for by <see cref="Keep"/>.</summary>
    protected IReadOnlyList<Expression> Kept => _kept.All;

    /// <summary>The order that brings partitions together and their rows into window order.</summary>
    public static NodeList<SortKey> OrderOf(WindowExec plan) => [.. plan.Calls[0].PartitionBy.Select(static key => new SortKey(key)), .. plan.Calls[0].OrderBy];

    /// <summary>Asks for an expression over the input, before the first row comes.</summary>
    /// <returns>What to pass to <see cref="Values"/>.</returns>
    public int Keep(Expression expression) => _kept.Of(expression);

    /// <summary>A kept expression's value for every row, in window order; valid until this object is disposed.</summary>
    public abstract WindowValues Values(int column);

    /// <summary>The next input rows in window order.</summary>
    public abstract Batch? Next();

    /// <summary>Where columns as long as the window keep what they compute for every row, or for many; null: in memory.</summary>
    /// <param name="mostBlocks">See <see cref="SpilledColumns"/>. The caller disposes them.</param>
    public abstract SpilledColumns? MakeColumns(int mostBlocks);

    public abstract void Dispose();
}
