using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>All rows of a join's right side, in order: what joins without hash keys walk. On disk when the query is short of memory.</summary>
internal sealed class RowStore : IReclaimable, IDisposable
{
    private readonly Lock _lock = new();
    private readonly BatchRun _run;
    private readonly QueryContext _query;
    private readonly OperatorMetrics _metrics;
    private NativeBuffer? _matched;
    private BlockWriter? _writer;

    private RowStore(QueryContext query, OperatorMetrics metrics)
    {
        _query = query;
        _metrics = metrics;
        _run = new BatchRun(query.Account);
        query.Memory.Add(this);
    }

    public int RowCount { get; private set; }

    /// <summary>Batches that hold the rows.</summary>
    public int BatchCount => _run.Count;

    public long MemoryBytes => _run.MemoryBytes;

    /// <summary>Set to 1 for rows that found a partner; empty unless asked for.</summary>
    public Span<byte> Matched => _matched == null ? default : _matched.Span<byte>(0, RowCount);

    /// <param name="input">Read to its end.</param>
    /// <param name="tracksMatches">Whether <see cref="Matched"/> is needed.</param>
    /// <param name="context">The task.</param>
    /// <param name="metrics">Of the join.</param>
    public static RowStore Read(Operator input, bool tracksMatches, TaskContext context, OperatorMetrics metrics)
    {
        var store = new RowStore(context.Query, metrics);
        using var buffer = new PartitionBuffer(context.Account, context.BatchSize, store._run.Add);
        while (input.Next() is { } batch)
        {
            buffer.Append(batch);
            context.Query.Memory.Relieve();
        }

        buffer.Finish();
        store.RowCount = checked((int)store._run.RowCount);
        store._matched = tracksMatches ? NativeBuffer.AllocateZeroed(Math.Max(store.RowCount, 1), context.Account) : null;
        return store;
    }

    /// <summary>A batch of rows, which the caller releases.</summary>
    public Batch ReadBatch(int index) => _run.Read(index);

    public void Reclaim()
    {
        lock (_lock)
        {
            _writer ??= new BlockWriter(_query.Spill.Create(_metrics));
            _run.Spill(_writer);
        }
    }

    public void Dispose()
    {
        _query.Memory.Remove(this);
        lock (_lock)
        {
            _run.Clear();
            _writer?.Dispose();
            _writer?.File.Dispose();
        }

        _matched?.Release();
        _matched = null;
    }
}

/// <summary>Walks the rows of a store one by one, from the first on, as often as wanted; one batch of them in memory.</summary>
internal sealed class RowStoreCursor(RowStore store) : IDisposable
{
    private int _nextBatch;
    private int _start;

    /// <summary>The batch at hand.</summary>
    public Batch? Batch { get; private set; }

    /// <summary>Row within <see cref="Batch"/>.</summary>
    public int Row { get; private set; }

    /// <summary>Row within the store.</summary>
    public int StoreRow => _start + Row;

    /// <summary>Before the first row.</summary>
    public void Rewind()
    {
        if (store.BatchCount == 1 && Batch != null)
        {
            Row = -1;           // the one batch stays at hand
            return;
        }

        Restart();
    }

    /// <summary>Before the first batch.</summary>
    public void Restart()
    {
        Batch?.Release();
        Batch = null;
        _nextBatch = _start = 0;
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False behind the last.</returns>
    public bool Next()
    {
        if (Batch != null && ++Row < Batch.Length)
        {
            return true;
        }

        if (!NextBatch())
        {
            return false;
        }

        Row = 0;
        return true;
    }

    /// <summary>Goes to the next batch of rows.</summary>
    public bool NextBatch()
    {
        if (_nextBatch == store.BatchCount)
        {
            return false;
        }

        _start += Batch?.Length ?? 0;
        Batch?.Release();
        Batch = null;
        Batch = store.ReadBatch(_nextBatch++);
        return true;
    }

    public void Dispose()
    {
        Batch?.Release();
        Batch = null;
    }
}
