using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Copies rows that wait for a slow client out of the pages and dictionaries in which they lie, so that those need not wait too.</summary>
internal static class CompactRows
{
    /// <summary>Buffers below this may wait.</summary>
    private const long NegligibleBytes = 128 * 1024;

    /// <summary>Rows whose values of 4, 8 or 16 bytes fill a block of the pool together with its padding: 4,096 of them would take one twice as large.</summary>
    private const int PartRows = Batch.DefaultRows - (NativeBuffer.PaddingBytes / 8);

    /// <summary>The rows of a retained batch in less memory, if the copy takes at most half of it and there is room for it.</summary>
    /// <param name="batch">The batch, whose reference passes to this call.</param>
    /// <param name="firstRow">Rows in front of this one, of those that count, are left out of a copy.</param>
    /// <param name="account">Charged for a copy.</param>
    /// <returns>A retained batch: a copy, whose rows all count, or <paramref name="batch"/> itself.</returns>
    public static Batch Of(Batch batch, int firstRow, MemoryAccount account) => InParts(batch, firstRow, batch.RowCount, account) is [var only] ? only : batch;

    /// <summary>As <see cref="Of"/>, in batches that fit in the pool's blocks.</summary>
    public static Batch[] InParts(Batch batch, MemoryAccount account) => InParts(batch, 0, PartRows, account);

    private static Batch[] InParts(Batch batch, int firstRow, int partRows, MemoryAccount account)
    {
        long held = RowSize.OfBuffers(batch);
        long copied = RowSize.OfCopy(batch) / Math.Max(batch.RowCount, 1) * (batch.RowCount - firstRow);
        if (held <= NegligibleBytes || copied > held / 2 || !account.HasRoomFor(2 * copied))
        {
            return [batch];
        }

        var parts = new List<Batch>();
        try
        {
            for (int row = firstRow; row < batch.RowCount; row += partRows)
            {
                parts.Add(Copy(batch, row, Math.Min(partRows, batch.RowCount - row), account));
            }

            batch.Release();
            return [.. parts];
        }
        catch (MemoryLimitException)
        {
            parts.ForEach(static part => part.Release());
            return [batch];
        }
    }

    private static Batch Copy(Batch batch, int firstRow, int rowCount, MemoryAccount account)
    {
        ColumnAppender[] columns = Array.ConvertAll(batch.Columns, column => AppenderOf(column.Type, account));
        try
        {
            for (int i = 0; i < columns.Length; i++)
            {
                if (batch.Selection is { } selection)
                {
                    columns[i].Append(batch.Columns[i], selection.Rows.Slice(firstRow, rowCount));
                }
                else
                {
                    columns[i].AppendRange(batch.Columns[i], firstRow, rowCount);
                }
            }

            return new Batch(Array.ConvertAll(columns, static column => column.Build()), rowCount).Retain();
        }
        finally
        {
            Array.ForEach(columns, static column => column.Dispose());
        }
    }

    // Decimals keep the column's width, which the general appender would narrow.
    private static ColumnAppender AppenderOf(ArrowType type, MemoryAccount account) =>
        type.Id is ArrowTypeId.Decimal128 or ArrowTypeId.Decimal64 ? new FixedAppender(type, account) : ColumnAppender.Create(type, account);
}
