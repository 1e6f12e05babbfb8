using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Storage;

/// <summary>The rows of a table in memory at one moment. Never changes; thread-safe.</summary>
/// <remarks>
/// A version that only adds rows shares the batches of the one before it, but for small ones (<see cref="BatchStack"/>), and is of the same history
/// (<see cref="RowHistory"/>), so that adding costs nothing per row that is there, and two writers' additions can be put one after the other.
/// A version that changes rows begins a history of its own. Versions are counted: whoever is given one releases it; at zero its batches go back to the pool.
/// </remarks>
public sealed class TableVersion
{
    private readonly BatchStack? _stored;
    private readonly RowHistory _history;
    private Batch[]? _all;
    private int _references = 1;

    private TableVersion(BatchStack? stored, RowHistory history)
    {
        _stored = stored;
        _history = history;
        history.Hold();
    }

    public long RowCount => _stored?.RowCount ?? 0;

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
    public static TableVersion Of(params Batch[] batches)
    {
        BatchStack? stored = Add(null, batches);
        return new TableVersion(stored, RowHistory.Begin(stored?.RowCount ?? 0));
    }

    /// <summary>A version with more rows, whose references it takes over; this one stays as it is.</summary>
    public TableVersion With(Batch[] added)
    {
        _all = null;            // the longer list is the one that will be read
        BatchStack? stored = Add(_stored?.Retain(), added);
        return new TableVersion(stored, _history.Add(RowCount, stored?.RowCount ?? 0));
    }

    /// <summary>Whether this version is an earlier one with nothing but rows added.</summary>
    public bool Extends(TableVersion earlier) => RowCount >= earlier.RowCount && _history.BeginsWith(earlier._history, earlier.RowCount);

    /// <summary>Another version with the rows behind it that this one has beyond an earlier one; the whole, where that is null.</summary>
    /// <param name="target">Takes the rows in front; it stays as it is.</param>
    /// <param name="earlier">What this one <see cref="Extends"/>, or null.</param>
    /// <returns>A version to be released.</returns>
    public TableVersion AddTo(TableVersion target, TableVersion? earlier = null)
    {
        long known = earlier?.RowCount ?? 0, start = 0;
        var added = new List<Batch>();
        foreach (Batch batch in Batches)
        {
            if (start < known && start + batch.Length > known)
            {
                added.Add(BatchStack.Tail(batch, (int)(known - start)));         // at most the first one: nothing to give back should there be no room
            }
            else if (start >= known)
            {
                added.Add(batch.Retain());
            }

            start += batch.Length;
        }

        return added.Count == 0 ? target.Retain() : target.With([.. added]);
    }

    /// <returns>This version, held once more.</returns>
    public TableVersion Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _stored?.Release();
            _history.Release();
        }
    }

    private static BatchStack? Add(BatchStack? stored, Batch[] added)
    {
        foreach (Batch batch in added)
        {
            stored = BatchStack.Add(stored, batch);
        }

        return stored;
    }

    private Batch[] Collect()
    {
        Batch[] all = _stored?.ToArray() ?? [];
        Volatile.Write(ref _all, all);
        return all;
    }
}
