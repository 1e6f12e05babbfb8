using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Adds values by group; also the first half of an average.</summary>
internal abstract class SumAccumulator(bool groupsMayBeEmpty, MemoryAccount account) : Accumulator
{
    protected MemoryAccount Account { get; } = account;

    protected DenseArgument Dense { get; } = new(account);

    public SeenGroups Seen { get; } = new(groupsMayBeEmpty, account);

    /// <summary>Adds the values of a column that are not null.</summary>
    public abstract void Add(Vector argument, in GroupedRows rows);

    /// <summary>The sums as a state column.</summary>
    public abstract Vector State(int start, int count);

    /// <summary>The sums divided by <paramref name="counts"/>, as values of <paramref name="type"/>.</summary>
    public abstract void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result);

    public sealed override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows) => Add(arguments[0], in rows);

    public sealed override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => Add(states[0], in rows);

    public sealed override void States(int start, int count, Span<Vector> states) => states[0] = State(start, count);

    public override void Dispose()
    {
        Dense.Dispose();
        Seen.Dispose();
    }
}

/// <summary>Keeps one fixed-width sum a group.</summary>
internal abstract class SumAccumulator<T>(bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator(groupsMayBeEmpty, account)
    where T : unmanaged
{
    private StateArray<T> _sums = new(account);

    public override long ReservedBytes => _sums.ReservedBytes + Seen.ReservedBytes;

    protected Span<T> Sums => _sums.Values;

    public override void Resize(int groupCount)
    {
        _sums.Resize(groupCount);
        Seen.Resize(groupCount);
    }

    public override void Clear()
    {
        _sums.Clear();
        Seen.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _sums.Dispose();
    }
}
