using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Decodes DELTA_BINARY_PACKED integers: blocks of bit-packed differences, each above the block's smallest difference.</summary>
/// <remarks>
/// <code>
/// header: block size, miniblocks per block, value count (varints), first value (zigzag varint)
/// block:  smallest difference (zigzag varint), a bit width per miniblock (bytes), miniblocks (bit-packed)
/// </code>
/// Differences wrap around in the result's width, as the format demands. A miniblock is unpacked by <see cref="BitUnpacker"/> into the
/// result's own place and turned into values by a running sum, whose chain is one addition a value. Source and target
/// need <see cref="BitUnpacker.PaddingBytes"/> bytes of padding. Specification: Encodings.md of parquet-format.
/// </remarks>
internal static class DeltaBinaryPacked
{
    private const int MaxBlockSize = 1 << 24;

    /// <summary>Reads the value count that the header states.</summary>
    /// <exception cref="ParquetException">The header is damaged.</exception>
    public static int ReadCount(ReadOnlySpan<byte> source) => Header.Read(ref source).Count;

    /// <summary>Fills the target with 32-bit values and returns how many bytes they took.</summary>
    /// <exception cref="ParquetException">The source is damaged or states another count than the target has.</exception>
    public static int Decode(ReadOnlySpan<byte> source, Span<int> target) => Decode(source, MemoryMarshal.Cast<int, uint>(target));

    /// <summary>Fills the target with 64-bit values and returns how many bytes they took.</summary>
    /// <exception cref="ParquetException">The source is damaged or states another count than the target has.</exception>
    public static int Decode(ReadOnlySpan<byte> source, Span<long> target) => Decode(source, MemoryMarshal.Cast<long, ulong>(target));

    private static int Decode<T>(ReadOnlySpan<byte> source, Span<T> target)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        ReadOnlySpan<byte> rest = source;
        Header header = Header.Read(ref rest);
        if (header.Count != target.Length)
            ParquetException.ThrowCorrupted($"delta-encoded data states {header.Count} values, {target.Length} are expected");
        if (target.IsEmpty)
            return source.Length - rest.Length;
        T value = T.CreateTruncating(header.FirstValue);
        target[0] = value;
        int done = 1;
        while (done < target.Length)
        {
            T smallest = T.CreateTruncating(Varint.ReadZigZag(ref rest));
            if (header.MiniblockCount > rest.Length)
                Truncated();
            ReadOnlySpan<byte> widths = rest[..header.MiniblockCount];
            rest = rest[header.MiniblockCount..];
            for (int i = 0; i < widths.Length && done < target.Length; i++)
            {
                int width = widths[i];
                if (width > Unsafe.SizeOf<T>() * 8)
                    ParquetException.ThrowCorrupted($"delta-encoded data has bit width {width}");
                int count = Math.Min(header.MiniblockSize, target.Length - done);
                if (RleBitPacked.PackedBytes(count, width) > rest.Length)
                    Truncated();
                ref T first = ref target[done];
                BitUnpacker.Unpack(ref MemoryMarshal.GetReference(rest), width, count, ref first);
                value = RunningSum(ref first, count, value, smallest);
                rest = rest[(int)Math.Min(RleBitPacked.PackedBytes(header.MiniblockSize, width), rest.Length)..];
                done += count;
            }
        }

        return source.Length - rest.Length;
    }

    private static T RunningSum<T>(ref T first, int count, T value, T smallest)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (nint i = 0; i < count; i++)
        {
            ref T slot = ref Unsafe.Add(ref first, i);
            value = unchecked(value + (slot + smallest));
            slot = value;
        }

        return value;
    }

    private static void Truncated() => ParquetException.ThrowCorrupted("delta-encoded data ends too early");

    private readonly record struct Header(int MiniblockCount, int MiniblockSize, int Count, long FirstValue)
    {
        public static Header Read(ref ReadOnlySpan<byte> rest)
        {
            uint blockSize = Varint.Read32(ref rest);
            uint miniblocks = Varint.Read32(ref rest);
            uint count = Varint.Read32(ref rest);
            long first = Varint.ReadZigZag(ref rest);
            if (blockSize == 0 || blockSize > MaxBlockSize || miniblocks == 0 || blockSize % miniblocks != 0 || blockSize / miniblocks % 8 != 0
                || count > int.MaxValue)
            {
                ParquetException.ThrowCorrupted($"delta-encoded data has blocks of {blockSize} values in {miniblocks} parts and {count} values");
            }

            return new Header((int)miniblocks, (int)(blockSize / miniblocks), (int)count, first);
        }
    }
}
