using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
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

/// <summary>AND or OR by group.</summary>
internal sealed class BooleanAccumulator(AggregateBinding binding, bool isAnd) : Accumulator
{
    private readonly StateOutput _output = new(SqlType.Boolean, binding.Context.Account);
    private readonly SeenGroups _seen = new(binding.GroupsMayBeEmpty, binding.Context.Account);
    private readonly DenseArgument _dense = new(binding.Context.Account);
    private StateArray<byte> _values = new(binding.Context.Account);

    public override long ReservedBytes => _values.ReservedBytes + _seen.ReservedBytes;

    public override void Resize(int groupCount)
    {
        int old = _values.Count;
        _values.Resize(groupCount);
        _values.Values[old..].Fill(isAnd ? (byte)1 : (byte)0);
        _seen.Resize(groupCount);
    }

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = _dense.Present(arguments[0], in rows, out ReadOnlySpan<int> groups, out int count);
        var reader = new VectorReader(arguments[0]);
        Span<byte> values = _values.Values;
        for (int i = 0; i < count; i++)
        {
            byte value = reader.Boolean(picked.IsEmpty ? i : picked[i]) ? (byte)1 : (byte)0;
            ref byte state = ref values[groups.IsEmpty ? 0 : groups[i]];
            state = isAnd ? (byte)(state & value) : (byte)(state | value);
        }

        _seen.Mark(arguments[0], groups, count);
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => Update(states, in rows);

    public override void States(int start, int count, Span<Vector> states) => states[0] = Finish(start, count);

    public override Vector Finish(int start, int count) => _output.Booleans(_values.Values.Slice(start, count), start, _seen);

    public override void Clear()
    {
        _values.Clear();
        _seen.Clear();
    }

    public override void Dispose()
    {
        _values.Dispose();
        _seen.Dispose();
        _output.Dispose();
        _dense.Dispose();
    }
}
