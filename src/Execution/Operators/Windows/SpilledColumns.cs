using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Columns on disk whose rows are read by number: blocks of rows, of which those used last stay in memory.</summary>
/// <remarks>Appended first, then read; one thread. Readers hold on to the block they are in, so it may leave the kept ones meanwhile; <see cref="Dispose"/> takes all of them back.</remarks>
/// <param name="writer">Where the rows go; stays the caller's.</param>
/// <param name="mostBlocks">Blocks kept: more than a reader needs who jumps to and fro, as binary searches do.</param>
/// <param name="context">The task.</param>
internal sealed class SpilledColumns(BlockWriter writer, int mostBlocks, TaskContext context) : IDisposable
{
    private const int LeastBlockBytes = 4 << 10;
    private const int MostBlockBytes = 256 << 10;

    /// <summary>A block is this part of the query's memory limit, so that the blocks of all columns that are read at a time stay a small share of it.</summary>
    private const int BlocksOfLimit = 1024;

    private readonly List<SpillBlock> _blocks = [];
    private readonly List<int> _starts = [];
    private readonly List<(int Block, Batch Batch)> _kept = [];
    private readonly List<RowReader> _readers = [];
    private int[] _numbers = [];

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Writes the first <paramref name="count"/> rows of vectors behind the others.</summary>
    /// <exception cref="Parser.Errors.QueryException">54000: more rows than can be numbered.</exception>
    public void Append(Vector[] columns, int count)
    {
        if (_numbers.Length < count)
        {
            _numbers = [.. Enumerable.Range(0, count)];
        }

        int rows = RowsInBlock(columns, count);
        for (int start = 0; start < count; start += rows)
        {
            int before = _blocks.Count, part = Math.Min(rows, count - start);
            writer.Write(columns, _numbers.AsSpan(start, part), part, _blocks);
            for (int i = before; i < _blocks.Count; i++)
            {
                _starts.Add(Count);
                Count = Count <= int.MaxValue - _blocks[i].Rows ? Count + _blocks[i].Rows : throw ExecutionErrors.ProgramLimit("a window partition has too many rows");
            }
        }
    }

    /// <summary>A reader of one column, which is valid until this object is disposed.</summary>
    public RowReader Read(int column)
    {
        var reader = new RowReader(this, column);
        _readers.Add(reader);
        return reader;
    }

    /// <summary>The block that holds a row, retained for the caller.</summary>
    /// <param name="row">A row.</param>
    /// <param name="first">The block's first row.</param>
    public Batch Load(int row, out int first)
    {
        int block = _starts.BinarySearch(row);
        block = block < 0 ? ~block - 1 : block;
        first = _starts[block];
        int at = _kept.FindLastIndex(kept => kept.Block == block);
        Batch batch;
        if (at >= 0)
        {
            batch = _kept[at].Batch;
            _kept.RemoveAt(at);
        }
        else
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (_kept.Count == mostBlocks)
            {
                _kept[0].Batch.Release();
                _kept.RemoveAt(0);
            }

            SpillBlock place = _blocks[block];
            batch = BlockReader.Read(in place, context.Account);
        }

        _kept.Add((block, batch));
        return batch.Retain();
    }

    public void Dispose()
    {
        _readers.ForEach(static reader => reader.Leave());
        _readers.Clear();
        _kept.ForEach(static kept => kept.Batch.Release());
        _kept.Clear();
    }

    private int RowsInBlock(Vector[] columns, int count)
    {
        long bytes = 0;
        foreach (Vector column in columns)
        {
            column.VisitBuffers(buffer => bytes += buffer.SizeBytes);
        }

        long most = Math.Clamp(context.Account.LimitBytes / BlocksOfLimit, LeastBlockBytes, MostBlockBytes);
        return (int)Math.Clamp(most * count / Math.Max(1, bytes), Math.Min(64, count), count);
    }
}
