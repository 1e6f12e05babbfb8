using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>Numeric vectors come in 64 or 128 bits, batch by batch; these bring them to one width.</summary>
internal static class DecimalVectors
{
    /// <summary>The same values in 128 bits: <paramref name="vector"/> itself when it is wide already.</summary>
    /// <param name="vector">Flat or constant numeric; other encodings are flattened first by the caller.</param>
    /// <param name="buffer">Reused for the result.</param>
    /// <param name="account">Pays for the buffer.</param>
    public static FixedVector Widen(FixedVector vector, ref NativeBuffer? buffer, MemoryAccount account)
    {
        if (vector.Type.Id == ArrowTypeId.Decimal128)
        {
            return vector;
        }

        ReadOnlySpan<long> source = vector.Values<long>();
        Span<Int128> target = NativeBuffer.Reuse(ref buffer, Math.Max(source.Length, 1) * 16L, account).Span<Int128>(0, source.Length);
        Widen(source, target);
        return new FixedVector(vector.Type with { Id = ArrowTypeId.Decimal128 }, vector.Length, buffer!, 0, vector.ValidityBuffer, vector.NullCount);
    }

    public static void Widen(ReadOnlySpan<long> source, Span<Int128> target)
    {
        Check.SameLength(source.Length, target.Length);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = source[i];
        }
    }

    /// <summary>Least and greatest unscaled value over all slots; null slots count too, which only makes the range wider.</summary>
    public static (Int128 Min, Int128 Max) Range(Vector vector)
    {
        if (vector is ConstantVector constant)
        {
            Int128 value = new VectorReader(constant.Value).Decimal(0);
            return (value, value);
        }

        if (vector.Type.Id == ArrowTypeId.Decimal64)
        {
            (long min, long max) = ArithmeticKernels.Range(((FixedVector)vector).Values<long>());
            return (min, max);
        }

        return ArithmeticKernels.Range(((FixedVector)vector).Values<Int128>());
    }
}
