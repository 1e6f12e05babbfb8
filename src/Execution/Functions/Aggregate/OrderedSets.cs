using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Dates;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>percentile_cont, percentile_disc and mode WITHIN GROUP (ORDER BY x), and median(x). Nulls of x do not count.</summary>
/// <remarks>What WITHIN GROUP orders stands behind the direct arguments; rows come in its order. Without it, values are taken in ascending order.</remarks>
internal static class OrderedSets
{
    private static readonly SqlType Fractions = SqlType.Array(SqlType.DoublePrecision);

    public static readonly AggregateFunction[] Functions =
    [
        Percentile("percentile_cont", [SqlType.DoublePrecision, SqlType.DoublePrecision], static _ => SqlType.DoublePrecision, static _ => One(Continuous), "The value at a fraction of the ordered rows, interpolated."),
        Percentile("percentile_cont", [SqlType.DoublePrecision, SqlType.Interval], static _ => SqlType.Interval, static _ => One(ContinuousInterval), "The interval at a fraction of the ordered rows, interpolated."),
        Percentile(
            "percentile_cont", [Fractions, SqlType.DoublePrecision], static _ => SqlType.Array(SqlType.DoublePrecision), static binding => Many(Continuous, SqlType.DoublePrecision, binding), "The values at several fractions, interpolated."),
        Percentile("percentile_cont", [Fractions, SqlType.Interval], static _ => SqlType.Array(SqlType.Interval), static binding => Many(ContinuousInterval, SqlType.Interval, binding), "The intervals at several fractions, interpolated."),
        Percentile("percentile_disc", [SqlType.DoublePrecision, ParameterType.AnyElement], static types => types[1], static _ => One(Discrete), "The first value at or after a fraction of the ordered rows."),
        Percentile("percentile_disc", [Fractions, ParameterType.AnyElement], static types => SqlType.Array(types[1]), static binding => Many(Discrete, binding.ArgumentTypes[1], binding), "The first values at or after several fractions."),
        AggregateFunction.Create("mode", [ParameterType.AnyElement], static types => types[0], null,
            static binding => binding.OrdersItself ? new SelectingAccumulator(binding, Taken.MostFrequent, null) : new CollectingAccumulator(binding, 0, Sorted(binding, 0, Mode)),
            "The most frequent value, the first in order among equals.")
            with { IsOrderSensitive = true, OrdersItself = SelectingAccumulator.Takes },
        AggregateFunction.Create("median", [SqlType.DoublePrecision], FunctionSignature.Returns(SqlType.DoublePrecision), null,
            static binding => binding.OrdersItself ? new SelectingAccumulator(binding, Taken.Continuous, 0.5) : new CollectingAccumulator(binding, 0, Sorted(binding, 0, Median)),
            "The middle of the values, interpolated.")
            with { OrdersItself = SelectingAccumulator.Takes },
    ];

    private delegate void AtFraction(double fraction, in VectorReader values, ReadOnlySpan<int> rows, ResultColumn result);

    private static AggregateFunction Percentile(
        string name, ParameterType[] parameters, Func<IReadOnlyList<SqlType>, SqlType> type, Func<AggregateBinding, CollectedBody> body, string description) =>
        AggregateFunction.Create(name, parameters, type, null,
            binding => binding.OrdersItself
                ? new SelectingAccumulator(binding, name == "percentile_cont" ? Taken.Continuous : Taken.Discrete, null)
                : new CollectingAccumulator(binding, 1, Sorted(binding, 1, body(binding))),
            description)
            with { IsOrderSensitive = true, OrdersItself = SelectingAccumulator.Takes };

    private static double Fraction(in VectorReader reader, int row)
    {
        double fraction = reader.Double(row);
        return fraction is >= 0 and <= 1 ? fraction : throw ExecutionErrors.PercentileOutOfRange(fraction);
    }

    private static void Continuous(double fraction, in VectorReader values, ReadOnlySpan<int> rows, ResultColumn result) => result.SetDouble(Interpolate(in values, rows, fraction));

    private static void ContinuousInterval(double fraction, in VectorReader values, ReadOnlySpan<int> rows, ResultColumn result)
    {
        double position = fraction * (rows.Length - 1);
        int low = (int)Math.Floor(position), high = (int)Math.Ceiling(position);
        Interval first = values.Value<Interval>(rows[low]);
        result.SetInterval(low == high
            ? first
            : DateArithmetic.Sum(first, DateArithmetic.Scale(DateArithmetic.Sum(values.Value<Interval>(rows[high]), DateArithmetic.Negate(first)), position - low)));
    }

    private static void Discrete(double fraction, in VectorReader values, ReadOnlySpan<int> rows, ResultColumn result) =>
        result.SetValue(in values, rows[Math.Clamp((int)Math.Ceiling(fraction * rows.Length) - 1, 0, rows.Length - 1)]);

    private static CollectedBody One(AtFraction body) => (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
    {
        if (!columns[0].IsNull(rows[0]))
        {
            body(Fraction(in columns[0], rows[0]), in columns[1], rows, result);
        }
    };

    /// <summary>One result for each fraction of the array in the first column.</summary>
    private static CollectedBody Many(AtFraction body, SqlType type, AggregateBinding binding) => (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
    {
        if (columns[0].IsNull(rows[0]))
        {
            return;
        }

        var list = (ListVector)columns[0].Flat;
        int slot = columns[0].Slot(rows[0]), start = list.Offsets[slot], count = list.Offsets[slot + 1] - start;
        var fractions = new VectorReader(list.Child);
        using var values = new ResultColumn(type, binding.Context.Account);
        values.Start(count);
        for (int i = 0; i < count; i++)
        {
            values.MoveTo(i);
            if (!fractions.IsNull(start + i))
            {
                body(Fraction(in fractions, start + i), in columns[1], rows, values);
            }
        }

        result.BeginList().AppendRange(values.Build(), 0, count);
        result.EndList();
    };

    private static void Mode(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse)
    {
        int best = 0, bestCount = 0;
        for (int start = 0; start < rows.Length;)
        {
            int end = start + 1;
            while (end < rows.Length && RowEquality.ValuesEqual(in columns[0], rows[start], in columns[0], rows[end]))
            {
                end++;
                pulse.Spend(16);
            }

            if (end - start > bestCount)
            {
                (best, bestCount) = (rows[start], end - start);
            }

            start = end;
        }

        result.SetValue(in columns[0], best);
    }

    private static void Median(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
        result.SetDouble(Interpolate(in columns[0], rows, 0.5));

    private static CollectedBody Sorted(AggregateBinding binding, int column, CollectedBody body) => !binding.OrderBy.IsEmpty ? body
        : (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
        {
            VectorReader reader = columns[column];
            int[] sorted = rows.ToArray();
            pulse.Sort(sorted, (left, right) => RowOrder.Compare(in reader, left, in reader, right) is var order && order != 0 ? order : left.CompareTo(right));
            body(columns, sorted, result, ref pulse);
        };

    private static double Interpolate(in VectorReader reader, ReadOnlySpan<int> rows, double fraction)
    {
        double position = fraction * (rows.Length - 1);
        int low = (int)Math.Floor(position), high = (int)Math.Ceiling(position);
        double first = reader.Double(rows[low]);
        return low == high ? first : first + ((position - low) * (reader.Double(rows[high]) - first));
    }
}
