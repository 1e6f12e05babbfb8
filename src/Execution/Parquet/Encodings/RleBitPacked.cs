using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Decodes the hybrid of run lengths and bit packing that holds levels, dictionary codes and booleans.</summary>
/// <remarks>
/// <code>
/// run:  varint header, lowest bit 0:  header >> 1 copies of one value stored in ceil(bit width / 8) bytes
///       varint header, lowest bit 1:  (header >> 1) groups of 8 values, each group bit width bytes
/// </code>
/// The source must be followed by <see cref="BitUnpacker.PaddingBytes"/> readable bytes, the target by as many writable ones.
/// Emit the narrowest type that holds the codes: later kernels handle 64 one-byte codes per instruction.
/// Specification: Encodings.md of parquet-format.
/// </remarks>
internal static class RleBitPacked
{
    /// <summary>Fills the target with decoded values and returns how many bytes they took.</summary>
    /// <exception cref="ParquetException">The source ends early or a run's value is wider than the bit width.</exception>
    public static int Decode<T>(ReadOnlySpan<byte> source, int bitWidth, Span<T> target)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        if ((uint)bitWidth > (uint)Unsafe.SizeOf<T>() * 8)
            ParquetException.ThrowCorrupted($"bit width {bitWidth} is too large");
        ReadOnlySpan<byte> rest = source;
        int valueBytes = (bitWidth + 7) >> 3;
        int done = 0;
        while (done < target.Length)
        {
            uint header = Varint.Read32(ref rest);
            uint length = header >> 1;
            int wanted = target.Length - done;
            if ((header & 1) != 0)
            {
                int count = (int)Math.Min((ulong)length * 8, (ulong)wanted);
                if (PackedBytes(count, bitWidth) > rest.Length)
                    Truncated();
                BitUnpacker.Unpack(ref MemoryMarshal.GetReference(rest), bitWidth, count, ref target[done]);
                rest = rest[(int)Math.Min((ulong)length * (ulong)bitWidth, (ulong)rest.Length)..];
                done += count;
            }
            else
            {
                int count = (int)Math.Min(length, (uint)wanted);
                target.Slice(done, count).Fill(T.CreateTruncating(RunValue(ref rest, valueBytes, bitWidth)));
                done += count;
            }

            if (length == 0 && rest.IsEmpty)
                Truncated();
        }

        return source.Length - rest.Length;
    }

    /// <summary>Gets the value if the source is one run that covers <paramref name="count"/> values; the usual form of "no nulls at all".</summary>
    public static bool TryReadSingleRun(ReadOnlySpan<byte> source, int bitWidth, int count, out uint value)
    {
        ReadOnlySpan<byte> rest = source;
        value = 0;
        if (rest.IsEmpty || (rest[0] & 1) != 0)
            return false;
        uint header = Varint.Read32(ref rest);
        if (header >> 1 < (uint)count)
            return false;
        value = RunValue(ref rest, (bitWidth + 7) >> 3, bitWidth);
        return true;
    }

    /// <summary>Reads the value of a run.</summary>
    internal static uint RunValue(ref ReadOnlySpan<byte> rest, int valueBytes, int bitWidth)
    {
        if (valueBytes > rest.Length)
            Truncated();
        uint value = 0;
        for (int i = 0; i < valueBytes; i++)
            value |= (uint)rest[i] << (8 * i);
        if (bitWidth < 32 && value >> bitWidth != 0)
            ParquetException.ThrowCorrupted($"run of value {value} in data of {bitWidth} bits");
        rest = rest[valueBytes..];
        return value;
    }

    /// <summary>Computes the bytes that a number of packed values touch.</summary>
    internal static long PackedBytes(int count, int bitWidth) => (((long)count * bitWidth) + 7) >> 3;

    internal static void Truncated() => ParquetException.ThrowCorrupted("run-length data ends too early");
}
