using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Tests integers against an exact bitmap of a range, or any hashes against a register-blocked Bloom filter (3 bits in one 64-bit word, 16 bits a key).</summary>
internal static class KeyBitmap
{
    /// <summary>Sets the bit of each value; all lie in the range.</summary>
    public static void Add(ReadOnlySpan<long> values, long first, Span<ulong> bits)
    {
        foreach (long value in values)
        {
            ulong index = (ulong)value - (ulong)first;
            bits[(int)(index >> 6)] |= 1UL << (int)(index & 63);
        }
    }

    /// <summary>Words of a bitmap of so many values: the bit behind the last stays clear, and stands for all values outside.</summary>
    public static int WordCount(long size) => checked((int)(size >> 6) + 1);

    /// <summary>Keeps the positions whose value has its bit set.</summary>
    /// <param name="values">One value a position.</param>
    /// <param name="rows">What to write for a position; empty: the position itself.</param>
    /// <param name="first">Value of bit 0.</param>
    /// <param name="size">Bits.</param>
    /// <param name="bits">The bitmap, <see cref="WordCount"/> words.</param>
    /// <param name="result">Receives the rows kept; may be <paramref name="rows"/>.</param>
    /// <returns>How many.</returns>
    public static int Test(ReadOnlySpan<long> values, ReadOnlySpan<int> rows, long first, ulong size, ReadOnlySpan<ulong> bits, Span<int> result)
    {
        if (bits.Length < WordCount((long)size) || result.Length < values.Length)
        {
            throw new ArgumentException("bitmap or result is too short");
        }

        int count = 0;
        ref ulong words = ref MemoryMarshal.GetReference(bits);
        ref int target = ref MemoryMarshal.GetReference(result);
        if (!rows.IsEmpty)
        {
            Check.SameLength(values.Length, rows.Length);
            for (int i = 0; i < values.Length; i++)
            {
                int row = rows[i];
                Unsafe.Add(ref target, count) = row;
                count += Bit(ref words, values[i], first, size);
            }

            return count;
        }

        // Filters drop most rows: eight are tested at once, and mostly none of them is written.
        int position = 0;
        ref long value = ref MemoryMarshal.GetReference(values);
        for (; position + 8 <= values.Length; position += 8)
        {
            ref long eight = ref Unsafe.Add(ref value, position);
            int low = Bit(ref words, eight, first, size) | (Bit(ref words, Unsafe.Add(ref eight, 1), first, size) << 1)
                | (Bit(ref words, Unsafe.Add(ref eight, 2), first, size) << 2) | (Bit(ref words, Unsafe.Add(ref eight, 3), first, size) << 3);
            int high = Bit(ref words, Unsafe.Add(ref eight, 4), first, size) | (Bit(ref words, Unsafe.Add(ref eight, 5), first, size) << 1)
                | (Bit(ref words, Unsafe.Add(ref eight, 6), first, size) << 2) | (Bit(ref words, Unsafe.Add(ref eight, 7), first, size) << 3);
            uint found = (uint)(low | (high << 4));
            if (found == 0)
            {
                continue;
            }

            for (int k = 0; k < 8; k++)
            {
                Unsafe.Add(ref target, count) = position + k;
                count += (int)(found >> k) & 1;
            }
        }

        for (; position < values.Length; position++)
        {
            Unsafe.Add(ref target, count) = position;
            count += Bit(ref words, values[position], first, size);
        }

        return count;
    }

    /// <summary>Adds hashes to a Bloom filter of a power of two of words.</summary>
    public static void AddHashes(ReadOnlySpan<ulong> hashes, Span<ulong> words, int shift)
    {
        foreach (ulong hash in hashes)
        {
            words[(int)(hash >> shift)] |= Pattern(hash);
        }
    }

    /// <summary>Keeps the positions whose hash may have been added.</summary>
    public static int TestHashes(ReadOnlySpan<ulong> hashes, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> words, int shift, Span<int> result)
    {
        int count = 0;
        ref ulong word = ref MemoryMarshal.GetReference(words);
        for (int i = 0; i < hashes.Length; i++)
        {
            ulong pattern = Pattern(hashes[i]);
            result[count] = rows.IsEmpty ? i : rows[i];
            count += (Unsafe.Add(ref word, (nint)(hashes[i] >> shift)) & pattern) == pattern ? 1 : 0;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bit(ref ulong words, long value, long first, ulong size)
    {
        ulong index = Math.Min((ulong)value - (ulong)first, size);
        return (int)(Unsafe.Add(ref words, (nint)(index >> 6)) >> (int)(index & 63)) & 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pattern(ulong hash) => (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63)) | (1UL << (int)((hash >> 12) & 63));
}
