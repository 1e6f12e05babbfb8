using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Batches of a table in memory, one behind the other; longer ones share what is in front. Never changes; thread-safe.</summary>
/// <remarks><code>
/// 4096 rows &lt;- 4096 rows &lt;- 512 rows &lt;- 128 rows &lt;- 1 row       each entry keeps the one before it
///                          ^
///                          '---- 256 rows                        another writer's rows, or the ones above put together
/// </code>
/// A small batch that comes behind a small one is copied together with it, so that rows which come one by one lie in batches of a page of memory each no longer than
/// their number is odd: of small batches each is at most half as long as the one before, a dozen at most, and a row is copied about as often.
/// Entries are counted: whoever is given one releases it; at zero its batch goes back to the pool.
/// </remarks>
internal sealed class BatchStack
{
    private readonly BatchStack? _before;
    private readonly Batch _last;
    private int _references = 1;

    private BatchStack(BatchStack? before, Batch last)
    {
        _before = before;
        _last = last;
        Count = (before?.Count ?? 0) + 1;
        RowCount = (before?.RowCount ?? 0) + last.Length;
    }

    public int Count { get; }

    public long RowCount { get; }

    /// <summary>These batches and one more.</summary>
    /// <param name="before">What is in front, or null; its reference passes to the result.</param>
    /// <param name="batch">The batch, whose reference passes to the result.</param>
    public static BatchStack Add(BatchStack? before, Batch batch)
    {
        while (before != null && before._last.Length < 2 * batch.Length && before._last.Length + batch.Length <= Batch.DefaultRows && Join(before._last, batch) is { } joined)
        {
            batch.Release();
            batch = joined;
            BatchStack? rest = before._before?.Retain();
            before.Release();
            before = rest;
        }

        return new BatchStack(before, batch);
    }

    public Batch[] ToArray()
    {
        var all = new Batch[Count];
        for (BatchStack? entry = this; entry != null; entry = entry._before)
        {
            all[entry.Count - 1] = entry._last;
        }

        return all;
    }

    /// <returns>These batches, held once more.</returns>
    public BatchStack Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        // In a loop: there may be many.
        for (BatchStack? entry = this; entry != null && Interlocked.Decrement(ref entry._references) == 0; entry = entry._before)
        {
            entry._last.Release();
        }
    }

    /// <summary>The rows of a batch from one on, in a batch of their own.</summary>
    public static Batch Tail(Batch batch, int firstRow) => AccountOf(batch) is { } account ? Copy([(batch, firstRow)], account) : new Batch([], batch.Length - firstRow);

    /// <summary>The rows of two batches in one; null where there is no room for it, or they have other columns.</summary>
    private static Batch? Join(Batch first, Batch second)
    {
        if (!HaveSameColumns(first, second))
        {
            return null;
        }

        try
        {
            return AccountOf(first) is { } account ? Copy([(first, 0), (second, 0)], account) : new Batch([], first.Length + second.Length);
        }
        catch (MemoryLimitException)
        {
            return null;
        }
    }

    private static bool HaveSameColumns(Batch first, Batch second)
    {
        bool isSame = first.Columns.Length == second.Columns.Length;
        for (int i = 0; isSame && i < first.Columns.Length; i++)
        {
            ArrowTypeId one = first.Columns[i].Type.Id, other = second.Columns[i].Type.Id;
            isSame = one == other || (IsDecimal(one) && IsDecimal(other));
        }

        return isSame;

        static bool IsDecimal(ArrowTypeId type) => type is ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128;
    }

    private static Batch Copy(ReadOnlySpan<(Batch Batch, int FirstRow)> parts, MemoryAccount account)
    {
        ColumnAppender[] columns = Array.ConvertAll(parts[0].Batch.Columns, column => ColumnAppender.Create(column.Type, account));
        try
        {
            int rowCount = 0;
            foreach ((Batch batch, int firstRow) in parts)
            {
                for (int i = 0; i < columns.Length; i++)
                {
                    columns[i].AppendRange(batch.Columns[i], firstRow, batch.Length - firstRow);
                }

                rowCount += batch.Length - firstRow;
            }

            return new Batch(Array.ConvertAll(columns, static column => column.Build()), rowCount).Retain();
        }
        finally
        {
            Array.ForEach(columns, static column => column.Dispose());
        }
    }

    /// <summary>What stored rows are charged to: their table's account; null for rows without columns.</summary>
    private static MemoryAccount? AccountOf(Batch batch)
    {
        MemoryAccount? account = null;
        if (batch.Columns.Length > 0)
        {
            batch.Columns[0].VisitBuffers(buffer => account ??= buffer.Account);
        }

        return account;
    }
}
