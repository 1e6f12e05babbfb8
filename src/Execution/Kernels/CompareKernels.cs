using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SqlCluster.Execution.Kernels;

/// <summary>A comparison of two values of one type; vector forms give all bits set where it holds.</summary>
internal interface ICompareKernel<T>
    where T : unmanaged
{
    static abstract bool Apply(T left, T right);

    static abstract Vector256<T> Apply(Vector256<T> left, Vector256<T> right);

    static abstract Vector512<T> Apply(Vector512<T> left, Vector512<T> right);
}

/// <summary>left = right; NaN equals NaN, as in PostgreSQL's total order of floats.</summary>
internal readonly struct EqualTo<T> : ICompareKernel<T>
    where T : unmanaged, IComparable<T>, IEquatable<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T left, T right) => left.Equals(right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => Floats.Is<T>()
        ? Vector256.Equals(left, right) | ~(Vector256.Equals(left, left) | Vector256.Equals(right, right))
        : Vector256.Equals(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => Floats.Is<T>()
        ? Vector512.Equals(left, right) | ~(Vector512.Equals(left, left) | Vector512.Equals(right, right))
        : Vector512.Equals(left, right);
}

/// <summary>left &lt; right; NaN is the largest float.</summary>
internal readonly struct LessThan<T> : ICompareKernel<T>
    where T : unmanaged, IComparable<T>, IEquatable<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T left, T right)
    {
        if (typeof(T) == typeof(double))
        {
            double l = (double)(object)left, r = (double)(object)right;
            return l < r || (double.IsNaN(r) && !double.IsNaN(l));
        }

        if (typeof(T) == typeof(float))
        {
            float l = (float)(object)left, r = (float)(object)right;
            return l < r || (float.IsNaN(r) && !float.IsNaN(l));
        }

        return left.CompareTo(right) < 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => Floats.Is<T>()
        ? Vector256.LessThan(left, right) | (Vector256.Equals(left, left) & ~Vector256.Equals(right, right))
        : Vector256.LessThan(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => Floats.Is<T>()
        ? Vector512.LessThan(left, right) | (Vector512.Equals(left, left) & ~Vector512.Equals(right, right))
        : Vector512.LessThan(left, right);
}

/// <summary>left &lt;= right; NaN is the largest float.</summary>
internal readonly struct AtMost<T> : ICompareKernel<T>
    where T : unmanaged, IComparable<T>, IEquatable<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T left, T right) => !LessThan<T>.Apply(right, left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => ~LessThan<T>.Apply(right, left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => ~LessThan<T>.Apply(right, left);
}

internal static class Floats
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);
}

/// <summary>Comparisons to bitmaps, 64 rows a word.</summary>
/// <remarks>Every slot is compared, null slots too. <c>negate</c> inverts the result: with a total order, three kernels are all six operators.</remarks>
internal static class CompareKernels
{
    /// <summary>Bit i of the result = TKernel(left[i], right[i]) xor negate.</summary>
    public static void Run<T, TKernel>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, bool negate, Span<ulong> result)
        where T : unmanaged
        where TKernel : struct, ICompareKernel<T>
    {
        Check.SameLength(left.Length, right.Length);
        ref T leftRef = ref MemoryMarshal.GetReference(left);
        ref T rightRef = ref MemoryMarshal.GetReference(right);
        ulong flip = negate ? ulong.MaxValue : 0;
        int start = 0, index = 0;
        if (Simd.Has512 && Vector512<T>.IsSupported)
        {
            for (; start + 64 <= left.Length; start += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector512<T>.Count)
                {
                    nuint at = (nuint)(start + i);
                    word |= TKernel.Apply(Vector512.LoadUnsafe(ref leftRef, at), Vector512.LoadUnsafe(ref rightRef, at)).ExtractMostSignificantBits() << i;
                }

                result[index++] = word ^ flip;
            }
        }
        else if (Simd.Has256 && Vector256<T>.IsSupported)
        {
            for (; start + 64 <= left.Length; start += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector256<T>.Count)
                {
                    nuint at = (nuint)(start + i);
                    word |= (ulong)TKernel.Apply(Vector256.LoadUnsafe(ref leftRef, at), Vector256.LoadUnsafe(ref rightRef, at)).ExtractMostSignificantBits() << i;
                }

                result[index++] = word ^ flip;
            }
        }

        for (; start < left.Length; start += 64)
        {
            ulong word = 0;
            int count = Math.Min(64, left.Length - start);
            for (int i = 0; i < count; i++)
            {
                word |= (TKernel.Apply(Unsafe.Add(ref leftRef, start + i), Unsafe.Add(ref rightRef, start + i)) ? 1UL : 0) << i;
            }

            result[index++] = word ^ flip;
        }
    }

    /// <summary>Bit i of the result = TKernel(left[i], right) xor negate.</summary>
    public static void Run<T, TKernel>(ReadOnlySpan<T> left, T right, bool negate, Span<ulong> result)
        where T : unmanaged
        where TKernel : struct, ICompareKernel<T>
    {
        ref T leftRef = ref MemoryMarshal.GetReference(left);
        ulong flip = negate ? ulong.MaxValue : 0;
        int start = 0, index = 0;
        if (Simd.Has512 && Vector512<T>.IsSupported)
        {
            Vector512<T> constant = Vector512.Create(right);
            for (; start + 64 <= left.Length; start += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector512<T>.Count)
                {
                    word |= TKernel.Apply(Vector512.LoadUnsafe(ref leftRef, (nuint)(start + i)), constant).ExtractMostSignificantBits() << i;
                }

                result[index++] = word ^ flip;
            }
        }
        else if (Simd.Has256 && Vector256<T>.IsSupported)
        {
            Vector256<T> constant = Vector256.Create(right);
            for (; start + 64 <= left.Length; start += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector256<T>.Count)
                {
                    word |= (ulong)TKernel.Apply(Vector256.LoadUnsafe(ref leftRef, (nuint)(start + i)), constant).ExtractMostSignificantBits() << i;
                }

                result[index++] = word ^ flip;
            }
        }

        for (; start < left.Length; start += 64)
        {
            ulong word = 0;
            int count = Math.Min(64, left.Length - start);
            for (int i = 0; i < count; i++)
            {
                word |= (TKernel.Apply(Unsafe.Add(ref leftRef, start + i), right) ? 1UL : 0) << i;
            }

            result[index++] = word ^ flip;
        }
    }
}
