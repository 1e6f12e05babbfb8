using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Storage;

/// <summary>The rows of a table in memory at one moment. Never changes; thread-safe.</summary>
/// <remarks><code>
/// version 3 = version 2 + batches added        A version that only adds rows shares the batches of the one before it, so that
///     |                                        adding costs nothing per row that is there, and two writers' additions can be put
/// version 2 = version 1 + batches added        one after the other. A version that changes rows begins a chain of its own.
///     |
/// version 1 = batches
/// </code>
/// Versions are counted: whoever is given one releases it; at zero its batches go back to the pool.
/// </remarks>
public sealed class TableVersion
{
    private readonly TableVersion? _before;
    private readonly Batch[] _added;
    private readonly int _batchCount;
    private Batch[]? _all;
    private int _references = 1;

    private TableVersion(TableVersion? before, Batch[] added)
    {
        _before = before;
        _added = added;
        _batchCount = (before?._batchCount ?? 0) + added.Length;
        RowCount = (before?.RowCount ?? 0) + added.Sum(static batch => (long)batch.Length);
    }

    public long RowCount { get; }

    /// <summary>All batches, valid while the version is held.</summary>
    internal Batch[] Batches => Volatile.Read(ref _all) ?? Collect();

    /// <summary>The batches, valid while the version is held; the caller retains what it keeps.</summary>
    public IReadOnlyList<Batch> StoredBatches => Batches;

    /// <summary>Number of each batch's first row.</summary>
    internal long[] RowStarts()
    {
        Batch[] batches = Batches;
        var starts = new long[batches.Length];
        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + batches[i - 1].Length;
        }

        return starts;
    }

    /// <summary>A version of these rows alone, whose references it takes over.</summary>
    public static TableVersion Of(params Batch[] batches) => new(null, batches);

    /// <summary>A version with more rows, whose references it takes over; this one stays as it is.</summary>
    public TableVersion With(Batch[] added)
    {
        _all = null;            // the longer list is the one that will be read
        return new TableVersion(Retain(), added);
    }

    /// <summary>Whether this version is an earlier one with nothing but rows added.</summary>
    public bool Extends(TableVersion earlier)
    {
        TableVersion? version = this;
        while (version != null && version != earlier && version._batchCount >= earlier._batchCount)
        {
            version = version._before;
        }

        return version == earlier;
    }

    /// <summary>Another version with the rows behind it that this one has beyond an earlier one; the whole, where that is null.</summary>
    /// <param name="earlier">What this one <see cref="Extends"/>, or null.</param>
    /// <param name="target">Takes the rows in front; it stays as it is.</param>
    /// <returns>A version to be released.</returns>
    public TableVersion AddTo(TableVersion target, TableVersion? earlier = null)
    {
        var additions = new Stack<Batch[]>();
        for (TableVersion? version = this; version != null && version != earlier; version = version._before)
        {
            if (version._added.Length > 0)
            {
                additions.Push(version._added);
            }
        }

        TableVersion result = target.Retain();
        foreach (Batch[] added in additions)
        {
            TableVersion longer = result.With(Array.ConvertAll(added, static batch => batch.Retain()));
            result.Release();
            result = longer;
        }

        return result;
    }

    /// <returns>This version, held once more.</returns>
    public TableVersion Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        // Along the chain in a loop: a table filled row by row has a long one.
        for (TableVersion? version = this; version != null && Interlocked.Decrement(ref version._references) == 0; version = version._before)
        {
            Array.ForEach(version._added, static batch => batch.Release());
        }
    }

    private Batch[] Collect()
    {
        var all = new Batch[_batchCount];
        int end = all.Length;
        for (TableVersion? version = this; version != null && end > 0; version = version._before)
        {
            end -= version._added.Length;
            version._added.CopyTo(all, end);
        }

        Volatile.Write(ref _all, all);
        return all;
    }
}
