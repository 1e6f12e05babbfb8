using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SqlCluster.Execution.Kernels;

/// <summary>A computation of two values of one type.</summary>
internal interface IBinaryKernel<T>
    where T : unmanaged
{
    static abstract T Apply(T left, T right);

    static abstract Vector256<T> Apply(Vector256<T> left, Vector256<T> right);

    static abstract Vector512<T> Apply(Vector512<T> left, Vector512<T> right);
}

/// <summary>left + right, wrapping: the caller has proven that nothing overflows.</summary>
internal readonly struct Add<T> : IBinaryKernel<T>
    where T : unmanaged, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply(T left, T right) => unchecked(left + right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => left + right;
}

/// <summary>left - right, wrapping.</summary>
internal readonly struct Subtract<T> : IBinaryKernel<T>
    where T : unmanaged, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply(T left, T right) => unchecked(left - right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => left - right;
}

/// <summary>left * right, wrapping.</summary>
internal readonly struct Multiply<T> : IBinaryKernel<T>
    where T : unmanaged, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply(T left, T right) => unchecked(left * right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => left * right;
}

/// <summary>left / right of floats; the caller has seen to zero divisors.</summary>
internal readonly struct Divide<T> : IBinaryKernel<T>
    where T : unmanaged, IFloatingPoint<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply(T left, T right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> left, Vector256<T> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> left, Vector512<T> right) => left / right;
}

/// <summary>Loops of <see cref="IBinaryKernel{T}"/> over vectors and constants.</summary>
internal static class ArithmeticKernels
{
    /// <summary>result[i] = TKernel(left[i], right[i]) in every slot, null slots included; validity is combined by the caller.</summary>
    /// <remarks>Equal lengths, in elements. Result may be exactly an input's memory, never a shifted overlap of it.</remarks>
    public static void Run<T, TKernel>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<T> result)
        where T : unmanaged
        where TKernel : struct, IBinaryKernel<T>
    {
        Check.SameLength(left.Length, right.Length, result.Length);
        ref T leftRef = ref MemoryMarshal.GetReference(left);
        ref T rightRef = ref MemoryMarshal.GetReference(right);
        ref T resultRef = ref MemoryMarshal.GetReference(result);
        nuint i = 0, count = (nuint)result.Length;
        if (Simd.Has512 && Vector512<T>.IsSupported)
        {
            for (nuint width = (nuint)Vector512<T>.Count; i + width <= count; i += width)
            {
                TKernel.Apply(Vector512.LoadUnsafe(ref leftRef, i), Vector512.LoadUnsafe(ref rightRef, i)).StoreUnsafe(ref resultRef, i);
            }
        }
        else if (Simd.Has256 && Vector256<T>.IsSupported)
        {
            for (nuint width = (nuint)Vector256<T>.Count; i + width <= count; i += width)
            {
                TKernel.Apply(Vector256.LoadUnsafe(ref leftRef, i), Vector256.LoadUnsafe(ref rightRef, i)).StoreUnsafe(ref resultRef, i);
            }
        }

        for (; i < count; i++)
        {
            Unsafe.Add(ref resultRef, i) = TKernel.Apply(Unsafe.Add(ref leftRef, i), Unsafe.Add(ref rightRef, i));
        }
    }

    /// <summary>result[i] = TKernel(left[i], right).</summary>
    public static void Run<T, TKernel>(ReadOnlySpan<T> left, T right, Span<T> result)
        where T : unmanaged
        where TKernel : struct, IBinaryKernel<T>
    {
        Check.SameLength(left.Length, result.Length);
        ref T leftRef = ref MemoryMarshal.GetReference(left);
        ref T resultRef = ref MemoryMarshal.GetReference(result);
        nuint i = 0, count = (nuint)result.Length;
        if (Simd.Has512 && Vector512<T>.IsSupported)
        {
            Vector512<T> constant = Vector512.Create(right);
            for (nuint width = (nuint)Vector512<T>.Count; i + width <= count; i += width)
            {
                TKernel.Apply(Vector512.LoadUnsafe(ref leftRef, i), constant).StoreUnsafe(ref resultRef, i);
            }
        }
        else if (Simd.Has256 && Vector256<T>.IsSupported)
        {
            Vector256<T> constant = Vector256.Create(right);
            for (nuint width = (nuint)Vector256<T>.Count; i + width <= count; i += width)
            {
                TKernel.Apply(Vector256.LoadUnsafe(ref leftRef, i), constant).StoreUnsafe(ref resultRef, i);
            }
        }

        for (; i < count; i++)
        {
            Unsafe.Add(ref resultRef, i) = TKernel.Apply(Unsafe.Add(ref leftRef, i), right);
        }
    }

    /// <summary>result[i] = TKernel(left, right[i]).</summary>
    public static void Run<T, TKernel>(T left, ReadOnlySpan<T> right, Span<T> result)
        where T : unmanaged
        where TKernel : struct, IBinaryKernel<T>
    {
        Check.SameLength(right.Length, result.Length);
        ref T rightRef = ref MemoryMarshal.GetReference(right);
        ref T resultRef = ref MemoryMarshal.GetReference(result);
        nuint i = 0, count = (nuint)result.Length;
        if (Simd.Has512 && Vector512<T>.IsSupported)
        {
            Vector512<T> constant = Vector512.Create(left);
            for (nuint width = (nuint)Vector512<T>.Count; i + width <= count; i += width)
            {
                TKernel.Apply(constant, Vector512.LoadUnsafe(ref rightRef, i)).StoreUnsafe(ref resultRef, i);
            }
        }
        else if (Simd.Has256 && Vector256<T>.IsSupported)
        {
            Vector256<T> constant = Vector256.Create(left);
            for (nuint width = (nuint)Vector256<T>.Count; i + width <= count; i += width)
            {
                TKernel.Apply(constant, Vector256.LoadUnsafe(ref rightRef, i)).StoreUnsafe(ref resultRef, i);
            }
        }

        for (; i < count; i++)
        {
            Unsafe.Add(ref resultRef, i) = TKernel.Apply(left, Unsafe.Add(ref rightRef, i));
        }
    }

    /// <summary>Least and greatest element, null slots included; (0, 0) of nothing.</summary>
    public static (T Min, T Max) Range<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        if (values.IsEmpty)
        {
            return (T.Zero, T.Zero);
        }

        ref T valuesRef = ref MemoryMarshal.GetReference(values);
        T min = values[0], max = values[0];
        nuint i = 0, count = (nuint)values.Length;
        if (Simd.Has512 && Vector512<T>.IsSupported && count >= (nuint)Vector512<T>.Count)
        {
            Vector512<T> least = Vector512.LoadUnsafe(ref valuesRef), greatest = least;
            for (nuint width = (nuint)Vector512<T>.Count; i + width <= count; i += width)
            {
                Vector512<T> part = Vector512.LoadUnsafe(ref valuesRef, i);
                least = Vector512.Min(least, part);
                greatest = Vector512.Max(greatest, part);
            }

            for (int lane = 0; lane < Vector512<T>.Count; lane++)
            {
                min = T.Min(min, least[lane]);
                max = T.Max(max, greatest[lane]);
            }
        }
        else if (Simd.Has256 && Vector256<T>.IsSupported && count >= (nuint)Vector256<T>.Count)
        {
            Vector256<T> least = Vector256.LoadUnsafe(ref valuesRef), greatest = least;
            for (nuint width = (nuint)Vector256<T>.Count; i + width <= count; i += width)
            {
                Vector256<T> part = Vector256.LoadUnsafe(ref valuesRef, i);
                least = Vector256.Min(least, part);
                greatest = Vector256.Max(greatest, part);
            }

            for (int lane = 0; lane < Vector256<T>.Count; lane++)
            {
                min = T.Min(min, least[lane]);
                max = T.Max(max, greatest[lane]);
            }
        }

        for (; i < count; i++)
        {
            T value = Unsafe.Add(ref valuesRef, i);
            min = T.Min(min, value);
            max = T.Max(max, value);
        }

        return (min, max);
    }

    /// <summary>Whether a value that is not NaN or infinite in the inputs became infinite: float overflow, checked over all slots at once.</summary>
    public static bool AnyInfinite<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool found = false;
        foreach (T value in values)
        {
            found |= T.IsInfinity(value);
        }

        return found;
    }
}
