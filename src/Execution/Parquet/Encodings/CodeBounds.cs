using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Checks decoded codes and levels against what they may be, so that nothing later needs to.</summary>
internal static class CodeBounds
{
    /// <summary>Throws unless all codes are below the limit.</summary>
    /// <exception cref="ParquetException">A code is not.</exception>
    public static void Check<T>(ReadOnlySpan<T> codes, long limit, string what)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        if (codes.IsEmpty || long.CreateSaturating(T.AllBitsSet) < limit)
            return;
        T max = Max(codes);
        if (long.CreateSaturating(max) >= limit)
            ParquetException.ThrowCorrupted($"{what} {max} is not below {limit}");
    }

    private static T Max<T>(ReadOnlySpan<T> codes)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        T max = T.Zero;
        int i = 0;
        if (Vector512.IsHardwareAccelerated && codes.Length >= Vector512<T>.Count)
        {
            Vector512<T> largest = default;
            ref T first = ref MemoryMarshal.GetReference(codes);
            for (; i <= codes.Length - Vector512<T>.Count; i += Vector512<T>.Count)
                largest = Vector512.Max(largest, Vector512.LoadUnsafe(ref first, (nuint)i));
            for (int lane = 0; lane < Vector512<T>.Count; lane++)
                max = T.Max(max, largest[lane]);
        }
        else if (codes.Length >= Vector128<T>.Count)
        {
            Vector128<T> largest = default;
            ref T first = ref MemoryMarshal.GetReference(codes);
            for (; i <= codes.Length - Vector128<T>.Count; i += Vector128<T>.Count)
                largest = Vector128.Max(largest, Vector128.LoadUnsafe(ref first, (nuint)i));
            for (int lane = 0; lane < Vector128<T>.Count; lane++)
                max = T.Max(max, largest[lane]);
        }

        for (; i < codes.Length; i++)
            max = T.Max(max, codes[i]);
        return max;
    }
}
