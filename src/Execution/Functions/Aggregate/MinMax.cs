using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>min(x) and max(x) of any ordered type; null without a value.</summary>
internal static class MinMax
{
    public static readonly AggregateFunction[] Functions =
    [
        AggregateFunction.Create("min", [ParameterType.AnyElement], static types => types[0], static types => [types[0]],
            static binding => Bind(binding, isMax: false), "Least value.") with { IgnoresDuplicates = true },
        AggregateFunction.Create("max", [ParameterType.AnyElement], static types => types[0], static types => [types[0]],
            static binding => Bind(binding, isMax: true), "Greatest value.") with { IgnoresDuplicates = true },
    ];

    private static Accumulator Bind(AggregateBinding binding, bool isMax)
    {
        SqlType type = binding.ArgumentTypes[0];
        return type.Kind switch
        {
            TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid or TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz =>
                isMax ? new LongExtreme<Greatest>(binding) : new LongExtreme<Least>(binding),
            TypeKind.Numeric when type.Precision <= 18 => isMax ? new LongExtreme<Greatest>(binding) : new LongExtreme<Least>(binding),
            TypeKind.Numeric => isMax ? new WideExtreme<Greatest>(binding) : new WideExtreme<Least>(binding),
            TypeKind.Real or TypeKind.DoublePrecision => isMax ? new DoubleExtreme<Greatest>(binding) : new DoubleExtreme<Least>(binding),
            _ => new PickAccumulator(binding, valueIndex: 0, orderIndex: 0, isMax ? PickRule.Greatest : PickRule.Least),
        };
    }
}

/// <summary>Which of two values an extreme keeps, and what it starts from.</summary>
internal interface IExtreme
{
    static abstract long LongStart { get; }

    static abstract Int128 WideStart { get; }

    static abstract double DoubleStart { get; }

    static abstract long Pick(long left, long right);

    static abstract Int128 Pick(Int128 left, Int128 right);

    /// <summary>NaN is above every number.</summary>
    static abstract double Pick(double left, double right);
}

internal readonly struct Least : IExtreme
{
    public static long LongStart => long.MaxValue;

    public static Int128 WideStart => Int128.MaxValue;

    public static double DoubleStart => double.NaN;

    public static long Pick(long left, long right) => Math.Min(left, right);

    public static Int128 Pick(Int128 left, Int128 right) => right < left ? right : left;

    public static double Pick(double left, double right) => RowOrder.CompareDoubles(right, left) < 0 ? right : left;
}

internal readonly struct Greatest : IExtreme
{
    public static long LongStart => long.MinValue;

    public static Int128 WideStart => Int128.MinValue;

    public static double DoubleStart => double.NegativeInfinity;

    public static long Pick(long left, long right) => Math.Max(left, right);

    public static Int128 Pick(Int128 left, Int128 right) => right > left ? right : left;

    public static double Pick(double left, double right) => RowOrder.CompareDoubles(right, left) > 0 ? right : left;
}

internal sealed class LongExtreme<TExtreme>(AggregateBinding binding) : FoldAccumulator<long>(binding, TExtreme.LongStart)
    where TExtreme : struct, IExtreme
{
    protected override DenseValues<long> Read(Vector argument, in GroupedRows rows) => Dense.Longs(argument, in rows);

    protected override void Apply(DenseValues<long> values, Span<long> states)
    {
        if (values.Groups.IsEmpty)
        {
            (long least, long most) = IntegerRange.Of(values.Values);
            if (!values.Values.IsEmpty)
            {
                states[0] = TExtreme.Pick(TExtreme.Pick(states[0], least), most);
            }

            return;
        }

        for (int i = 0; i < values.Values.Length; i++)
        {
            ref long state = ref states[values.Groups[i]];
            state = TExtreme.Pick(state, values.Values[i]);
        }
    }

    protected override Vector Write(StateOutput output, ReadOnlySpan<long> values, int start, SeenGroups seen) => output.Longs(values, start, seen);
}

internal sealed class WideExtreme<TExtreme>(AggregateBinding binding) : FoldAccumulator<Int128>(binding, TExtreme.WideStart)
    where TExtreme : struct, IExtreme
{
    protected override DenseValues<Int128> Read(Vector argument, in GroupedRows rows) => Dense.Decimals(argument, in rows);

    protected override void Apply(DenseValues<Int128> values, Span<Int128> states)
    {
        for (int i = 0; i < values.Values.Length; i++)
        {
            ref Int128 state = ref states[values.Groups.IsEmpty ? 0 : values.Groups[i]];
            state = TExtreme.Pick(state, values.Values[i]);
        }
    }

    protected override Vector Write(StateOutput output, ReadOnlySpan<Int128> values, int start, SeenGroups seen)
    {
        // Groups without a value still hold the start value, which is no numeric.
        if (!seen.MayLack)
        {
            return output.Wide(values, start, seen);
        }

        var present = new Int128[values.Length];
        for (int i = 0; i < present.Length; i++)
        {
            present[i] = seen.Has(start + i) ? values[i] : 0;
        }

        return output.Wide(present, start, seen);
    }
}

internal sealed class DoubleExtreme<TExtreme>(AggregateBinding binding) : FoldAccumulator<double>(binding, TExtreme.DoubleStart)
    where TExtreme : struct, IExtreme
{
    protected override DenseValues<double> Read(Vector argument, in GroupedRows rows) => Dense.Doubles(argument, in rows);

    protected override void Apply(DenseValues<double> values, Span<double> states)
    {
        for (int i = 0; i < values.Values.Length; i++)
        {
            ref double state = ref states[values.Groups.IsEmpty ? 0 : values.Groups[i]];
            state = TExtreme.Pick(state, values.Values[i]);
        }
    }

    protected override Vector Write(StateOutput output, ReadOnlySpan<double> values, int start, SeenGroups seen) => output.Doubles(values, start, seen);
}
