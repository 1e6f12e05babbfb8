using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Shuffle;

/// <summary>Copies rows into full batches of their own, so that what a shuffle keeps holds no page or scratch buffer of the operators that made the rows.</summary>
internal sealed class PartitionBuffer(MemoryAccount account, int batchSize, Action<Batch> output) : IDisposable
{
    private ColumnAppender[]? _columns;
    private int _count;

    /// <summary>Appends the given rows of a batch.</summary>
    public void Append(Batch batch, ReadOnlySpan<int> rows)
    {
        _columns ??= Array.ConvertAll(batch.Columns, column => ColumnAppender.Create(column.Type, account));
        while (!rows.IsEmpty)
        {
            ReadOnlySpan<int> part = rows[..Math.Min(rows.Length, batchSize - _count)];
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].Append(batch.Columns[i], part);
            }

            Advance(part.Length);
            rows = rows[part.Length..];
        }
    }

    /// <summary>Appends all rows of a batch, or the selected ones.</summary>
    public void Append(Batch batch)
    {
        if (batch.Selection is { } selection)
        {
            Append(batch, selection.Rows);
            return;
        }

        _columns ??= Array.ConvertAll(batch.Columns, column => ColumnAppender.Create(column.Type, account));
        for (int start = 0; start < batch.Length;)
        {
            int part = Math.Min(batch.Length - start, batchSize - _count);
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].AppendRange(batch.Columns[i], start, part);
            }

            Advance(part);
            start += part;
        }
    }

    /// <summary>Passes the rows that are left on and keeps no memory.</summary>
    public void Finish()
    {
        Flush();
        Dispose();
    }

    public void Dispose()
    {
        foreach (ColumnAppender column in _columns ?? [])
        {
            column.Dispose();
        }

        _columns = null;
    }

    private void Advance(int rows)
    {
        _count += rows;
        if (_count == batchSize)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_count == 0)
        {
            return;
        }

        output(new Batch(Array.ConvertAll(_columns!, static column => column.Build()), _count).Retain());
        foreach (ColumnAppender column in _columns!)
        {
            column.Reset();
        }

        _count = 0;
    }
}
