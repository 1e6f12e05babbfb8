using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels;

/// <summary>Lays fixed-width values side by side, group by group, as integers of the same order: Int128 for wide decimals, else long.</summary>
internal static class OrderedLayout
{
    private const int Part = 1 << 20;

    private interface IOrder<TValue, TOrder>
    {
        static abstract TOrder Of(TValue value);
    }

    /// <param name="values">Numbers, dates or times; nulls are taken for values.</param>
    /// <param name="groups">Group of each value; empty: all are of one.</param>
    /// <param name="next">Where the next value of each group goes; moved on.</param>
    /// <param name="target">16 bytes a value for Decimal128, else 8.</param>
    /// <param name="cancellation">Looked at between parts.</param>
    public static void Run(FixedVector values, ReadOnlySpan<int> groups, Span<int> next, NativeBuffer target, CancellationToken cancellation)
    {
        for (int start = 0; start < values.Length; start += Part)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Part, values.Length - start);
            ReadOnlySpan<int> part = groups.IsEmpty ? default : groups.Slice(start, count);
            switch (values.Type.Id, values.Type.Width)
            {
                case (ArrowTypeId.Float32, _): Scatter<float, long, Singles>(values, start, count, part, next, target); break;
                case (ArrowTypeId.Float64, _): Scatter<double, long, Doubles>(values, start, count, part, next, target); break;
                case (_, 2): Scatter<short, long, Shorts>(values, start, count, part, next, target); break;
                case (_, 4): Scatter<int, long, Integers>(values, start, count, part, next, target); break;
                case (_, 8): Scatter<long, long, Longs>(values, start, count, part, next, target); break;
                default: Scatter<Int128, Int128, Wide>(values, start, count, part, next, target); break;
            }
        }
    }

    /// <summary>The double that was laid out as this integer.</summary>
    public static double DoubleOf(long order) => BitConverter.Int64BitsToDouble(order ^ ((order >> 63) & long.MaxValue));

    /// <summary>Integers in the order of doubles: all NaN are one, behind everything, and -0 is 0.</summary>
    public static long OrderOf(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value + 0.0);
        bits = double.IsNaN(value) ? bits & long.MaxValue : bits;
        return bits ^ ((bits >> 63) & long.MaxValue);
    }

    private static void Scatter<TValue, TOrder, TKernel>(FixedVector values, int start, int count, ReadOnlySpan<int> groups, Span<int> next, NativeBuffer target)
        where TValue : unmanaged
        where TOrder : unmanaged
        where TKernel : struct, IOrder<TValue, TOrder>
    {
        ReadOnlySpan<TValue> source = values.Values<TValue>().Slice(start, count);
        Span<TOrder> laid = target.Span<TOrder>(0, (int)(target.SizeBytes / Unsafe.SizeOf<TOrder>()));
        if (groups.IsEmpty)
        {
            laid = laid.Slice(next[0], count);
            next[0] += count;
            for (int i = 0; i < laid.Length; i++)
            {
                laid[i] = TKernel.Of(source[i]);
            }

            return;
        }

        for (int i = 0; i < source.Length; i++)
        {
            laid[next[groups[i]]++] = TKernel.Of(source[i]);
        }
    }

    private readonly struct Singles : IOrder<float, long>
    {
        public static long Of(float value) => OrderOf(value);
    }

    private readonly struct Doubles : IOrder<double, long>
    {
        public static long Of(double value) => OrderOf(value);
    }

    private readonly struct Shorts : IOrder<short, long>
    {
        public static long Of(short value) => value;
    }

    private readonly struct Integers : IOrder<int, long>
    {
        public static long Of(int value) => value;
    }

    private readonly struct Longs : IOrder<long, long>
    {
        public static long Of(long value) => value;
    }

    private readonly struct Wide : IOrder<Int128, Int128>
    {
        public static Int128 Of(Int128 value) => value;
    }
}
