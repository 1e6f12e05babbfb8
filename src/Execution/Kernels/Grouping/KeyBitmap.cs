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

    /// <summary>Keeps the positions whose value has its bit set.</summary>
    /// <param name="values">One value a position.</param>
    /// <param name="rows">What to write for a position; empty: the position itself.</param>
    /// <param name="first">Value of bit 0.</param>
    /// <param name="size">Bits.</param>
    /// <param name="bits">The bitmap.</param>
    /// <param name="result">Receives the rows kept; may be <paramref name="rows"/>.</param>
    /// <returns>How many.</returns>
    public static int Test(ReadOnlySpan<long> values, ReadOnlySpan<int> rows, long first, ulong size, ReadOnlySpan<ulong> bits, Span<int> result)
    {
        int count = 0;
        ref ulong words = ref MemoryMarshal.GetReference(bits);
        ref int target = ref MemoryMarshal.GetReference(result);
        for (int i = 0; i < values.Length; i++)
        {
            ulong index = (ulong)values[i] - (ulong)first;
            bool isInside = index < size;
            index = isInside ? index : 0;
            ulong bit = Unsafe.Add(ref words, (nint)(index >> 6)) >> (int)(index & 63);
            Unsafe.Add(ref target, count) = rows.IsEmpty ? i : rows[i];
            count += isInside ? (int)(bit & 1) : 0;
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
    private static ulong Pattern(ulong hash) => (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63)) | (1UL << (int)((hash >> 12) & 63));
}
