using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>Decides what a partial aggregation does when its table reaches the size it is meant to have.</summary>
/// <remarks><code>
/// rows of a key stand together      -> put the table out, start anew: it stays in the cache     (l_orderkey)
/// most rows start a group           -> pass rows through for a while: grouping saves nothing    (a unique key)
/// most rows find their group        -> let the table grow: it will reduce                       (l_partkey)
/// </code>
/// Thresholds from measurements: a table of 16 K groups stays in a 1 MB second-level cache with its states.
/// </remarks>
internal sealed class PartialStrategy(bool canPassThrough)
{
    private const int CacheGroups = 1 << 14;
    private const int LargestTable = 1 << 20;

    /// <summary>Random keys look unique until the table is this large: only then is it believed.</summary>
    private const int TrialGroups = 1 << 18;
    private const int SampledBatches = 8;
    private const long PassedRowsBeforeRetry = 1 << 20;
    private int _limit = CacheGroups;
    private long _windowRows;
    private long _sampledRows;
    private long _sampledRuns;
    private int _windowStartGroups;
    private int _batches;
    private long _passedRows;
    private bool _hasPassed;

    /// <summary>Whether rows are passed on ungrouped at this moment.</summary>
    public bool PassesThrough { get; private set; }

    /// <summary>Counts a batch's rows, and in some batches how many runs of equal groups they form.</summary>
    public void Observe(ReadOnlySpan<int> groups)
    {
        _windowRows += groups.Length;
        if (_batches++ % SampledBatches != 0)
        {
            return;
        }

        int runs = 1;
        for (int i = 1; i < groups.Length; i++)
        {
            runs += groups[i] != groups[i - 1] ? 1 : 0;
        }

        _sampledRows += groups.Length;
        _sampledRuns += runs;
    }

    /// <summary>Whether the table is to be put out now.</summary>
    /// <param name="groupCount">Groups in the table.</param>
    /// <param name="batchSize">Most rows of the next batch.</param>
    /// <param name="account">Asked whether the table may grow.</param>
    /// <param name="isShort">Whether memory is short: then what there is is handed on.</param>
    public bool ShouldFlush(int groupCount, int batchSize, MemoryAccount account, Func<bool> isShort)
    {
        if (isShort())
        {
            Restart(0);
            return true;
        }

        if (groupCount + batchSize <= _limit)
        {
            return false;
        }

        double newGroups = groupCount - _windowStartGroups;
        double newPerRow = newGroups / Math.Max(_windowRows, 1);
        double rowsPerRun = (double)_sampledRows / Math.Max(_sampledRuns, 1);
        bool isClustered = rowsPerRun >= 1.5 && newPerRow * rowsPerRun > 0.5;
        if (newPerRow > 0.7 && canPassThrough && !isClustered && (_limit >= TrialGroups || _hasPassed))
        {
            _hasPassed = true;
            PassesThrough = true;
            _passedRows = 0;
            Restart(0);
            return true;
        }

        if (isClustered || _limit >= LargestTable || !account.HasRoomFor(64L * _limit * 4, 0.5))
        {
            Restart(0);
            return true;
        }

        _limit *= 4;
        Restart(groupCount);
        return false;
    }

    /// <summary>Counts rows passed through; after a while grouping is tried again.</summary>
    public void CountPassed(int rows)
    {
        _passedRows += rows;
        if (_passedRows >= PassedRowsBeforeRetry)
        {
            PassesThrough = false;
            _limit = CacheGroups;
        }
    }

    private void Restart(int groupCount)
    {
        _windowRows = _sampledRows = _sampledRuns = 0;
        _windowStartGroups = groupCount;
        _batches = 0;
    }
}
