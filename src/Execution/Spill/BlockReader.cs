using System.Buffers;
using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Pruning;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Spill;

/// <summary>Reads blocks back into memory, checked byte by byte.</summary>
internal static class BlockReader
{
    /// <summary>Reads one block.</summary>
    /// <returns>A batch of its own buffers: the caller releases it once.</returns>
    /// <exception cref="QueryException">XX001: the block is not what was written.</exception>
    public static Batch Read(in SpillBlock block, MemoryAccount account)
    {
        byte[] stored = ArrayPool<byte>.Shared.Rent(block.StoredBytes);
        try
        {
            Span<byte> bytes = stored.AsSpan(0, block.StoredBytes);
            block.File.Read(block.Offset, bytes);
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
            bool isCompressed = length > 0;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != BlockWriter.Magic || BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) != block.RawBytes
                || Math.Abs((long)length) != block.StoredBytes - BlockWriter.HeaderBytes || BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) != block.Rows)
            {
                throw SpillErrors.Damaged(block.File.Path, block.Offset, "its header is not the one written");
            }

            ReadOnlySpan<byte> payload = bytes[BlockWriter.HeaderBytes..];
            if (XxHash64.Compute(payload) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]))
            {
                throw SpillErrors.Damaged(block.File.Path, block.Offset, "its checksum is wrong");
            }

            return isCompressed ? Decompress(payload, in block, account) : Decode(payload, in block, account);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    /// <summary>Reads blocks one after the other; each batch is valid until the next is asked for.</summary>
    public static IEnumerable<Batch> ReadAll(IEnumerable<SpillBlock> blocks, MemoryAccount account)
    {
        foreach (SpillBlock place in blocks)
        {
            SpillBlock block = place;
            Batch batch = Read(in block, account);
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

    private static Batch Decompress(ReadOnlySpan<byte> payload, in SpillBlock block, MemoryAccount account)
    {
        byte[] raw = ArrayPool<byte>.Shared.Rent(block.RawBytes);
        try
        {
            return Lz4Decoder.TryDecompressBlock(payload, raw.AsSpan(0, block.RawBytes))
                ? Decode(raw.AsSpan(0, block.RawBytes), in block, account)
                : throw SpillErrors.Damaged(block.File.Path, block.Offset, "it does not decompress");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    private static Batch Decode(ReadOnlySpan<byte> raw, in SpillBlock block, MemoryAccount account)
    {
        var decoder = new BlockDecoder(raw, block.File, account);
        try
        {
            var columns = new Vector[decoder.ReadInt()];
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = decoder.ReadVector(block.Rows);
            }

            return new Batch(columns, block.Rows);
        }
        catch
        {
            decoder.Abandon();
            throw;
        }
    }
}
