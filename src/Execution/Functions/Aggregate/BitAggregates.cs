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
internal sealed class BitAccumulator(AggregateBinding binding, BitOperation operation) : Accumulator
{
    private readonly StateOutput _output = new(binding.ResultType, binding.Context.Account);
    private readonly SeenGroups _seen = new(binding.GroupsMayBeEmpty, binding.Context.Account);
    private readonly DenseArgument _dense = new(binding.Context.Account);
    private StateArray<long> _values = new(binding.Context.Account);

    public override long ReservedBytes => _values.ReservedBytes + _seen.ReservedBytes;

    public override void Resize(int groupCount)
    {
        int old = _values.Count;
        _values.Resize(groupCount);
        _values.Values[old..].Fill(operation == BitOperation.And ? -1 : 0);
        _seen.Resize(groupCount);
    }

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        DenseValues<long> values = _dense.Longs(arguments[0], in rows);
        Span<long> states = _values.Values;
        for (int i = 0; i < values.Values.Length; i++)
        {
            ref long state = ref states[values.Groups.IsEmpty ? 0 : values.Groups[i]];
            long value = values.Values[i];
            state = operation switch { BitOperation.And => state & value, BitOperation.Or => state | value, BitOperation.Xor => state ^ value };
        }

        _seen.Mark(arguments[0], values.Groups, values.Values.Length);
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => Update(states, in rows);

    public override void States(int start, int count, Span<Vector> states) => states[0] = Finish(start, count);

    public override Vector Finish(int start, int count) => _output.Longs(_values.Values.Slice(start, count), start, _seen);

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
