namespace SqlCluster.Execution.Executors;

/// <summary>Which part of every scan the tasks of one executor read, where several executors share a stage.</summary>
/// <remarks>A pure function of the table's files, so that a share that is run again, anywhere, reads the same rows.</remarks>
/// <param name="Index">Which share, from 0.</param>
/// <param name="Count">Shares of the stage.</param>
internal readonly record struct ScanShare(int Index, int Count)
{
    public static readonly ScanShare Whole = new(0, 1);

    public bool IsWhole => Count == 1;

    /// <summary>Whether a unit of work is this share's, where units are dealt in turn.</summary>
    public bool Has(long unit) => unit % Count == Index;

    /// <summary>The share that begins elsewhere in the turn: tables of many small parts give each share some of them.</summary>
    public ScanShare Rotated(int by) => this with { Index = (Index + by) % Count };

    /// <summary>This share's units of work: each goes to the share that has least so far, in their order.</summary>
    public List<T> Deal<T>(List<T> units, Func<T, long> size)
    {
        if (IsWhole)
        {
            return units;
        }

        var sizes = new long[Count];
        var own = new List<T>();
        foreach (T unit in units)
        {
            int least = Array.IndexOf(sizes, sizes.Min());
            sizes[least] += Math.Max(1, size(unit));
            if (least == Index)
            {
                own.Add(unit);
            }
        }

        return own;
    }
}
