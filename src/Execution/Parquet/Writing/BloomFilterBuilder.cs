using System.Buffers.Binary;
using System.Numerics;
using SqlCluster.Execution.Parquet.Pruning;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Builds a split-block Bloom filter (parquet-format, BloomFilter.md).</summary>
internal sealed class BloomFilterBuilder
{
    private const int BlockBytes = 32;
    private const int LargestBytes = 128 << 20;

    private static readonly uint[] Salts =
        [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];

    private readonly byte[] _blocks;

    /// <param name="distinctCount">About how many different values will be added.</param>
    /// <param name="falsePositives">Wanted share of absent values that the filter lets pass.</param>
    public BloomFilterBuilder(int distinctCount, double falsePositives)
    {
        double bits = -8.0 * Math.Max(distinctCount, 1) / Math.Log(1 - Math.Pow(falsePositives, 1.0 / 8));
        _blocks = new byte[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(bits / 8, BlockBytes, LargestBytes))];
    }

    public ReadOnlySpan<byte> Bytes => _blocks;

    /// <summary>Adds a value in PLAIN, without a length in front.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        ulong hash = XxHash64.Compute(value);
        ulong block = ((hash >> 32) * (ulong)(_blocks.Length / BlockBytes)) >> 32;
        Span<byte> words = _blocks.AsSpan((int)block * BlockBytes, BlockBytes);
        foreach (uint salt in Salts)
        {
            uint bit = 1u << (int)(((uint)hash * salt) >> 27);
            BinaryPrimitives.WriteUInt32LittleEndian(words, BinaryPrimitives.ReadUInt32LittleEndian(words) | bit);
            words = words[4..];
        }
    }
}
