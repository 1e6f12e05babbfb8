using System.Buffers;
using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Pruning;

namespace SqlCluster.Execution.Spill;

/// <summary>Writes batches to a spill file as blocks of their own.</summary>
/// <remarks><code>
/// | "SpB1" | raw bytes int32 | stored bytes int32, negative: not compressed | rows int32 | xxHash64 of all that follows, u64 | columns int32, then each (VectorWriter), LZ4 |
/// </code>
/// Little endian. Blocks are read by the process that wrote them and by no other. One thread at a time.
/// </remarks>
internal sealed class BlockWriter(SpillFile file) : IDisposable
{
    public const uint Magic = 0x31427053;
    public const int HeaderBytes = 24;

    /// <summary>Text in one block, so that reading it back takes no more memory than a batch may.</summary>
    private const long MostTextBytes = 8 << 20;
    private readonly BlockPayload _payload = new();

    public SpillFile File => file;

    /// <summary>Writes rows of a batch; of rows with much text each block holds a part.</summary>
    /// <param name="columns">Columns of equal length.</param>
    /// <param name="rows">Rows to write, without selection; empty: the first <paramref name="count"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="blocks">Receives the places.</param>
    /// <returns>Bytes before compression.</returns>
    public long Write(Vector[] columns, ReadOnlySpan<int> rows, int count, List<SpillBlock> blocks)
    {
        if (count == 0)
        {
            return 0;
        }

        if (count > 1 && TextBytes(columns, rows, count) > MostTextBytes)
        {
            int half = count / 2;
            int[] all = rows.IsEmpty ? [.. Enumerable.Range(0, count)] : rows.ToArray();
            return Write(columns, all.AsSpan(0, half), half, blocks) + Write(columns, all.AsSpan(half), count - half, blocks);
        }

        blocks.Add(WriteWhole(columns, rows, count));
        return blocks[^1].RawBytes;
    }

    /// <summary>Writes the rows of a batch that count.</summary>
    public long Write(Batch batch, List<SpillBlock> blocks) =>
        Write(batch.Columns, batch.Selection == null ? default : batch.Selection.Rows, batch.RowCount, blocks);

    /// <summary>Writes the rows of a batch that count as one block, however large.</summary>
    public SpillBlock WriteWhole(Batch batch) => WriteWhole(batch.Columns, batch.Selection == null ? default : batch.Selection.Rows, batch.RowCount);

    private SpillBlock WriteWhole(Vector[] columns, ReadOnlySpan<int> rows, int count)
    {
        _payload.Clear();
        _payload.Add(columns.Length);
        foreach (Vector column in columns)
        {
            VectorWriter.Write(column, rows, count, file, _payload);
        }

        return Store(_payload.Bytes, count);
    }

    public void Dispose() => _payload.Dispose();

    private static long TextBytes(Vector[] columns, ReadOnlySpan<int> rows, int count)
    {
        long bytes = 0;
        foreach (Vector column in columns)
        {
            if (column is not ViewVector { DataBuffers.Length: > 0 } values)
            {
                continue;
            }

            ReadOnlySpan<StringView> views = values.Views;
            for (int i = 0; i < count; i++)
            {
                bytes += views[rows.IsEmpty ? i : rows[i]].Length;
            }
        }

        return bytes;
    }

    private SpillBlock Store(ReadOnlySpan<byte> raw, int rows)
    {
        int most = HeaderBytes + Math.Max(raw.Length, Lz4Encoder.IsAvailable ? Lz4Encoder.MaxLength(raw.Length) : 0);
        byte[] stored = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            int length = Lz4Encoder.IsAvailable ? Lz4Encoder.Compress(raw, stored.AsSpan(HeaderBytes)) : raw.Length;
            bool isCompressed = length < raw.Length - (raw.Length / 16);
            if (!isCompressed)
            {
                length = raw.Length;
                raw.CopyTo(stored.AsSpan(HeaderBytes));
            }

            BinaryPrimitives.WriteUInt32LittleEndian(stored, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(4), raw.Length);
            BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(8), isCompressed ? length : -length);
            BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(12), rows);
            BinaryPrimitives.WriteUInt64LittleEndian(stored.AsSpan(16), XxHash64.Compute(stored.AsSpan(HeaderBytes, length)));
            long offset = file.Append(stored.AsSpan(0, HeaderBytes + length));
            return new SpillBlock(file, offset, HeaderBytes + length, rows, raw.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }
}
