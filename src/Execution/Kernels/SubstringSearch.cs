using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SqlCluster.Execution.Kernels;

/// <summary>Finds a byte string in short texts: compares the first and last byte of the needle at 64 or 32 places at once, then verifies.</summary>
/// <remarks>Reads up to 64 bytes behind a text: texts lie in native buffers, whose padding allows that (Mula, "SIMD-friendly algorithms for substring searching").</remarks>
internal readonly struct SubstringSearch
{
    private readonly byte[] _needle;

    public SubstringSearch(byte[] needle) => _needle = needle;

    /// <summary>First place at or behind <paramref name="start"/>, or -1.</summary>
    /// <param name="text">In a native buffer.</param>
    public int Find(ReadOnlySpan<byte> text, int start)
    {
        byte[] needle = _needle;
        int last = text.Length - needle.Length;
        if (start > last)
        {
            return -1;
        }

        if (!Simd.Has256 || needle.Length == 0 || needle.Length > 32)
        {
            int found = text[start..].IndexOf(needle);
            return found < 0 ? -1 : found + start;
        }

        ref byte textRef = ref MemoryMarshal.GetReference(text);
        return Simd.Has512 ? Find512(ref textRef, start, last, needle) : Find256(ref textRef, start, last, needle);
    }

    private static int Find512(ref byte text, int start, int last, byte[] needle)
    {
        Vector512<byte> first = Vector512.Create(needle[0]), end = Vector512.Create(needle[^1]);
        for (int i = start; i <= last; i += 64)
        {
            // The second load begins inside the text, and both stay within the padding behind the buffer.
            ulong places = (Vector512.Equals(Vector512.LoadUnsafe(ref text, (nuint)i), first)
                & Vector512.Equals(Vector512.LoadUnsafe(ref text, (nuint)(i + needle.Length - 1)), end)).ExtractMostSignificantBits();
            if (last - i < 63)
            {
                places &= (1UL << (last - i + 1)) - 1;
            }

            for (; places != 0; places &= places - 1)
            {
                int place = i + BitOperations.TrailingZeroCount(places);
                if (Matches(ref Unsafe.Add(ref text, place), needle))
                {
                    return place;
                }
            }
        }

        return -1;
    }

    private static int Find256(ref byte text, int start, int last, byte[] needle)
    {
        Vector256<byte> first = Vector256.Create(needle[0]), end = Vector256.Create(needle[^1]);
        for (int i = start; i <= last; i += 32)
        {
            uint places = (Vector256.Equals(Vector256.LoadUnsafe(ref text, (nuint)i), first)
                & Vector256.Equals(Vector256.LoadUnsafe(ref text, (nuint)(i + needle.Length - 1)), end)).ExtractMostSignificantBits();
            if (last - i < 31)
            {
                places &= (1U << (last - i + 1)) - 1;
            }

            for (; places != 0; places &= places - 1)
            {
                int place = i + BitOperations.TrailingZeroCount(places);
                if (Matches(ref Unsafe.Add(ref text, place), needle))
                {
                    return place;
                }
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Matches(ref byte text, byte[] needle) => MemoryMarshal.CreateReadOnlySpan(ref text, needle.Length).SequenceEqual(needle);
}
