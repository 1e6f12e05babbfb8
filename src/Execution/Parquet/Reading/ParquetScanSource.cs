using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>A unit of scan work: some rows of one row group, usually all.</summary>
internal readonly record struct ParquetSplit(ParquetFile File, int RowGroup, long FirstRow, long EndRow);

/// <summary>Hands the row groups of a table to whichever task asks next, and counts what a limit leaves.</summary>
internal sealed class ParquetScanSource : IScanSource
{
    /// <summary>Row groups above twice this are cut, so that a file of few large ones keeps all tasks busy.</summary>
    private const long RowsPerSplit = 128 * 1024;

    private readonly List<ParquetSplit> _splits;
    private int _next = -1;
    private long _remaining;

    public ParquetScanSource(ParquetTable table, ScanExec scan, ScanShare share)
    {
        var splits = new List<ParquetSplit>();
        Table = table;
        Scan = scan;
        _remaining = scan.Limit < 0 ? long.MaxValue : scan.Limit;
        foreach (ParquetFile file in table.Files)
        {
            for (int group = 0; group < file.MetaData.RowGroups.Count; group++)
                AddSplits(splits, file, group);
        }

        _splits = share.Deal(splits, static split => split.EndRow - split.FirstRow);
    }

    public ParquetTable Table { get; }

    public ScanExec Scan { get; }

    public Operator CreateReader(TaskContext context, OperatorMetrics metrics) => new ParquetScanReader(this, context, metrics);

    /// <summary>Takes the next split. False when none is left or the limit has been reached. Thread-safe.</summary>
    public bool TryTake(out ParquetSplit split)
    {
        int index = Interlocked.Increment(ref _next);
        bool taken = index < _splits.Count && Volatile.Read(ref _remaining) > 0;
        split = taken ? _splits[index] : default;
        return taken;
    }

    /// <summary>Takes rows from what the limit leaves, and returns how many of them may be put out. Thread-safe.</summary>
    public int TakeRows(int rowCount)
    {
        if (Scan.Limit < 0)
            return rowCount;
        long left = Interlocked.Add(ref _remaining, -rowCount) + rowCount;
        return (int)Math.Clamp(left, 0, rowCount);
    }

    public void Dispose()
    {
    }

    private void AddSplits(List<ParquetSplit> splits, ParquetFile file, int group)
    {
        RowGroup rowGroup = file.MetaData.RowGroups[group];
        long rows = rowGroup.RowCount;
        long parts = rows > 2 * RowsPerSplit && HasPageIndex(file, rowGroup) ? rows / RowsPerSplit : 1;
        for (long part = 0; part < parts && rows > 0; part++)
            splits.Add(new ParquetSplit(file, group, rows * part / parts, rows * (part + 1) / parts));
    }

    // Only an offset index lets a task begin inside a row group without decompressing what lies before: chunks without one may be a single page.
    private bool HasPageIndex(ParquetFile file, RowGroup rowGroup)
    {
        foreach (int ordinal in Scan.TableOrdinals)
        {
            int column = Table.FindColumn(file, ordinal);
            bool canJump = column < 0
                || (file.Columns[column].Field is LeafField leaf && rowGroup.Columns[leaf.Column.Index].OffsetIndex is not null);
            if (!canJump)
                return false;
        }

        return true;
    }
}
