using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>The states of one aggregate call, one a group, and how rows change them. Runs on one thread.</summary>
/// <remarks>
/// <code>
/// rows ── Update ──▶ states ── Finish ──▶ results                     Single, and window frames
/// rows ── Update ──▶ states ── States ──▶ columns ── Merge ──▶ states ── Finish ──▶ results      Partial, Final
/// </code>
/// Call <see cref="Resize"/> before groups are used. A null argument is skipped by the accumulator itself; FILTER and DISTINCT are applied before it.
/// Vectors handed out are valid until the next call.
/// </remarks>
internal abstract class Accumulator : IDisposable
{
    /// <summary>Bytes of the states.</summary>
    public abstract long ReservedBytes { get; }

    /// <summary>Makes sure that groups 0 to <paramref name="groupCount"/> - 1 exist; new ones have seen no row.</summary>
    public abstract void Resize(int groupCount);

    /// <summary>Feeds rows to their groups, in order.</summary>
    public abstract void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows);

    /// <summary>Adds states that another accumulator of this call put out.</summary>
    public virtual void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => throw new InvalidOperationException($"{GetType().Name} has no states to merge");

    /// <summary>Writes the state columns of some groups.</summary>
    public virtual void States(int start, int count, Span<Vector> states) => throw new InvalidOperationException($"{GetType().Name} has no states to put out");

    /// <summary>Whether the states are rows: they spill as <see cref="KeptColumns"/>, to be fed again, in place of <see cref="States"/>.</summary>
    public virtual bool KeepsRows => false;

    /// <summary>The group of each row kept.</summary>
    public virtual ReadOnlySpan<int> KeptGroups() => throw new InvalidOperationException($"{GetType().Name} keeps no rows");

    /// <summary>The rows of the last <see cref="KeptGroups"/>, of which there is one at least, as <see cref="Update"/> takes them.</summary>
    public virtual Vector[] KeptColumns() => throw new InvalidOperationException($"{GetType().Name} keeps no rows");

    /// <summary>Results of some groups; no change to the states.</summary>
    public abstract Vector Finish(int start, int count);

    /// <summary>No groups; keeps the memory.</summary>
    public abstract void Clear();

    public abstract void Dispose();
}
