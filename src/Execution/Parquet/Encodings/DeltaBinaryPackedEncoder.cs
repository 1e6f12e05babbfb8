using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Writes DELTA_BINARY_PACKED: differences to the value before, packed relative to the least one of each block (Encodings.md).</summary>
internal static class DeltaBinaryPackedEncoder
{
    private const int BlockSize = 128;
    private const int MiniBlockCount = 4;
    private const int MiniBlockSize = BlockSize / MiniBlockCount;

    /// <summary>Appends values of four or eight bytes; differences wrap around in that width.</summary>
    public static void Encode<T>(ReadOnlySpan<T> values, ByteBuilder output)
        where T : unmanaged, IBinaryInteger<T>
    {
        output.AppendVarint(BlockSize);
        output.AppendVarint(MiniBlockCount);
        output.AppendVarint((ulong)values.Length);
        output.AppendZigZag(values.IsEmpty ? 0 : Signed(values[0]));
        Span<long> deltas = stackalloc long[BlockSize];
        for (int start = 1; start < values.Length; start += BlockSize)
        {
            int count = Math.Min(BlockSize, values.Length - start);
            for (int i = 0; i < count; i++)
                deltas[i] = Signed(unchecked(values[start + i] - values[start + i - 1]));
            EncodeBlock(deltas[..count], output);
        }
    }

    private static void EncodeBlock(Span<long> deltas, ByteBuilder output)
    {
        long min = long.MaxValue;
        foreach (long delta in deltas)
            min = Math.Min(min, delta);
        for (int i = 0; i < deltas.Length; i++)
            deltas[i] = unchecked(deltas[i] - min);
        output.AppendZigZag(min);

        ReadOnlySpan<ulong> relative = MemoryMarshal.Cast<long, ulong>(deltas);
        Span<byte> widths = stackalloc byte[MiniBlockCount];
        for (int mini = 0; mini < MiniBlockCount; mini++)
            widths[mini] = (byte)BitWidth(MiniBlock(relative, mini));
        output.Append(widths);
        for (int mini = 0; mini < MiniBlockCount; mini++)
        {
            ReadOnlySpan<ulong> values = MiniBlock(relative, mini);
            if (!values.IsEmpty)
                BitPacker.Pack(values, widths[mini], output.AppendUninitialized(MiniBlockSize * widths[mini] / 8));
        }
    }

    private static ReadOnlySpan<ulong> MiniBlock(ReadOnlySpan<ulong> block, int index)
    {
        int start = Math.Min(index * MiniBlockSize, block.Length);
        return block[start..Math.Min(start + MiniBlockSize, block.Length)];
    }

    private static int BitWidth(ReadOnlySpan<ulong> values)
    {
        ulong all = 0;
        foreach (ulong value in values)
            all |= value;
        return 64 - BitOperations.LeadingZeroCount(all);
    }

    private static long Signed<T>(T value)
        where T : unmanaged, IBinaryInteger<T> =>
        Unsafe.SizeOf<T>() == sizeof(int) ? int.CreateTruncating(value) : long.CreateTruncating(value);
}
