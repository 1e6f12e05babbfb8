using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Spill;

/// <summary>Rows on disk, spread by the hash of their keys: rows of equal keys are in one partition.</summary>
/// <remarks>Each level of recursion hashes anew, so that what fell into one partition of a level is spread over all of the next. One thread writes.</remarks>
internal sealed class SpillPartitions : IDisposable
{
    /// <summary>Partitions of one level.</summary>
    public const int Fanout = 16;

    /// <summary>Levels after which rows of one partition are taken to have one key.</summary>
    public const int MostLevels = 6;

    private const int FanoutBits = 4;
    private readonly MemoryAccount _account;
    private readonly BlockWriter _writer;
    private readonly int _level;
    private readonly List<SpillBlock>[] _blocks;
    private readonly List<int>[] _rows;
    private NativeBuffer? _hashes;

    /// <param name="writer">Where the rows go; stays the caller's.</param>
    /// <param name="level">How often the rows have been spread before.</param>
    /// <param name="account">Pays for scratch.</param>
    public SpillPartitions(BlockWriter writer, int level, MemoryAccount account)
    {
        _writer = writer;
        _level = level;
        _account = account;
        _blocks = new List<SpillBlock>[Fanout];
        _rows = new List<int>[Fanout];
        for (int i = 0; i < Fanout; i++)
        {
            _blocks[i] = [];
            _rows[i] = [];
        }
    }

    /// <summary>The rows of a partition.</summary>
    public List<SpillBlock> Blocks(int partition) => _blocks[partition];

    /// <summary>Writes rows.</summary>
    /// <param name="keys">What is hashed; as long as the columns. None: all rows go to the first partition.</param>
    /// <param name="batch">The rows that count are written, all columns.</param>
    public void Add(ReadOnlySpan<Vector> keys, Batch batch)
    {
        int count = batch.RowCount;
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        if (keys.IsEmpty)
        {
            _writer.Write(batch.Columns, rows, count, _blocks[0]);
            return;
        }

        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, count * 8L, _account).Span<ulong>(0, count);
        HashKernels.Hash(keys, rows, count, hashes, _account);
        ulong seed = (ulong)(_level + 1) * 0x9E3779B97F4A7C15;
        for (int i = 0; i < count; i++)
        {
            _rows[(int)(HashKernels.Mix(hashes[i] ^ seed) >> (64 - FanoutBits))].Add(rows.IsEmpty ? i : rows[i]);
        }

        for (int p = 0; p < Fanout; p++)
        {
            if (_rows[p].Count > 0)
            {
                _writer.Write(batch.Columns, CollectionsMarshal.AsSpan(_rows[p]), _rows[p].Count, _blocks[p]);
                _rows[p].Clear();
            }
        }
    }

    public void Dispose()
    {
        _hashes?.Release();
        _hashes = null;
    }
}
