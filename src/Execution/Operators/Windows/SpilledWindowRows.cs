using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Window rows on disk, for partitions larger than memory.</summary>
/// <remarks><code>
/// sorted rows ─┬─▶ the rows as they are               read once, from first to last
///              ├─▶ values that calls need             read by row number through a few blocks in memory
///              └─▶ where partitions and peers begin   likewise
/// </code></remarks>
internal sealed class SpilledWindowRows : WindowRows
{
    /// <summary>Blocks of values in memory: a binary search of RANGE bounds goes through about as many.</summary>
    private const int ValueBlocks = 24;

    private const int NumberBlocks = 4;
    private readonly TaskContext _context;
    private readonly BlockWriter _writer;
    private readonly SpilledColumns _values;
    private readonly RowNumbers _peerStarts;
    private readonly RowNumbers? _ownPartitionStarts;
    private readonly List<SpillBlock> _rows = [];
    private int _count;
    private int _nextBlock;
    private Batch? _block;

    /// <param name="plan">The window.</param>
    /// <param name="writer">Where the rows go; stays the caller's.</param>
    /// <param name="context">The task.</param>
    public SpilledWindowRows(WindowExec plan, BlockWriter writer, TaskContext context)
        : base(plan)
    {
        _context = context;
        _writer = writer;
        _values = new SpilledColumns(writer, ValueBlocks, context);
        _peerStarts = new RowNumbers(MakeColumns(NumberBlocks), context);
        _ownPartitionStarts = HasOrder ? new RowNumbers(MakeColumns(NumberBlocks), context) : null;
    }

    public override int Count => _count;

    public override RowNumbers PartitionStarts => _ownPartitionStarts ?? _peerStarts;

    public override RowNumbers PeerStarts => _peerStarts;

    /// <summary>Takes all rows, in window order, once the calls have said what they need.</summary>
    public void Fill(ExternalSort sorted, NodeList<SortKey> order)
    {
        CompiledExpression[] kept = ExpressionCompiler.CompileAll([.. Kept], _context.Evaluation);
        var peers = new TieFinder(order, _context);
        var partitions = new TieFinder([.. Window.PartitionBy.Select(static key => new SortKey(key))], _context);
        try
        {
            while (sorted.Next() is { } batch)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                if (kept.Length > 0)
                {
                    _values.Append(Array.ConvertAll(kept, value => value.Evaluate(batch)), batch.Length);
                }

                peers.Find(batch, _count, _peerStarts);
                if (_ownPartitionStarts != null)
                {
                    partitions.Find(batch, _count, _ownPartitionStarts);
                }

                _writer.Write(batch, _rows);
                _count = _count <= int.MaxValue - batch.Length ? _count + batch.Length : throw ExecutionErrors.ProgramLimit("a window partition has too many rows");
            }

            _peerStarts.Add(_count);
            _ownPartitionStarts?.Add(_count);
        }
        finally
        {
            Array.ForEach(kept, static value => value.Dispose());
            peers.Dispose();
            partitions.Dispose();
        }
    }

    public override WindowValues Values(int column) => new(_values, column, ArrowTypes.Of(Kept[column].Type));

    public override Batch? Next()
    {
        _block?.Release();
        _block = null;
        _context.Cancellation.ThrowIfCancellationRequested();
        if (_nextBlock < _rows.Count)
        {
            SpillBlock block = _rows[_nextBlock++];
            _block = BlockReader.Read(in block, _context.Account);
        }

        return _block;
    }

    public override SpilledColumns MakeColumns(int mostBlocks) => new(_writer, mostBlocks, _context);

    public override void Dispose()
    {
        _block?.Release();
        _block = null;
        _values.Dispose();
        _peerStarts.Dispose();
        _ownPartitionStarts?.Dispose();
    }
}
