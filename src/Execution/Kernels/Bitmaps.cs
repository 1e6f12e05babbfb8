using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>Combines bitmaps word by word and turns them into row numbers and back.</summary>
/// <remarks>Bitmaps are spans of whole 64-bit words; bits behind the length may hold anything on input and are unspecified on output unless said otherwise.</remarks>
internal static class Bitmaps
{
    public static Span<ulong> Words(Span<byte> bitmap) => MemoryMarshal.Cast<byte, ulong>(bitmap);

    public static ReadOnlySpan<ulong> Words(ReadOnlySpan<byte> bitmap) => MemoryMarshal.Cast<byte, ulong>(bitmap);

    /// <summary>The words of a bitmap buffer of <paramref name="length"/> bits.</summary>
    public static Span<ulong> Words(NativeBuffer buffer, int length) => buffer.Span<ulong>(0, Bits.WordCount(length));

    /// <summary>The bits of the last word that are in use.</summary>
    public static ulong LastWordMask(int length) => (length & 63) == 0 ? ulong.MaxValue : (1UL << (length & 63)) - 1;

    public static void And(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = left[i] & right[i];
        }
    }

    public static void AndNot(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = left[i] & ~right[i];
        }
    }

    public static void Or(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = left[i] | right[i];
        }
    }

    public static void Not(ReadOnlySpan<ulong> input, Span<ulong> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = ~input[i];
        }
    }

    /// <summary>Sets the first <paramref name="length"/> bits and clears the rest of the last word.</summary>
    public static void SetAll(Span<ulong> bitmap, int length)
    {
        int words = Bits.WordCount(length);
        bitmap[..words].Fill(ulong.MaxValue);
        if (words > 0)
        {
            bitmap[words - 1] &= LastWordMask(length);
        }
    }

    /// <summary>Set bits among the first <paramref name="length"/>.</summary>
    public static int Count(ReadOnlySpan<ulong> bitmap, int length)
    {
        int count = 0, whole = length >> 6;
        for (int i = 0; i < whole; i++)
        {
            count += BitOperations.PopCount(bitmap[i]);
        }

        return (length & 63) == 0 ? count : count + BitOperations.PopCount(bitmap[whole] & LastWordMask(length));
    }

    /// <summary>Sets exactly the bits of the selected rows.</summary>
    public static void FromSelection(ReadOnlySpan<int> rows, Span<ulong> bitmap)
    {
        bitmap.Clear();
        foreach (int row in rows)
        {
            bitmap[row >> 6] |= 1UL << (row & 63);
        }
    }

    /// <summary>Writes the numbers of the set bits, ascending. <paramref name="rows"/> needs 64 bytes of room behind the last one written.</summary>
    /// <returns>How many.</returns>
    public static int ToRows(ReadOnlySpan<ulong> bitmap, int length, Span<int> rows)
    {
        int count = 0, words = Bits.WordCount(length);
        ref int target = ref MemoryMarshal.GetReference(rows);
        for (int i = 0; i < words; i++)
        {
            ulong bits = bitmap[i];
            if (i == words - 1)
            {
                bits &= LastWordMask(length);
            }

            if (bits != 0)
            {
                count += Emit(bits, i << 6, ref Unsafe.Add(ref target, count));
            }
        }

        return count;
    }

    /// <summary>Keeps the rows whose bit is set; <paramref name="result"/> may be <paramref name="rows"/> itself.</summary>
    public static int Refine(ReadOnlySpan<int> rows, ReadOnlySpan<ulong> bitmap, Span<int> result)
    {
        int count = 0;
        ref int target = ref MemoryMarshal.GetReference(result);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            Unsafe.Add(ref target, count) = row;
            count += (int)(bitmap[row >> 6] >> (row & 63)) & 1;
        }

        return count;
    }

    /// <summary>Writes firstRow + position of each set bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Emit(ulong bits, int firstRow, ref int target)
    {
        int count = 0;
        if (Simd.HasCompress && BitOperations.PopCount(bits) > 4)
        {
            // There is no integer-to-mask intrinsic: (bits & lane) == lane makes the mask. Compress to a register and store it whole:
            // compressing to memory is microcoded on Zen 4.
            Vector512<uint> ids = Vector512<uint>.Indices + Vector512.Create((uint)firstRow);
            Vector512<uint> lane = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            for (int k = 0; k < 4; k++)
            {
                uint part = (uint)(bits & 0xFFFF);
                bits >>= 16;
                Vector512<uint> mask = Vector512.Equals(Vector512.Create(part) & lane, lane);
                Avx512F.Compress(Vector512<uint>.Zero, mask, ids).AsInt32().StoreUnsafe(ref Unsafe.Add(ref target, count));
                count += BitOperations.PopCount(part);
                ids += Vector512.Create(16u);
            }

            return count;
        }

        while (bits != 0)
        {
            Unsafe.Add(ref target, count++) = firstRow + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
        }

        return count;
    }

    /// <summary>A vector's rows that are not null, as words; empty when none is null.</summary>
    public static ReadOnlySpan<ulong> ValidityWords(SqlCluster.Arrow.Vectors.Vector vector) => Words(vector.Validity);
}
