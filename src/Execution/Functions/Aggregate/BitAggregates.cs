using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>bit_and, bit_or and bit_xor of integers; null without a value.</summary>
internal static class BitAggregates
{
    public static readonly AggregateFunction[] Functions =
    [
        .. Create("bit_and", BitOperation.And, "Bitwise AND of all values."),
        .. Create("bit_or", BitOperation.Or, "Bitwise OR of all values."),
        .. Create("bit_xor", BitOperation.Xor, "Bitwise exclusive OR of all values."),
    ];

    private static IEnumerable<AggregateFunction> Create(string name, BitOperation operation, string description) =>
        new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt }.Select(type => AggregateFunction.Create(
            name, [type], static types => types[0], static types => [types[0]], binding => new BitAccumulator(binding, operation), description)
            with { IgnoresDuplicates = operation != BitOperation.Xor });
}

/// <summary>How bits are combined.</summary>
internal enum BitOperation
{
    And,
    Or,
    Xor,
}

/// <summary>Combined bits by group.</summary>
internal sealed class BitAccumulator(AggregateBinding binding, BitOperation operation) : FoldAccumulator<long>(binding, operation == BitOperation.And ? -1 : 0)
{
    protected override DenseValues<long> Read(Vector argument, in GroupedRows rows) => Dense.Longs(argument, in rows);

    protected override void Apply(DenseValues<long> values, Span<long> states)
    {
        for (int i = 0; i < values.Values.Length; i++)
        {
            ref long state = ref states[values.Groups.IsEmpty ? 0 : values.Groups[i]];
            long value = values.Values[i];
            state = operation switch { BitOperation.And => state & value, BitOperation.Or => state | value, BitOperation.Xor => state ^ value };
        }
    }

    protected override Vector Write(StateOutput output, ReadOnlySpan<long> values, int start, SeenGroups seen) => output.Longs(values, start, seen);
}
