using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Keeps one fixed-width value a group, into which each argument that is not null is folded; null for a group without one.</summary>
/// <param name="binding">The call.</param>
/// <param name="start">What folding starts from.</param>
internal abstract class FoldAccumulator<T>(AggregateBinding binding, T start) : Accumulator
    where T : unmanaged
{
    private readonly StateOutput _output = new(binding.ResultType, binding.Context.Account);
    private readonly SeenGroups _seen = new(binding.GroupsMayBeEmpty, binding.Context.Account);
    private StateArray<T> _values = new(binding.Context.Account);

    public override long ReservedBytes => _values.ReservedBytes + _seen.ReservedBytes;

    protected DenseArgument Dense { get; } = new(binding.Context.Account);

    public override void Resize(int groupCount)
    {
        int old = _values.Count;
        _values.Resize(groupCount);
        _values.Values[old..].Fill(start);
        _seen.Resize(groupCount);
    }

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        DenseValues<T> values = Read(arguments[0], in rows);
        Apply(values, _values.Values);
        _seen.Mark(arguments[0], values.Groups, values.Values.Length);
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => Update(states, in rows);

    public override void States(int start, int count, Span<Vector> states) => states[0] = Finish(start, count);

    public override Vector Finish(int start, int count) => Write(_output, _values.Values.Slice(start, count), start, _seen);

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
        Dense.Dispose();
    }

    /// <summary>The arguments that are not null, side by side.</summary>
    protected abstract DenseValues<T> Read(Vector argument, in GroupedRows rows);

    /// <summary>Folds each value into the state of its group.</summary>
    protected abstract void Apply(DenseValues<T> values, Span<T> states);

    /// <summary>The states of groups from <paramref name="start"/> on as a column.</summary>
    protected abstract Vector Write(StateOutput output, ReadOnlySpan<T> values, int start, SeenGroups seen);
}
