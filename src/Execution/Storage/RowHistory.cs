namespace SqlCluster.Execution.Storage;

/// <summary>Tells which versions of a table have nothing but rows added to which: those of one history are the beginnings of one sequence of rows.</summary>
/// <remarks><code>
/// history A   1 ... 10 ... 25 ... 30        versions are numbers of rows; whoever adds rows at the end goes on with the history
///                    |
/// history B          '---- 11 ... 90        who adds rows to an older version begins one that branches off
/// </code>
/// A branch remembers what it came from as long as versions of that are held. Thread-safe.
/// </remarks>
internal sealed class RowHistory
{
    private readonly Holders _holders = new();
    private readonly (Holders Holders, long RowCount)[] _origins;
    private long _rowCount;

    private RowHistory((Holders, long)[] origins, long rowCount)
    {
        _origins = origins;
        _rowCount = rowCount;
    }

    public static RowHistory Begin(long rowCount) => new([], rowCount);

    /// <summary>The history that a version of this one goes on with when rows are added to it.</summary>
    /// <param name="rowCount">Rows of the version, which is held.</param>
    /// <param name="longer">Rows with those that are added.</param>
    public RowHistory Add(long rowCount, long longer) =>
        Interlocked.CompareExchange(ref _rowCount, longer, rowCount) == rowCount
            ? this
            : new RowHistory([.. _origins.Where(static origin => Volatile.Read(ref origin.Holders.Count) > 0), (_holders, rowCount)], longer);

    /// <summary>Whether versions of this history begin with the first rows of another one.</summary>
    public bool BeginsWith(RowHistory other, long rowCount) =>
        other == this || Array.Exists(_origins, origin => origin.Holders == other._holders && origin.RowCount >= rowCount);

    /// <summary>Notes that there is one more version of this history.</summary>
    public void Hold() => Interlocked.Increment(ref _holders.Count);

    /// <summary>Notes that there is one less.</summary>
    public void Release() => Interlocked.Decrement(ref _holders.Count);

    /// <summary>Versions of a history that somebody holds; what branches keep of it, so that they do not keep each other.</summary>
    private sealed class Holders
    {
        public int Count;
    }
}
