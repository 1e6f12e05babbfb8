using System.Runtime.CompilerServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Reads the variable-length integers that encodings use for headers, and moves past them.</summary>
internal static class Varint
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read32(ref ReadOnlySpan<byte> source)
    {
        if (!source.IsEmpty && source[0] < 0x80)
        {
            uint value = source[0];
            source = source[1..];
            return value;
        }

        ulong wide = Read64(ref source);
        if (wide > uint.MaxValue)
            ParquetException.ThrowCorrupted("page data has an integer out of range");
        return (uint)wide;
    }

    public static ulong Read64(ref ReadOnlySpan<byte> source)
    {
        ulong value = 0;
        for (int i = 0; i < 10 && i < source.Length; i++)
        {
            byte next = source[i];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                source = source[(i + 1)..];
                return value;
            }
        }

        ParquetException.ThrowCorrupted("page data ends within an integer");
        return 0;
    }

    public static long ReadZigZag(ref ReadOnlySpan<byte> source)
    {
        ulong value = Read64(ref source);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
