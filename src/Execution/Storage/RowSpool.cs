using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Rows of a result kept in memory to be read in any order and more than once: cursors that scroll. One thread.</summary>
public sealed class RowSpool : IDisposable
{
    private readonly MemoryAccount _account;
    private readonly List<Batch> _batches = [];
    private readonly PartitionBuffer _buffer;

    /// <param name="name">Whose rows, for errors.</param>
    /// <param name="limitBytes">Most bytes to keep.</param>
    public RowSpool(string name, long limitBytes)
    {
        _account = new MemoryAccount(name, limitBytes);
        _buffer = new PartitionBuffer(_account, Batch.DefaultRows, _batches.Add);
    }

    public long RowCount { get; private set; }

    /// <summary>Copies rows; none may be added after <see cref="Finish"/>.</summary>
    /// <exception cref="QueryException">53200: more than the limit.</exception>
    public void Append(Batch batch)
    {
        try
        {
            _buffer.Append(batch);
            RowCount += batch.RowCount;
        }
        catch (MemoryLimitException limit)
        {
            throw ExecutionErrors.OutOfMemory(limit);
        }
    }

    public void Finish() => _buffer.Finish();

    /// <summary>Some rows from <paramref name="first"/> on, as many as lie together. The caller releases the batch.</summary>
    /// <param name="first">From 0, below <see cref="RowCount"/>.</param>
    /// <param name="max">At most so many.</param>
    public Batch Read(long first, long max)
    {
        int index = 0;
        while (first >= _batches[index].Length)
        {
            first -= _batches[index++].Length;
        }

        return _batches[index].Window((int)first, (int)Math.Min(max, _batches[index].Length - first), _account);
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _account.Dispose();
    }
}

/// <summary>Parts of batches.</summary>
public static class BatchWindows
{
    /// <summary>Some of a batch's rows, in references of their own: the caller releases what comes back.</summary>
    /// <param name="batch">The batch, selected rows counted.</param>
    /// <param name="first">From 0.</param>
    /// <param name="count">How many.</param>
    /// <param name="account">Pays for the row numbers.</param>
    public static Batch Window(this Batch batch, int first, int count, MemoryAccount account)
    {
        if (count == batch.RowCount)
        {
            return batch.Retain();
        }

        NativeBuffer buffer = NativeBuffer.Allocate(Math.Max(count, 1) * 4L, account);
        Span<int> rows = buffer.Span<int>(0, count);
        for (int i = 0; i < count; i++)
        {
            rows[i] = batch.Selection == null ? first + i : batch.Selection.Rows[first + i];
        }

        foreach (Vector column in batch.Columns)
        {
            column.Retain();
        }

        return new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, count));
    }
}
