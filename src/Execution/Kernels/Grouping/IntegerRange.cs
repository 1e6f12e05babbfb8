using System.Numerics;
using System.Runtime.CompilerServices;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Least and greatest of many integers.</summary>
internal static unsafe class IntegerRange
{
    /// <returns>(long.MaxValue, long.MinValue) for no values.</returns>
    public static (long Least, long Most) Of(long* values, int count)
    {
        long least = long.MaxValue, most = long.MinValue;
        int i = 0;
        if (Vector.IsHardwareAccelerated && count >= Vector<long>.Count)
        {
            var low = new Vector<long>(long.MaxValue);
            var high = new Vector<long>(long.MinValue);
            for (; i + Vector<long>.Count <= count; i += Vector<long>.Count)
            {
                Vector<long> lane = Unsafe.ReadUnaligned<Vector<long>>(values + i);
                low = Vector.Min(low, lane);
                high = Vector.Max(high, lane);
            }

            for (int k = 0; k < Vector<long>.Count; k++)
            {
                least = Math.Min(least, low[k]);
                most = Math.Max(most, high[k]);
            }
        }

        for (; i < count; i++)
        {
            least = Math.Min(least, values[i]);
            most = Math.Max(most, values[i]);
        }

        return (least, most);
    }

    public static (long Least, long Most) Of(ReadOnlySpan<long> values)
    {
        fixed (long* first = values)
        {
            return Of(first, values.Length);
        }
    }
}
