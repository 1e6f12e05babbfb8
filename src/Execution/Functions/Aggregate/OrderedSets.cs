using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>percentile_cont, percentile_disc and mode WITHIN GROUP (ORDER BY x), and median(x). Nulls of x do not count.</summary>
/// <remarks>What WITHIN GROUP orders stands behind the direct arguments; rows come in its order. Without it, values are taken in ascending order.</remarks>
internal static class OrderedSets
{
    public static readonly AggregateFunction[] Functions =
    [
        AggregateFunction.Create("percentile_cont", [SqlType.DoublePrecision, SqlType.DoublePrecision], FunctionSignature.Returns(SqlType.DoublePrecision), null,
            static binding => new CollectingAccumulator(binding, 1, Sorted(binding, 1, Continuous)), "The value at a fraction of the ordered rows, interpolated.")
            with { IsOrderSensitive = true },
        AggregateFunction.Create("percentile_disc", [SqlType.DoublePrecision, ParameterType.AnyElement], static types => types[1], null,
            static binding => new CollectingAccumulator(binding, 1, Sorted(binding, 1, Discrete)), "The first value at or after a fraction of the ordered rows.")
            with { IsOrderSensitive = true },
        AggregateFunction.Create("mode", [ParameterType.AnyElement], static types => types[0], null,
            static binding => new CollectingAccumulator(binding, 0, Sorted(binding, 0, Mode)), "The most frequent value, the first in order among equals.")
            with { IsOrderSensitive = true },
        AggregateFunction.Create("median", [SqlType.DoublePrecision], FunctionSignature.Returns(SqlType.DoublePrecision), null,
            static binding => new CollectingAccumulator(binding, 0, Sorted(binding, 0, Median)), "The middle of the values, interpolated."),
    ];

    private static double Fraction(in VectorReader reader, int row)
    {
        double fraction = reader.Double(row);
        return fraction is >= 0 and <= 1 ? fraction : throw ExecutionErrors.PercentileOutOfRange(fraction);
    }

    private static void Continuous(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result)
    {
        if (!columns[0].IsNull(rows[0]))
        {
            result.SetDouble(Interpolate(in columns[1], rows, Fraction(in columns[0], rows[0])));
        }
    }

    private static void Discrete(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result)
    {
        if (!columns[0].IsNull(rows[0]))
        {
            int index = (int)Math.Ceiling(Fraction(in columns[0], rows[0]) * rows.Length) - 1;
            result.SetValue(in columns[1], rows[Math.Clamp(index, 0, rows.Length - 1)]);
        }
    }

    private static void Mode(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result)
    {
        int best = 0, bestCount = 0;
        for (int start = 0; start < rows.Length;)
        {
            int end = start + 1;
            while (end < rows.Length && RowEquality.ValuesEqual(in columns[0], rows[start], in columns[0], rows[end]))
            {
                end++;
            }

            if (end - start > bestCount)
            {
                (best, bestCount) = (rows[start], end - start);
            }

            start = end;
        }

        result.SetValue(in columns[0], best);
    }

    private static void Median(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result) =>
        result.SetDouble(Interpolate(in columns[0], rows, 0.5));

    private static CollectedBody Sorted(AggregateBinding binding, int column, CollectedBody body) => !binding.OrderBy.IsEmpty ? body : (columns, rows, result) =>
    {
        VectorReader reader = columns[column];
        int[] sorted = rows.ToArray();
        Array.Sort(sorted, (left, right) => RowOrder.Compare(in reader, left, in reader, right) is var order && order != 0 ? order : left.CompareTo(right));
        body(columns, sorted, result);
    };

    private static double Interpolate(in VectorReader reader, ReadOnlySpan<int> rows, double fraction)
    {
        double position = fraction * (rows.Length - 1);
        int low = (int)Math.Floor(position), high = (int)Math.Ceiling(position);
        double first = reader.Double(rows[low]);
        return low == high ? first : first + ((position - low) * (reader.Double(rows[high]) - first));
    }
}
