using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>bool_and, every, bool_or: whether all or any values are true; null without a value.</summary>
internal static class Booleans
{
    public static readonly AggregateFunction[] Functions =
    [
        Create("bool_and", isAnd: true, "Whether all values are true."),
        Create("every", isAnd: true, "Whether all values are true."),
        Create("bool_or", isAnd: false, "Whether any value is true."),
    ];

    private static AggregateFunction Create(string name, bool isAnd, string description) => AggregateFunction.Create(
        name, [SqlType.Boolean], FunctionSignature.Returns(SqlType.Boolean), static _ => [SqlType.Boolean],
        binding => new BooleanAccumulator(binding, isAnd), description) with { IgnoresDuplicates = true };
}

/// <summary>AND or OR by group, as bytes 0 and 1.</summary>
internal sealed class BooleanAccumulator(AggregateBinding binding, bool isAnd) : FoldAccumulator<byte>(binding, isAnd ? (byte)1 : (byte)0)
{
    protected override DenseValues<byte> Read(Vector argument, in GroupedRows rows) => Dense.Booleans(argument, in rows);

    protected override void Apply(DenseValues<byte> values, Span<byte> states)
    {
        for (int i = 0; i < values.Values.Length; i++)
        {
            ref byte state = ref states[values.Groups.IsEmpty ? 0 : values.Groups[i]];
            state = isAnd ? (byte)(state & values.Values[i]) : (byte)(state | values.Values[i]);
        }
    }

    protected override Vector Write(StateOutput output, ReadOnlySpan<byte> values, int start, SeenGroups seen) => output.Booleans(values, start, seen);
}
