using System.Diagnostics;
using System.Numerics;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Writes the RLE and bit-packing hybrid of levels and dictionary codes (Encodings.md, "RLE").</summary>
/// <remarks>Decoders are fastest on long bit-packed stretches, so a run is only taken out of one when that saves bytes.</remarks>
internal static class RleBitPackedEncoder
{
    private const int GroupSize = 8;

    /// <summary>Gets the bits that codes below <paramref name="count"/> need: at least one, because some readers reject none.</summary>
    public static int BitWidth(int count) => Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(count - 1, 0)));

    /// <summary>Appends runs without a length in front. Values must fit in <paramref name="bitWidth"/> bits (1 to 32).</summary>
    public static void Encode<T>(ReadOnlySpan<T> values, int bitWidth, ByteBuilder output)
        where T : unmanaged, IBinaryInteger<T>
    {
        Debug.Assert(bitWidth is >= 1 and <= 32, "widths of 1 to 32 bits");
        int shortestRun = Math.Max(16, 64 / bitWidth);
        int literals = 0, position = 0;
        while (position < values.Length)
        {
            int end = RunEnd(values, position);
            int borrowed = (GroupSize - ((position - literals) & 7)) & 7;          // values of the run that fill up the group before it
            if (end - position - borrowed >= shortestRun)
            {
                Pack(values[literals..(position + borrowed)], bitWidth, output);
                Repeat(values[position], end - position - borrowed, bitWidth, output);
                literals = end;
            }

            position = end;
        }

        Pack(values[literals..], bitWidth, output);
    }

    private static int RunEnd<T>(ReadOnlySpan<T> values, int start)
        where T : unmanaged, IBinaryInteger<T>
    {
        T value = values[start];
        int end = start + 1;
        while (end < values.Length && values[end] == value)
        {
            if (++end - start == GroupSize)
            {
                int further = values[end..].IndexOfAnyExcept(value);
                return further < 0 ? values.Length : end + further;
            }
        }

        return end;
    }

    private static void Repeat<T>(T value, int count, int bitWidth, ByteBuilder output)
        where T : unmanaged, IBinaryInteger<T>
    {
        output.AppendVarint((ulong)count << 1);
        uint bits = uint.CreateTruncating(value);
        for (int written = 0; written < bitWidth; written += 8)
        {
            output.Append((byte)bits);
            bits >>= 8;
        }
    }

    private static void Pack<T>(ReadOnlySpan<T> values, int bitWidth, ByteBuilder output)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (values.IsEmpty)
            return;
        int groups = (values.Length + GroupSize - 1) / GroupSize;
        output.AppendVarint(((ulong)groups << 1) | 1);
        BitPacker.Pack(values, bitWidth, output.AppendUninitialized(groups * bitWidth));
    }
}
