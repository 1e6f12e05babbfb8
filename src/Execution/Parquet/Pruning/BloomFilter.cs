using System.Buffers.Binary;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Pruning;

/// <summary>Tells which values a column chunk certainly does not hold (parquet-format, BloomFilter.md: split blocks, xxHash64).</summary>
internal sealed class BloomFilter
{
    private const int BlockBytes = 32;
    private const int LargestBytes = 128 << 20;
    private const int LongestHeader = 64;

    private static readonly uint[] Salts =
        [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];

    private readonly byte[] _blocks;

    private BloomFilter(byte[] blocks) => _blocks = blocks;

    /// <summary>Reads the filter of a chunk. Null when it has none, or one that this reader does not know or trust: the filter only saves work.</summary>
    public static BloomFilter? Read(IRandomAccessFile file, ColumnChunk chunk)
    {
        if (chunk.BloomFilterOffset is not { } offset || offset < 4 || offset >= file.LengthBytes)
            return null;
        try
        {
            byte[] start = new byte[(int)Math.Min(LongestHeader, file.LengthBytes - offset)];
            file.Read(offset, start);
            BloomFilterHeader header = BloomFilterHeader.Parse(start, out int headerBytes);
            if (!header.IsSplitBlockXxHash || header.SizeBytes is < BlockBytes or > LargestBytes || header.SizeBytes % BlockBytes != 0
                || header.SizeBytes > file.LengthBytes - offset - headerBytes)
            {
                return null;
            }

            byte[] blocks = new byte[header.SizeBytes];
            file.Read(offset + headerBytes, blocks);
            return new BloomFilter(blocks);
        }
        catch (Exception error) when (error is ParquetException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Tells whether a value may be in the chunk.</summary>
    /// <param name="plain">The value in PLAIN encoding, byte strings without their length.</param>
    public bool MightContain(ReadOnlySpan<byte> plain)
    {
        ulong hash = XxHash64.Compute(plain);
        ulong block = ((hash >> 32) * (ulong)(_blocks.Length / BlockBytes)) >> 32;
        ReadOnlySpan<byte> words = _blocks.AsSpan((int)block * BlockBytes, BlockBytes);
        foreach (uint salt in Salts)
        {
            uint bit = 1u << (int)(((uint)hash * salt) >> 27);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(words) & bit) == 0)
                return false;
            words = words[4..];
        }

        return true;
    }

    /// <summary>Encodes a value as the column stores it; null when it has no exact form there, and so may be present in another.</summary>
    public static byte[]? ToPlain(Bound value, ColumnDescriptor column, LeafType type)
    {
        if (type.Conversion == ValueConversion.View)
            return column.Type == PhysicalType.ByteArray ? value.Bytes?.ToArray() : null;
        if (value.Bytes is not null || value.Real is not null || value.Scale != type.Arrow.Scale)
            return null;
        bool isStoredAsIs = type.Conversion is ValueConversion.None or ValueConversion.Int16 or ValueConversion.Int8 or ValueConversion.Int32ToInt64;
        if (!isStoredAsIs)
            return null;
        byte[] bytes = new byte[column.ValueSizeBytes];
        switch (column.Type)
        {
            case PhysicalType.Int32 when value.Number >= int.MinValue && value.Number <= int.MaxValue:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value.Number);
                return bytes;
            case PhysicalType.Int64 when value.Number >= long.MinValue && value.Number <= long.MaxValue:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value.Number);
                return bytes;
            default:
                return null;
        }
    }
}
